"""A commit of one process wakes the loops of another long before they would look by themselves."""

import asyncio

from ringback.agents.model import Presence
from ringback.agents.presence import ask
from ringback.database.pool import Database
from tests.integration.world import World

FAR_LONGER_THAN_THE_TEST_SECONDS = 600.0
_LISTENERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(LISTEN|NOTIFY)'"


async def test_process_that_only_commits_wakes_the_listeners_of_another(world: World) -> None:
    await world.add_agent("anna")
    listener = world.database.changes.listener()
    while (await world.fetch(_LISTENERS))[0]["count"] == 0:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await listener.wait(0)
    async with Database(world.database.url) as committer:
        async with committer.transaction() as connection:
            await ask(connection, "anna", Presence.OFFLINE, None, world.clock.now())
        async with asyncio.timeout(20):
            await listener.wait(FAR_LONGER_THAN_THE_TEST_SECONDS)
    listener.close()
