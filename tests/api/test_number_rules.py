"""The rules for numbers of a service over HTTP, and the tester that says why."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from ringback.clock import ManualClock

Body = Callable[..., dict[str, object]]
PATH = "/api/v1/services/support/number-rules"
RULES = {
    "permitted_countries": ["DE", "ES", "001"],
    "blocked": [
        {"kind": "PREFIX", "pattern": "+49180", "note": "shared cost"},
        {"kind": "WILDCARD", "pattern": "*99", "note": ""},
        {"kind": "REGEX", "pattern": r"^\+4915(\d+)+$", "note": "mobiles"},
    ],
    "calling_hours": {"starts": "09:00", "ends": "20:00"},
}
NONE: dict[str, object] = {"permitted_countries": [], "blocked": [], "calling_hours": None}


async def ask(client: httpx.AsyncClient, number: str, **more: object) -> dict[str, object]:
    answer = await client.post(f"{PATH}/test", json={"phone_number": number, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def texts(told: dict[str, object], rule: str) -> list[tuple[bool, str]]:
    reasons = told["reasons"]
    assert isinstance(reasons, list)
    return [(each["is_passed"], each["text"]) for each in reasons if each["rule"] == rule]  # pyright: ignore


async def test_rules_are_set_and_read_and_stand_in_the_service(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH)).json() == NONE
    saved = await client.put(PATH, json=RULES)
    assert (saved.status_code, saved.json()) == (200, RULES)
    assert (await client.get(PATH)).json() == RULES
    service = (await client.get("/api/v1/services/support")).json()
    assert service["number_rules"]["blocked"] == RULES["blocked"]
    assert service["calling_hours"] == RULES["calling_hours"]


async def test_what_is_left_out_keeps_its_value(client: httpx.AsyncClient) -> None:
    await client.put(PATH, json=RULES)
    assert (await client.put(PATH, json={})).json() == RULES
    told = await client.put(PATH, json={"blocked": [], "calling_hours": None})
    assert told.json() == {**RULES, "blocked": [], "calling_hours": None}


async def test_changes_of_different_parts_at_once_all_hold(client: httpx.AsyncClient) -> None:
    parts = [{part: RULES[part]} for part in RULES]
    answers = await asyncio.gather(*(client.put(PATH, json=part) for part in parts * 3))
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert (await client.get(PATH)).json() == RULES


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"permitted_countries": ["XX"]}, "invalid-number-rules"),
        ({"blocked": [{"kind": "PREFIX", "pattern": "49"}]}, "invalid-number-rules"),
        ({"blocked": [{"kind": "REGEX", "pattern": "("}]}, "invalid-number-rules"),
        ({"blocked": [{"kind": "REGEX", "pattern": "1" * 201}]}, "invalid-request"),
        ({"blocked": [{"kind": "GLOB", "pattern": "+49"}]}, "invalid-request"),
        ({"calling_hours": {"starts": "21:00", "ends": "08:00"}}, "invalid-service"),
        ({"calling_hours": {"starts": "08:00", "ends": "08:00"}}, "invalid-service"),
        ({"calling_hours": {"starts": "8", "ends": "21:00"}}, "invalid-request"),
        ({"permited_countries": ["DE"]}, "invalid-request"),
    ],
)
async def test_rules_that_cannot_be_are_refused_and_change_nothing(
    client: httpx.AsyncClient, body: dict[str, object], code: str
) -> None:
    refused = await client.put(PATH, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await client.get(PATH)).json() == NONE


async def test_a_refused_rule_is_named(client: httpx.AsyncClient) -> None:
    blocked = [{"kind": "PREFIX", "pattern": "+49"}, {"kind": "REGEX", "pattern": "+49"}]
    problem = (await client.put(PATH, json={"blocked": blocked})).json()
    assert problem["details"] == {"field": "blocked[1].pattern", "value": "+49"}
    assert r"write the plus as \+" in problem["detail"]


async def test_a_permitted_number_is_told_with_country_type_and_zones(client: httpx.AsyncClient) -> None:
    await client.put(PATH, json=RULES)
    told = await ask(client, "030 1234567")
    assert all(reason["is_passed"] for reason in told.pop("reasons"))  # pyright: ignore
    assert told == {
        "phone_number": "+49301234567",
        "phone_number_formatted": "+49 30 1234567",
        "is_permitted": True,
        "country": "DE",
        "type": "FIXED_LINE",
        "time_zones": ["Europe/Berlin"],
        "calling_allowed_now": True,
        "next_allowed_at": "2026-11-23T09:00:00Z",
    }


@pytest.mark.parametrize(
    ("number", "rule", "text"),
    [
        ("+33123456789", "country", "its country FR is not permitted"),
        ("+49 180 1234567", "blocked", "it is blocked by the pattern +49180 (shared cost)"),
        ("+49 30 1234599", "blocked", "it is blocked by the pattern *99"),
        ("+49 1512 3456789", "blocked", r"it is blocked by the pattern ^\+4915(\d+)+$ (mobiles)"),
        ("0900 1234567", "number", "'0900 1234567' cannot be called: premium rate numbers are not called"),
        ("+49 3", "number", "'+49 3' cannot be called: it is too short"),
    ],
)
async def test_a_refused_number_is_told_why(client: httpx.AsyncClient, number: str, rule: str, text: str) -> None:
    await client.put(PATH, json=RULES)
    told = await ask(client, number)
    assert (told["is_permitted"], told["calling_allowed_now"], told["next_allowed_at"]) == (False, False, None)
    assert texts(told, rule) == [(False, text)]


async def test_every_rule_is_told_also_when_the_first_refuses(client: httpx.AsyncClient) -> None:
    await client.put(PATH, json={**RULES, "permitted_countries": ["AT"]})
    told = await ask(client, "+49 30 1234599", at="2026-11-23T22:00:00Z")
    assert [texts(told, rule)[0][0] for rule in ("number", "country", "blocked", "calling-hours")] == [
        True,
        False,
        False,
        False,
    ]


async def test_no_number_at_all_is_told_and_not_refused(client: httpx.AsyncClient) -> None:
    told = await ask(client, "hello")
    assert (told["phone_number"], told["is_permitted"], told["country"], told["type"]) == ("hello", False, None, None)
    assert told["phone_number_formatted"] is None
    assert "is no telephone number" in texts(told, "number")[0][1]


async def test_calling_hours_are_told_for_any_instant_and_stated_zone(
    client: httpx.AsyncClient, clock: ManualClock
) -> None:
    await client.put(PATH, json=RULES)
    late = await ask(client, "+34612345678", at="2026-11-23T19:30:00Z")
    assert late["time_zones"] == ["Atlantic/Canary", "Europe/Madrid"]
    assert (late["is_permitted"], late["calling_allowed_now"]) == (True, False)
    assert late["next_allowed_at"] == "2026-11-24T09:00:00Z"
    assert "of the customer's day (in Atlantic/Canary, Europe/Madrid)" in texts(late, "calling-hours")[0][1]
    stated = await ask(client, "+34612345678", at="2026-11-23T19:30:00Z", time_zone="Atlantic/Canary")
    assert (stated["calling_allowed_now"], stated["time_zones"]) == (True, ["Atlantic/Canary"])
    satellite = await ask(client, "+881612345678")
    assert (satellite["is_permitted"], satellite["next_allowed_at"], satellite["country"]) == (True, None, None)
    await clock.advance(12 * 3_600)
    assert (await ask(client, "030 1234567"))["calling_allowed_now"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"phone_number": "030 1234567", "time_zone": "Mars/Base"}, "unknown-time-zone"),
        ({"phone_number": "030 1234567", "at": "2026-11-23T19:30:00"}, "invalid-request"),
        ({"phone_number": "030 1234567", "at": "9999-12-31T23:59:59Z"}, "invalid-request"),
        ({"phone_number": "030 1234567", "at": "0001-01-01T00:00:00+14:00"}, "invalid-request"),
        ({"phone_number": "0" * 201}, "invalid-request"),
        ({}, "invalid-request"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, body: dict[str, object], code: str
) -> None:
    refused = await client.post(f"{PATH}/test", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(client: httpx.AsyncClient) -> None:
    seen = (await client.get(PATH)).headers["ETag"]
    assert (await client.put(PATH, json=RULES, headers={"If-Match": seen})).status_code == 200
    refused = await client.put(PATH, json=NONE, headers={"If-Match": seen})
    assert (refused.status_code, refused.json()["code"]) == (412, "service-changed")
    assert (await client.get(PATH)).json() == RULES


async def test_an_unknown_service_is_told(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get("/api/v1/services/nowhere/number-rules"),
        await client.put("/api/v1/services/nowhere/number-rules", json=NONE),
        await client.post("/api/v1/services/nowhere/number-rules/test", json={"phone_number": "030 1234567"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "service-not-found")
