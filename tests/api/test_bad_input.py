"""Every bad request is refused with its own code, names what is wrong, and changes nothing."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode
from tests.api.conftest import BODY_LIMIT

DEEP = b'{"service": "support", "phone_number": "1", "user_data": {"a": ' + b"[" * 9_000 + b"]" * 9_000 + b"}}"

Body = Callable[..., dict[str, object]]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/api/docs#{code}")
    assert told["title"]
    assert told["detail"]
    return told


async def nothing_was_created(client: httpx.AsyncClient) -> bool:
    return (await client.get("/api/v1/callbacks")).json()["total"] == 0


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"service": "suport"}, 404, "service-not-found", "suport"),
        ({"service": "support\x00"}, 422, "invalid-request", "cannot keep"),
        ({"phone_number": "hello"}, 422, "invalid-number", "hello"),
        ({"phone_number": ""}, 422, "invalid-number", "''"),
        ({"phone_number": "+49 3"}, 422, "number-refused", "too short"),
        ({"phone_number": "+1 212 555 0123 4567"}, 422, "number-refused", "too long"),
        ({"phone_number": "0900 1 123456"}, 422, "number-refused", "premium"),
        ({"desired_at": "2026-11-23T08:59:59Z"}, 422, "in-the-past", "08:59:59"),
        ({"desired_at": "2026-12-24T09:00:01Z"}, 422, "too-far-ahead", "31 days"),
        ({"desired_at": "2026-11-24T09:00:00"}, 422, "time-without-offset", "no offset"),
        ({"desired_at": "2026-11-24T09:00:00Z", "time_zone": "Mars/Olympus"}, 422, "unknown-time-zone", "Mars"),
        ({"desired_at": "2026-11-24T09:00:00Z", "time_zone": "localtime"}, 422, "unknown-time-zone", "localtime"),
        ({"time_zone": ""}, 422, "unknown-time-zone", "''"),
        ({"user_data": {"a": "\x00"}}, 422, "invalid-request", "Unicode"),
        ({"customer_name": "x" * 201}, 422, "invalid-request", "$.customer_name"),
        ({"priority": 1001}, 422, "invalid-request", "$.priority"),
    ],
)
async def test_a_request_that_breaks_a_rule_is_refused(
    client: httpx.AsyncClient, request_body: Body, changes: dict[str, object], status: int, code: str, words: str
) -> None:
    told = problem(await client.post("/api/v1/callbacks", json=request_body(**changes)), status, code)
    assert words in told["detail"]
    assert await nothing_was_created(client)


@pytest.mark.parametrize("offset", ["+01:00", "+02:00"])
async def test_a_desired_time_in_a_dst_gap_is_refused(
    client: httpx.AsyncClient, request_body: Body, clock: Any, offset: str
) -> None:
    await clock.advance(120 * 86_400)  # 2027-03-23
    body = request_body(desired_at=f"2027-03-28T02:30:00{offset}")
    told = problem(await client.post("/api/v1/callbacks", json=body), 422, "no-such-local-time")
    assert "02:00 to 03:00" in told["detail"]
    elsewhere = await client.post("/api/v1/callbacks", json={**body, "time_zone": "Asia/Kolkata"})
    assert elsewhere.status_code == 201


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"service": 5}, "$.service"),
        ({"phone_number": None}, "$.phone_number"),
        ({"phone_number": 49301234567}, "$.phone_number"),
        ({"priority": "5"}, "$.priority"),
        ({"priority": 1.5}, "$.priority"),
        ({"desired_at": 1_800_000_000}, "$.desired_at"),
        ({"desired_at": "tomorrow"}, "$.desired_at"),
        ({"channel": "FAX"}, "$.channel"),
        ({"user_data": []}, "$.user_data"),
        ({"desired_time": "2026-11-24T09:00:00Z"}, "desired_time"),
    ],
)
async def test_wrong_types_and_unknown_fields_are_named(
    client: httpx.AsyncClient, request_body: Body, changes: dict[str, object], place: str
) -> None:
    told = problem(await client.post("/api/v1/callbacks", json=request_body(**changes)), 422, "invalid-request")
    assert place in told["detail"]
    assert await nothing_was_created(client)


@pytest.mark.parametrize("body", [b"{", b"service=support", b"\xff\xfe", b'{"service": "a",}', DEEP])
async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    problem(await client.post("/api/v1/callbacks", content=body), 400, "malformed-request")


@pytest.mark.parametrize("levels", [51, 500])
async def test_user_data_deeper_than_others_can_read_is_refused(
    client: httpx.AsyncClient, request_body: Body, levels: int
) -> None:
    inner = "[" * (levels - 1) + "]" * (levels - 1)
    body = json.dumps(request_body(user_data={"a": "INNER"})).replace('"INNER"', inner)
    problem(await client.post("/api/v1/callbacks", content=body), 422, "user-data-too-deep")
    assert await nothing_was_created(client)


async def test_user_data_may_have_fifty_levels(client: httpx.AsyncClient, request_body: Body) -> None:
    body = json.dumps(request_body(user_data={"a": "INNER"})).replace('"INNER"', '{"b": ' * 48 + "[]" + "}" * 48)
    assert (await client.post("/api/v1/callbacks", content=body)).status_code == 201


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"support"', b"{}"])
async def test_a_body_that_is_no_request_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    problem(await client.post("/api/v1/callbacks", content=body), 422, "invalid-request")


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient, request_body: Body) -> None:
    body = request_body(user_data={"note": "x" * BODY_LIMIT})
    told = problem(await client.post("/api/v1/callbacks", json=body), 413, "body-too-large")
    assert told["details"]["limit_bytes"] == BODY_LIMIT
    assert await nothing_was_created(client)


async def test_a_large_body_of_unknown_length_is_refused_too(server: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * BODY_LIMIT

    problem(await server.post("/api/v1/callbacks", content=chunks()), 413, "body-too-large")


async def test_a_disabled_service_takes_nothing(
    client: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(mode=Mode.CLOSED))
    problem(await client.post("/api/v1/callbacks", json=request_body()), 409, "service-disabled")


async def test_the_first_rule_in_the_documented_order_is_the_one_that_is_told(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    broken = {"phone_number": "0900 1 123456", "desired_at": "2020-01-01T00:00:00Z"}
    body = {**request_body(**broken), "service": "suport"}
    problem(await client.post("/api/v1/callbacks", json=body), 404, "service-not-found")
    problem(await client.post("/api/v1/callbacks", json=request_body(**broken)), 422, "number-refused")
    await client.post("/api/v1/callbacks", json=request_body())
    waiting = request_body(desired_at="2020-01-01T00:00:00Z")
    problem(await client.post("/api/v1/callbacks", json=waiting), 409, "already-waiting")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", "limit"),
        ("limit=251", "limit"),
        ("limit=many", "limit"),
        ("state=WAITING", "state"),
        ("result=GOOD", "result"),
        ("from=yesterday", "from"),
        ("open=maybe", "open"),
        ("total=all", "total"),
        ("stat=QUEUED", "stat"),
        ("serach=1", "serach"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused_and_never_ignored(
    client: httpx.AsyncClient, query: str, words: str
) -> None:
    told = problem(await client.get(f"/api/v1/callbacks?{query}"), 422, "invalid-request")
    assert words in told["detail"]


DEEP_CURSOR = base64.urlsafe_b64encode(b'{"x":' + b"[" * 3_000 + b"]" * 3_000 + b"}").decode()


@pytest.mark.parametrize("cursor", ["x", "bGFzdA", "eyJpc19mb3J3YXJkIjp0cnVlfQ", "é", DEEP_CURSOR])
async def test_a_cursor_that_no_page_gave_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    problem(await client.get("/api/v1/callbacks", params={"cursor": cursor}), 422, "invalid-filter")


async def test_a_range_without_offset_and_an_unknown_service_are_refused(client: httpx.AsyncClient) -> None:
    path = "/api/v1/callbacks"
    problem(await client.get(path, params={"from": "2026-11-23T00:00:00"}), 422, "time-without-offset")
    problem(await client.get(path, params={"service": "suport"}), 404, "service-not-found")


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1/callbacks/5", "/engagement/v3"])
async def test_a_path_without_anything_is_a_problem_too(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(path), 404, "route-not-found")


async def test_a_method_that_a_path_lacks_is_a_problem_and_says_which_it_has(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/v1/callbacks")
    problem(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/callbacks/01a20831-4bfa-729a-998d-2b0e8e0ee11b"),
        ("GET", "/api/v1/callbacks/01a20831-4bfa-729a-998d-2b0e8e0ee11b/metrics"),
        ("POST", "/api/v1/callbacks/01a20831-4bfa-729a-998d-2b0e8e0ee11b/cancel"),
    ],
)
async def test_a_callback_that_does_not_exist_is_not_found(client: httpx.AsyncClient, method: str, path: str) -> None:
    problem(await client.request(method, path), 404, "callback-not-found")


async def test_what_nobody_foresaw_tells_nothing_but_a_correlation_id(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as connection:
        await connection.execute("ALTER TABLE services ALTER COLUMN strategy DROP NOT NULL")
        await connection.execute("UPDATE services SET strategy = NULL")
    told = problem(await client.get("/api/v1/services"), 500, "internal-error")
    assert told["detail"].endswith(told["details"]["correlation_id"])
    assert "strategy" not in str(told)
