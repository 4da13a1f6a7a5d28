"""Waiting for a change of the database."""

import asyncio

import pytest

from ringback.database.changes import Listener


@pytest.mark.parametrize("rounds", range(6))
async def test_cancelling_a_wait_that_is_just_being_woken_ends_it(rounds: int) -> None:
    listener = Listener(set())

    async def work() -> None:
        while True:
            await listener.wait(60)

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    listener.wake()
    for _ in range(rounds):
        await asyncio.sleep(0)
    working.cancel()
    done, _ = await asyncio.wait([working], timeout=5)
    working.cancel()
    assert done == {working}
