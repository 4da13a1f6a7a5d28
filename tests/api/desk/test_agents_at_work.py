"""Which callback each agent is in, as a supervisor sees it."""

from typing import Any

import httpx

from ringback.accounts.rules import Role
from ringback.callbacks.states import State
from tests.api.desk.conftest import Centre
from tests.people import log_in, make_user


async def supervisor(centre: Centre, services: list[str]) -> httpx.AsyncClient:
    """A supervisor of these services, logged in."""
    name = f"supervisor-of-{'-'.join(services)}"
    await make_user(centre.world.database, centre.world.clock, name, Role.SUPERVISOR, services=services)
    browser = centre.browsers()
    assert (await log_in(browser, name)).status_code == 201
    return browser


async def callbacks(browser: httpx.AsyncClient) -> dict[str, Any]:
    """What each agent is in."""
    items = (await browser.get("/api/v1/agents")).raise_for_status().json()["items"]
    return {agent["name"]: agent["callback"] for agent in items}


async def test_a_supervisor_sees_which_callback_an_agent_is_in_and_since_when(centre: Centre) -> None:
    anna, _ = await centre.seat(), await centre.seat("bela", "200", presence="NOT_READY")
    watching = await supervisor(centre, ["support"])
    assert await callbacks(watching) == {"anna": None, "bela": None}
    callback_id, attempt_id = await centre.talking(anna)
    told = await callbacks(watching)
    shown = (await watching.get(f"/api/v1/callbacks/{callback_id}/metrics")).json()
    since = [each["at"] for each in shown["transitions"] if each["to_state"] == "PROCESSING"]
    expected = {"id": str(callback_id), "service": "support", "state": "PROCESSING", "since": since[0]}
    assert told == {"anna": expected, "bela": None}
    assert (await watching.get("/api/v1/agents/anna")).json()["callback"] == expected
    await anna.does(attempt_id, "finish", {"disposition": "Resolved"})
    await centre.world.until(centre.world.in_state(callback_id, State.COMPLETED))
    assert (await callbacks(watching))["anna"] is None


async def test_an_offer_is_shown_as_long_as_it_lasts(centre: Centre) -> None:
    anna = await centre.seat()
    watching = await supervisor(centre, ["support"])
    callback_id, attempt_id = await centre.offered(anna)
    told = (await callbacks(watching))["anna"]
    assert (told["id"], told["state"]) == (str(callback_id), "ROUTING")
    await anna.does(attempt_id, "snooze", {"seconds": 60})
    await centre.world.pass_time(2)
    assert (await callbacks(watching))["anna"] is None


async def test_an_agent_is_told_who_set_their_presence_when_no_reason_is_given(centre: Centre) -> None:
    anna = await centre.seat()
    watching = await supervisor(centre, ["support"])

    async def reasons(asking: httpx.AsyncClient, reason: str | None = None) -> tuple[str | None, str | None]:
        body = {"state": "NOT_READY", "reason": reason}
        (await asking.post("/api/v1/agents/anna/presence", json=body)).raise_for_status()
        agent = (await anna.look())["agent"]
        return agent["presence_reason"], agent["wanted_reason"]

    assert await reasons(watching) == ("set by supervisor-of-support", None)
    assert await reasons(watching, "Team meeting") == ("Team meeting", None)
    assert await reasons(anna.browser) == (None, None)
    assert await reasons(centre.programs) == (None, None), "a telephone system tells what agents do there"

    await anna.ask_presence("READY")
    await centre.talking(anna)
    assert await reasons(watching) == (None, "set by supervisor-of-support")
    assert await reasons(watching, "Team meeting") == (None, "Team meeting")


async def test_a_callback_of_another_service_is_not_told(centre: Centre) -> None:
    assert (await centre.programs.put("/api/v1/services/sales", json={})).status_code == 201
    anna = await centre.seat("anna", "100", "support", "sales")
    callback_id, _ = await centre.offered(anna)
    watching = await supervisor(centre, ["sales"])
    assert await callbacks(watching) == {"anna": None}
    asked = await watching.post("/api/v1/agents/anna/presence", json={"state": "NOT_READY"})
    assert (asked.status_code, asked.json()["callback"], asked.json()["wanted_presence"]) == (200, None, "NOT_READY")
    everything = (await callbacks(centre.programs))["anna"]
    assert everything["id"] == str(callback_id)
