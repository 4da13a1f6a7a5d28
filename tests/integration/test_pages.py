"""Lists of callbacks: every page by itself, both ways, with filters and honest totals."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.callbacks import pages, requests
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.filters import CallbackFilter
from ringback.callbacks.pages import LAST, Page
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.lists import InvalidFilter
from ringback.services import catalog
from ringback.services.catalog import ServiceNotFound

TESTER = Actor(ActorKind.API_KEY, "tester")
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def ids(database: Database, clock: ManualClock) -> list[UUID]:
    """Seven callbacks by desired time: one now, six an hour apart, two of them at the same time; in two services."""
    await catalog.create(database, ManualClock(), ENGINE, "support")
    await catalog.create(database, ManualClock(), ENGINE, "sales")
    made: list[UUID] = []
    for number, hours in enumerate([0, 1, 2, 3, 3, 4, 5]):
        request = CallbackRequest(
            service="sales" if number % 3 == 0 else "support",
            phone_number=f"+4930123450{number}",
            desired_at=clock.now() + hours * HOUR if hours else None,
        )
        made.append((await requests.create(database, clock, TESTER, request)).callback.id)
    return made


async def walk(database: Database, clock: ManualClock, limit: int, start: str | None = None) -> list[Page]:
    """Every page from the start (or from the end, backwards)."""
    found = [await pages.find(database, clock, CallbackFilter(), limit=limit, cursor=start)]
    while cursor := found[-1].previous_cursor if start == LAST else found[-1].next_cursor:
        found.append(await pages.find(database, clock, CallbackFilter(), limit=limit, cursor=cursor))
    return found


def ids_of(found: Sequence[Page]) -> list[UUID]:
    return [item.id for page in found for item in page.items]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 250])
async def test_pages_forward_show_everything_once_in_order(
    database: Database, clock: ManualClock, ids: list[UUID], limit: int
) -> None:
    found = await walk(database, clock, limit)
    assert ids_of(found) == ids
    assert all(len(page.items) == limit for page in found[:-1])
    assert found[0].previous_cursor is None


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
async def test_pages_backward_from_the_last_show_everything_once(
    database: Database, clock: ManualClock, ids: list[UUID], limit: int
) -> None:
    found = await walk(database, clock, limit, LAST)
    assert ids_of(found[::-1]) == ids
    assert found[0].next_cursor is None


async def test_there_and_back_is_the_same_page(database: Database, clock: ManualClock, ids: list[UUID]) -> None:
    first = await pages.find(database, clock, CallbackFilter(), limit=3)
    second = await pages.find(database, clock, CallbackFilter(), limit=3, cursor=first.next_cursor)
    back = await pages.find(database, clock, CallbackFilter(), limit=3, cursor=second.previous_cursor)
    assert ids_of([back]) == ids_of([first]) == ids[:3]
    assert back.previous_cursor is None
    assert back.next_cursor == first.next_cursor


async def test_a_page_behind_the_end_leads_back_to_the_last(
    database: Database, clock: ManualClock, ids: list[UUID]
) -> None:
    first = await pages.find(database, clock, CallbackFilter(), limit=6)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM callbacks WHERE id = $1", ids[-1])
    behind = await pages.find(database, clock, CallbackFilter(), limit=6, cursor=first.next_cursor)
    assert (behind.items, behind.next_cursor, behind.previous_cursor) == ([], None, LAST)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (CallbackFilter(services=["sales"]), [0, 3, 6]),
        (CallbackFilter(services=["sales", "support"]), [0, 1, 2, 3, 4, 5, 6]),
        (CallbackFilter(states=[State.QUEUED]), [0]),
        (CallbackFilter(states=[State.QUEUED, State.COMPLETED]), [0, 2]),
        (CallbackFilter(results=[Result.CANCELLED]), [2]),
        (CallbackFilter(is_open=True), [0, 1, 3, 4, 5, 6]),
        (CallbackFilter(is_open=False), [2]),
        (CallbackFilter(is_open=True, states=[State.COMPLETED]), []),
        (CallbackFilter(services=["support"], states=[State.SCHEDULED]), [1, 4, 5]),
    ],
)
async def test_filters_restrict_items_and_total_alike(
    database: Database, clock: ManualClock, ids: list[UUID], wanted: CallbackFilter, places: list[int]
) -> None:
    await requests.cancel(database, clock, TESTER, ids[2])
    for cursor in (None, LAST):
        page = await pages.find(database, clock, wanted, cursor=cursor)
        assert ids_of([page]) == [ids[place] for place in places]
        assert (page.total, page.total_is_exact) == (len(places), True)


async def test_a_range_includes_its_beginning_and_not_its_end(
    database: Database, clock: ManualClock, ids: list[UUID]
) -> None:
    wanted = CallbackFilter(from_at=clock.now() + HOUR, to_at=clock.now() + 3 * HOUR)
    assert ids_of([await pages.find(database, clock, wanted)]) == ids[1:3]


async def test_a_capped_total_says_that_there_are_more(
    database: Database, clock: ManualClock, ids: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "COUNTED_TO", 5)
    capped = await pages.find(database, clock, CallbackFilter())
    assert (capped.total, capped.total_is_exact) == (5, False)
    exact = await pages.find(database, clock, CallbackFilter(), counts_all=True)
    assert (exact.total, exact.total_is_exact) == (7, True)


@pytest.mark.parametrize("limit", [0, 251, -1])
async def test_a_limit_out_of_range_is_refused(database: Database, clock: ManualClock, limit: int) -> None:
    with pytest.raises(InvalidFilter):
        await pages.find(database, clock, CallbackFilter(), limit=limit)


async def test_an_unknown_service_is_refused(database: Database, clock: ManualClock) -> None:
    with pytest.raises(ServiceNotFound, match="suport"):
        await pages.find(database, clock, CallbackFilter(services=["suport"]))
