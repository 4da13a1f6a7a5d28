"""The list over HTTP: its orders, searches and refusals reach those who ask."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from ringback.clock import ManualClock

CALLBACKS = "/api/v1/callbacks"
Body = Callable[..., dict[str, object]]


@pytest.fixture
async def three(client: httpx.AsyncClient, request_body: Body) -> list[str]:
    """Three callbacks of different names and numbers, in the order of their creation."""
    ids: list[str] = []
    for number, name in [("+49301111111", "Zoe"), ("+49302222222", "ada"), ("+12025550143", None)]:
        answer = await client.post(CALLBACKS, json=request_body(phone_number=number, customer_name=name))
        ids.append(answer.raise_for_status().json()["id"])
    return ids


async def ids_of(client: httpx.AsyncClient, **parameters: str | list[str]) -> list[str]:
    answer = await client.get(CALLBACKS, params=parameters)
    return [item["id"] for item in answer.raise_for_status().json()["items"]]


async def test_a_list_is_sorted_and_searched(client: httpx.AsyncClient, three: list[str]) -> None:
    zoe, ada, nobody = three
    assert await ids_of(client, sort="customer_name") == [ada, zoe, nobody]
    assert await ids_of(client, sort="-customer_name") == [nobody, zoe, ada]
    assert await ids_of(client, search="+1 (202)") == [nobody]
    assert await ids_of(client, search="queued", search_by="state", sort="-phone_number") == [ada, zoe, nobody]
    shown = {"search_by": "desired_at", "time_zone": "America/New_York", "time_format": "12h"}
    assert len(await ids_of(client, search="2026-11-23 04:00 am", **shown)) == 3
    assert await ids_of(client, search="09:00", **shown) == []
    assert await ids_of(client, state=["SCHEDULED", "COMPLETED"], result=["AGENT", "UNKNOWN"]) == []


@pytest.mark.parametrize("number", ["030 222", "0049 30 222", "+49 (0)30 222", "0 222", "00222"])
async def test_a_number_is_found_as_it_would_be_dialled(
    client: httpx.AsyncClient, three: list[str], number: str
) -> None:
    _, ada, nobody = three
    assert await ids_of(client, search=number) == [ada]
    assert await ids_of(client, search=number, id=[ada, nobody]) == [ada]


async def test_a_number_with_those_zeros_goes_before_one_without(
    client: httpx.AsyncClient, three: list[str], request_body: Body
) -> None:
    (await client.post(CALLBACKS, json=request_body(phone_number="+49301231430"))).raise_for_status()
    assert await ids_of(client, search="0143") == [three[2]]


async def test_rows_are_read_again_by_their_ids_within_every_other_filter(
    client: httpx.AsyncClient, three: list[str]
) -> None:
    zoe, ada, nobody = three
    gone = str(uuid4())
    assert await ids_of(client, id=[nobody, zoe, gone, zoe], sort="phone_number") == [nobody, zoe]
    page = (await client.get(CALLBACKS, params={"id": [zoe, gone], "total": "exact"})).json()
    assert (page["total"], page["total_is_exact"]) == (1, True)
    assert await ids_of(client, id=[zoe, ada], state="SCHEDULED") == []
    assert await ids_of(client, id=[zoe, ada], search="222") == [ada]
    assert await ids_of(client, id=[zoe, ada], search=ada, search_by="id") == [ada]


async def test_a_page_of_rows_can_be_named_and_no_more(client: httpx.AsyncClient, three: list[str]) -> None:
    others = [str(uuid4()) for _ in range(99)]
    assert await ids_of(client, id=[three[0], *others]) == [three[0]]
    refusal = await client.get(CALLBACKS, params={"id": [*three[:2], *others]})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid-filter")
    assert refusal.json()["details"] == {"field": "id", "value": 101}


async def test_what_is_late_needs_attention_and_says_how_late(
    client: httpx.AsyncClient, three: list[str], clock: ManualClock
) -> None:
    assert await ids_of(client, needs_attention="true") == []
    await clock.advance(timedelta(minutes=10).total_seconds())
    assert sorted(await ids_of(client, needs_attention="true")) == sorted(three)
    assert (await client.get(f"{CALLBACKS}/{three[0]}")).json()["late_seconds"] == 600 - 120


async def test_pages_go_on_in_the_order_they_began_in(client: httpx.AsyncClient, three: list[str]) -> None:
    first = (await client.get(CALLBACKS, params={"sort": "-id", "limit": 2})).json()
    assert [item["id"] for item in first["items"]] == [three[2], three[1]]
    cursor = first["next_cursor"]
    assert await ids_of(client, sort="-id", limit="2", cursor=cursor) == [three[0]]
    other = await client.get(CALLBACKS, params={"sort": "id", "limit": 2, "cursor": cursor})
    assert (other.status_code, other.json()["code"]) == (422, "invalid-filter")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"sort": "language"}, "invalid-filter"),
        ({"sort": "-"}, "invalid-filter"),
        ({"id": "0198"}, "invalid-request"),
        ({"search": "1" * 101}, "invalid-filter"),
        ({"search_by": "language"}, "invalid-request"),
        ({"time_format": "13h"}, "invalid-request"),
        ({"needs_attention": "perhaps"}, "invalid-request"),
        ({"time_zone": "Berlin"}, "unknown-time-zone"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_by_its_name(
    client: httpx.AsyncClient, parameters: dict[str, str], code: str
) -> None:
    problem = (await client.get(CALLBACKS, params=parameters)).json()
    assert (problem["status"], problem["code"]) == (422, code)
    (name, value) = next(iter(parameters.items()))
    assert name in problem["detail"] or value in problem["detail"]
