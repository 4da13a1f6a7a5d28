"""Searching a list by each column, as it is typed; what needs attention; and how late callbacks are."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from ringback.actors import ENGINE
from ringback.callbacks import filters, pages
from ringback.callbacks.filters import CallbackFilter, SearchBy
from ringback.callbacks.shown_times import TimeFormat
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.lists import InvalidFilter
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.time_zones import UnknownTimeZone
from tests.integration.listed import write, write_agents

DAY = timedelta(days=1)
WAITS = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NINE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Search:
    """Callbacks by a name for each test, and which of them a search finds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(NINE)
        self.names: dict[UUID, str] = {}

    async def add(
        self,
        name: str,
        service: str = "support",
        desired_at: datetime = NINE,
        *,
        number: str = "+4930111",
        state: State = State.SCHEDULED,
        result: Result | None = None,
        updated_at: datetime | None = None,
        callback_id: UUID | None = None,
    ) -> None:
        async with self.database.transaction() as connection:
            made = await write(
                connection,
                service,
                desired_at,
                number=number,
                state=state,
                result=result,
                updated_at=updated_at,
                agent="ada" if state is State.PROCESSING else None,
                callback_id=callback_id,
            )
        self.names[made] = name

    async def page(self, wanted: CallbackFilter) -> pages.Page:
        return await pages.find(self.database, self.clock, wanted)

    async def found(
        self, text: str, by: SearchBy = SearchBy.PHONE_NUMBER, among: CallbackFilter | None = None
    ) -> set[str]:
        page = await self.page(msgspec.structs.replace(among or CallbackFilter(), search=text, search_by=by))
        assert page.total == len(page.items)
        return {self.names[item.id] for item in page.items}


@pytest.fixture
async def search(database: Database) -> Search:
    await catalog.create(
        database, ManualClock(), ENGINE, "support", ServiceChoices(display_name="Help desk", window_seconds=120)
    )
    await catalog.create(database, ManualClock(), ENGINE, "sales-north", ServiceChoices(display_name="Verkauf"))
    async with database.transaction() as connection:
        await write_agents(connection)
    return Search(database)


@pytest.mark.parametrize("lookups", [0, 2_000], ids=["walked", "looked up"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("030", {"berlin"}),
        ("+49 30", {"berlin"}),
        ("(49)30", {"berlin"}),
        ("4567", {"berlin", "boston"}),
        (" 4-5-6-7 ", {"berlin", "boston"}),
        ("4930123456799", set[str]()),
        ("+", {"berlin", "boston"}),
        ("ada", set[str]()),
        ("12 Ada", set[str]()),
    ],
)
async def test_numbers_are_found_by_any_digits_in_a_row(
    search: Search, monkeypatch: pytest.MonkeyPatch, lookups: int, text: str, expected: set[str]
) -> None:
    await search.add("berlin", number="+49301234567")
    await search.add("boston", number="+16174567000")
    monkeypatch.setattr(filters, "NUMBERS_LOOKED_UP", lookups)
    if not lookups:
        monkeypatch.setattr(filters, "NUMBERS_COUNTED", {"fewest": 0, "most": 0, "share": 0.0})
    assert await search.found(text.replace("030", "9301")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sched", {"scheduled"}),
        ("QUEUED", {"queued"}),
        ("ed", {"scheduled", "queued", "served", "failed"}),
        ("completed (a", {"served"}),
        ("(unk", {"failed"}),
        ("talking", set[str]()),
    ],
)
async def test_states_are_found_as_they_are_shown(search: Search, text: str, expected: set[str]) -> None:
    await search.add("scheduled")
    await search.add("queued", state=State.QUEUED)
    await search.add("talks", state=State.PROCESSING)
    await search.add("served", state=State.COMPLETED, result=Result.AGENT)
    await search.add("failed", state=State.COMPLETED, result=Result.UNKNOWN)
    assert await search.found(text, SearchBy.STATE) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("cancelled", {"one", "other"}), ("_by_a", {"other"}), ("a b", set[str]())]
)
async def test_results_are_found_by_a_part_of_them(search: Search, text: str, expected: set[str]) -> None:
    await search.add("waits")
    await search.add("one", state=State.COMPLETED, result=Result.CANCELLED)
    await search.add("other", state=State.COMPLETED, result=Result.CANCELLED_BY_ADMIN)
    assert await search.found(text, SearchBy.RESULT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("SUPP", {"a"}), ("desk", {"a"}), ("verk", {"b"}), ("s", {"a", "b"}), ("%", set[str]()), ("s-n", {"b"})],
)
async def test_services_are_found_by_name_and_display_name(search: Search, text: str, expected: set[str]) -> None:
    await search.add("a")
    await search.add("b", "sales-north")
    assert await search.found(text, SearchBy.SERVICE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01A2", {"one", "other"}),
        ("01a2082a-8", {"one"}),
        ("01a2082a8", {"one"}),
        ("01a2082a-80000000", set[str]()),
        ("beef", {"other"}),
        ("-7", {"one", "other"}),
        ("01a2082a-8c5f-7000-8000-000000000001", {"one"}),
        ("01a2082a-8c5f-7000-8000-0000000000011", set[str]()),
        ("xyz", set[str]()),
    ],
)
async def test_ids_are_found_by_their_beginning_or_else_by_any_part(
    search: Search, text: str, expected: set[str]
) -> None:
    await search.add("one", callback_id=UUID("01a2082a-8c5f-7000-8000-000000000001"))
    await search.add("other", callback_id=UUID("01a2ffff-8c5f-7000-8000-00000000beef"))
    assert await search.found(text, SearchBy.ID) == expected


@pytest.mark.parametrize("sparse", [0.0, 1.0], ids=["walked", "looked up"])
@pytest.mark.parametrize("by", [SearchBy.DESIRED_AT, SearchBy.UPDATED_AT])
@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("2026-11-24", TimeFormat.H24, {"morning", "evening"}),
        ("09:30", TimeFormat.H24, {"morning", "next"}),
        ("24 09:3", TimeFormat.H24, {"morning"}),
        ("21:30", TimeFormat.H24, {"evening"}),
        ("09:30", TimeFormat.H12, {"morning", "evening", "next"}),
        ("30 pm", TimeFormat.H12, {"evening"}),
        ("21:30", TimeFormat.H12, set[str]()),
        ("2026-11", TimeFormat.H24, {"morning", "evening", "next"}),
        ("2025", TimeFormat.H24, set[str]()),
    ],
)
async def test_times_are_found_as_they_are_shown(
    search: Search,
    monkeypatch: pytest.MonkeyPatch,
    sparse: float,
    by: SearchBy,
    text: str,
    time_format: TimeFormat,
    expected: set[str],
) -> None:
    monkeypatch.setattr(filters, "SPARSE", sparse)
    for name, at in {"morning": NINE, "evening": NINE + DAY / 2, "next": NINE + DAY}.items():
        state, result = (State.COMPLETED, Result.AGENT) if name == "next" else (State.SCHEDULED, None)
        desired_at = at if by is SearchBy.DESIRED_AT else NINE
        await search.add(name, desired_at=desired_at, updated_at=at, state=state, result=result)
    assert await search.found(text, by, CallbackFilter(time_format=time_format)) == expected


async def test_times_are_found_by_the_clock_of_a_zone_and_within_the_range(search: Search) -> None:
    await search.add("first", desired_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    await search.add("second", desired_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    await search.add("third", desired_at=datetime(2026, 10, 25, 2, 30, tzinfo=UTC))
    # That night 02:30 comes twice in Berlin.
    in_berlin = CallbackFilter(time_zone="Europe/Berlin")
    assert await search.found("02:30", SearchBy.DESIRED_AT, in_berlin) == {"first", "second"}
    later = msgspec.structs.replace(in_berlin, from_at=datetime(2026, 10, 25, 1, tzinfo=UTC))
    assert await search.found("02:30", SearchBy.DESIRED_AT, later) == {"second"}
    with pytest.raises(UnknownTimeZone):
        await search.found("02:30", SearchBy.DESIRED_AT, CallbackFilter(time_zone="Berlin"))


async def test_a_search_restricts_further_what_is_filtered(search: Search) -> None:
    await search.add("a", number="+4930555")
    await search.add("b", "sales-north", number="+4930555")
    await search.add("c", state=State.COMPLETED, result=Result.AGENT, number="+4930555")
    assert await search.found("555", among=CallbackFilter(services=["support"])) == {"a", "c"}
    assert await search.found("555", among=CallbackFilter(is_open=True, services=["support"])) == {"a"}
    assert await search.found("sched", SearchBy.STATE, CallbackFilter(states=[State.QUEUED])) == set()
    assert await search.found("verkauf", SearchBy.SERVICE, CallbackFilter(services=["support"])) == set()


@pytest.mark.parametrize("text", ["x" * 101, "1\0"])
async def test_a_search_that_cannot_be_is_refused(search: Search, text: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        await search.found(text)
    assert refused.value.details["field"] == "search"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (SearchBy.PHONE_NUMBER, "4567"),
        (SearchBy.DESIRED_AT, "09:30"),
        (SearchBy.UPDATED_AT, "09:30"),
        (SearchBy.ID, "0198"),
        (SearchBy.STATE, "sched"),
        (SearchBy.SERVICE, "support"),
    ],
)
async def test_a_search_among_callbacks_named_by_id_finds_what_it_finds_of_them(
    search: Search, by: SearchBy, text: str
) -> None:
    ids = {name: UUID(f"0198{number:028x}") for number, name in enumerate(["named", "unnamed", "other"])}
    for name, callback_id in ids.items():
        await search.add(name, number=f"+49304567{len(name)}", callback_id=callback_id)
    await search.add("old", "sales-north", NINE - 200 * DAY + DAY / 12, number="+49307654321")
    old = next(callback_id for callback_id, name in search.names.items() if name == "old")
    among = CallbackFilter(ids=[ids["named"], ids["other"], old], services=["support", "sales-north"])
    assert await search.found(text, by, among) == {"named", "other"} | ({"old"} if text == "sched" else set())
    assert "unnamed" in await search.found(text, by)


async def test_what_is_late_or_ended_badly_needs_attention(search: Search) -> None:
    window = timedelta(seconds=120)
    await search.add("in its window", desired_at=NINE - window)
    await search.add("late", desired_at=NINE - window - timedelta(seconds=1))
    await search.add("late in the queue", desired_at=NINE - DAY, state=State.QUEUED)
    await search.add("talks", desired_at=NINE - DAY, state=State.PROCESSING)
    for result in Result:
        await search.add(result, state=State.COMPLETED, result=result, desired_at=NINE - DAY)
    page = await search.page(CallbackFilter(needs_attention=True))
    bad = {"EXPIRED", "UNKNOWN", "TELEPHONY_FAILED", "AGENT_UNAVAILABLE"}
    assert {search.names[item.id] for item in page.items} == {"late", "late in the queue", *bad}
    assert page.total == len(page.items)
    late = {search.names[item.id]: item.late_seconds for item in (await search.page(CallbackFilter())).items}
    assert {name: seconds for name, seconds in late.items() if seconds is not None} == {
        "late": 1,
        "late in the queue": 86_400 - 120,
    }


async def test_a_number_is_searched_for_as_long_as_it_has_callbacks(search: Search, database: Database) -> None:
    await search.add("first", number="+4930777")
    await search.add("second", number="+4930777")

    async def remaining(ids: Sequence[UUID]) -> list[tuple[str, int]]:
        async with database.transaction() as connection:
            await connection.execute("DELETE FROM callbacks WHERE id = ANY ($1)", list(ids))
            rows = await connection.fetch("SELECT phone_number, callbacks FROM phone_numbers")
            return [(row[0], row[1]) for row in rows]

    ids = list(search.names)
    assert await remaining([]) == [("+4930777", 2)]
    assert await remaining(ids[:1]) == [("+4930777", 1)]
    assert await remaining(ids[1:]) == []


async def test_a_number_that_comes_while_its_last_callback_goes_is_still_found(
    search: Search, database: Database
) -> None:
    await search.add("goes", number="+4930777")
    async with database.connection() as onlooker, database.transaction() as connection:
        await connection.execute("DELETE FROM callbacks")
        comes = asyncio.create_task(search.add("comes", number="+4930777"))
        while not await onlooker.fetchval(WAITS):  # noqa: ASYNC110 (another session has to come to wait)
            await asyncio.sleep(0.01)
    await comes
    assert await search.found("777") == {"comes"}
