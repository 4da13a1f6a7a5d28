"""Lists in every order, held against a plain sort: each callback once, in order, also while others come and go."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from ringback.actors import ENGINE
from ringback.callbacks import pages
from ringback.callbacks.filters import CallbackFilter
from ringback.callbacks.pages import LAST, Column, Order
from ringback.callbacks.states import State
from ringback.callbacks.views import CallbackView
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.lists import InvalidFilter
from ringback.services import catalog
from tests.integration.listed import write_agents, write_any

ORDERS = [Order(column, is_descending) for column in Column for is_descending in (False, True)]
CALLBACKS = 40


def _text(value: str | None) -> tuple[bool, str]:
    return (value is None, (value or "").lower())


# The order as docs/api.md tells it.
KEYS: dict[Column, Callable[[CallbackView], Any]] = {
    Column.STATE: lambda shown: (shown.state, shown.result or ""),
    Column.DESIRED_AT: lambda shown: shown.desired_at,
    Column.PHONE_NUMBER: lambda shown: shown.phone_number,
    Column.SERVICE: lambda shown: shown.service.lower(),
    Column.ID: lambda shown: shown.id,
    Column.UPDATED_AT: lambda shown: shown.updated_at,
    Column.CUSTOMER_NAME: lambda shown: _text(shown.customer_name),
    Column.AGENT: lambda shown: _text(shown.agent),
    Column.ATTEMPTS: lambda shown: shown.attempts,
    Column.RESULT: lambda shown: _text(shown.result),
}


class Lists:
    """Pages of one order over callbacks of any kind."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.clock = ManualClock()
        self.chance = random.Random(seed)

    async def add(self, count: int) -> list[UUID]:
        async with self.database.transaction() as connection:
            return [await write_any(connection, self.chance, self.clock.now()) for _ in range(count)]

    async def remove(self, callback_id: UUID) -> None:
        async with self.database.transaction() as connection:
            await connection.execute("DELETE FROM callbacks WHERE id = $1", callback_id)

    async def page(
        self, order: Order, limit: int, cursor: str | None, wanted: CallbackFilter | None = None
    ) -> pages.Page:
        given = wanted or CallbackFilter()
        return await pages.find(self.database, self.clock, given, order=order, limit=limit, cursor=cursor)

    async def walk(self, order: Order, limit: int, start: str | None = None) -> list[CallbackView]:
        """Everything, page by page from the beginning, or from the end backwards; in the list's order."""
        found: list[list[CallbackView]] = []
        cursor = start
        while True:
            page = await self.page(order, limit, cursor)
            found.append(page.items)
            cursor = page.next_cursor if start is None else page.previous_cursor
            if cursor is None:
                return [item for items in (found if start is None else found[::-1]) for item in items]


def in_order(items: list[CallbackView], order: Order) -> list[UUID]:
    key = KEYS[order.column]
    return [item.id for item in sorted(items, key=lambda item: (key(item), item.id), reverse=order.is_descending)]


@pytest.fixture
async def lists(database: Database) -> Lists:
    for name in ("support", "Sales", "billing"):
        await catalog.create(database, ManualClock(), ENGINE, name)
    async with database.transaction() as connection:
        await write_agents(connection)
    lists = Lists(database, seed=20261124)
    await lists.add(CALLBACKS)
    return lists


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_an_order_is_that_of_a_plain_sort_forwards_and_backwards(lists: Lists, order: Order) -> None:
    everything = (await lists.page(order, CALLBACKS, None)).items
    expected = in_order(everything, order)
    assert [item.id for item in everything] == expected
    for limit in (1, 7):
        assert [item.id for item in await lists.walk(order, limit)] == expected
        assert [item.id for item in await lists.walk(order, limit, LAST)] == expected


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_who_stays_is_shown_once_and_in_order_while_others_come_and_go(lists: Lists, order: Order) -> None:
    stays = {item.id for item in (await lists.page(order, CALLBACKS, None)).items}
    seen: list[CallbackView] = []
    cursor = None
    while True:
        page = await lists.page(order, 6, cursor)
        seen += page.items
        gone = lists.chance.choice(sorted(stays))
        stays.discard(gone)
        await lists.remove(gone)
        await lists.add(1)
        if (cursor := page.next_cursor) is None:
            break
    shown = [item for item in seen if item.id in stays]
    assert {item.id for item in shown} == stays
    assert [item.id for item in shown] == in_order(shown, order)
    assert len({item.id for item in seen}) == len(seen)


async def test_an_order_holds_within_a_filter(lists: Lists) -> None:
    order = Order(Column.UPDATED_AT, is_descending=True)
    wanted = CallbackFilter(states=[State.COMPLETED], services=["Sales", "billing"])
    everything = [item for item in await lists.walk(order, CALLBACKS) if item.state is State.COMPLETED]
    expected = [item.id for item in everything if item.service != "support"]
    found: list[UUID] = []
    cursor = None
    while True:
        page = await lists.page(order, 3, cursor, wanted)
        found += [item.id for item in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert found == expected
    assert found


async def test_a_cursor_of_another_order_is_refused(lists: Lists) -> None:
    cursor = (await lists.page(Order(Column.AGENT), 2, None)).next_cursor
    assert cursor is not None
    for other in (Order(Column.AGENT, is_descending=True), Order(Column.RESULT)):
        with pytest.raises(InvalidFilter, match="cursor"):
            await lists.page(other, 2, cursor)


@pytest.mark.parametrize("text", ["", "-", "--id", "desired", "DESIRED_AT", "id "])
def test_an_unknown_order_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        pages.parse_order(text)
    assert refused.value.details["value"] == text
