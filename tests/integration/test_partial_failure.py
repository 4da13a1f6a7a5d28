"""Something fails in the middle of the engine's work, once or for a while: what is left must go on by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import asyncpg
import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine import calls, dialer
from ringback.engine.dialer import Dialer
from ringback.engine.link import Lease, acquire
from ringback.errors import DatabaseUnavailable
from ringback.telephony.port import DialRequest, Event, TelephonyUnavailable
from ringback.telephony.simulator import Exchange, InProcessSimulator
from tests.integration.faults import fails_once
from tests.integration.site import LEASE_SECONDS, Site
from tests.integration.test_takeover import begin, only_callback, until_customer_rings, until_they_talk
from tests.integration.world import World

CUSTOMER = "+493012345001"
AGENT = "100"


async def test_database_lost_as_the_link_is_told_to_be_up_costs_one_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.dialer
    world.exchange.cut_links()
    await world.pass_time(2)
    world.exchange.restore_links()
    fails_once(monkeypatch, Lease, "tell", DatabaseUnavailable("gone"))
    with pytest.raises(DatabaseUnavailable):
        await world.pass_time(2)
    await world.pass_time(2)
    assert world.dialer.is_up
    await begin(world, until_customer_rings)


async def test_database_lost_in_the_middle_of_an_adoption_costs_one_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world, until_customer_rings)
    await world.kill_engine()
    fails_once(monkeypatch, calls, "leg_ended", DatabaseUnavailable("gone"))
    with pytest.raises(DatabaseUnavailable):
        await _start_and_adopt(world)
    await world.pass_time(3)
    assert world.dialer
    assert world.dialer.is_up
    assert await only_callback(world) == (State.QUEUED, None, ["UNKNOWN"])


async def test_link_comes_back_after_a_while_in_which_the_database_could_only_be_read(
    site: Site, server_url: str
) -> None:
    name = urlsplit(site.database.url).path.removeprefix("/")
    lease = site.rescuer.sessions["main"].lease

    async def is_fenced() -> bool:
        return not lease.is_valid

    admin = await asyncpg.connect(server_url)
    await _for_every_session(admin, name, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await site.eventually(is_fenced)
    await _for_every_session(admin, name, f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    await admin.close()
    await site.eventually(site.link_is_up)
    await begin(site, _until_customer_rings_at)


async def test_renewal_that_failed_in_any_way_is_followed_by_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = site.rescuer.sessions["main"]
    fails_once(monkeypatch, Lease, "renew", RuntimeError("a bug"))
    lease_is_over_at = site.clock.monotonic() + LEASE_SECONDS
    while site.clock.monotonic() <= lease_is_over_at:
        await site.let_sessions_work()
    await site.eventually(site.link_is_up)
    assert site.rescuer.sessions["main"] is session


@pytest.mark.parametrize(
    ("owner", "name"), [(Dialer, "abandon"), (InProcessSimulator, "close"), (Dialer, "finish"), (Lease, "release")]
)
async def test_session_whose_end_fails_leaves_its_link_to_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    fails_once(monkeypatch, owner, name, RuntimeError("a bug"))
    site.rescuer.sessions["main"].stop()
    await site.eventually(_is_another_session(site))
    await site.eventually(site.link_is_up)
    assert len([task for task in asyncio.all_tasks() if task.get_name() == "lease of main"]) == 1


async def test_session_that_fails_is_followed_by_another(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_once(monkeypatch, Dialer, "run_once", RuntimeError("a bug"))
    await site.eventually(_is_another_session(site))
    await site.eventually(site.link_is_up)
    assert len([task for task in asyncio.all_tasks() if task.get_name() == "lease of main"]) == 1


@pytest.mark.parametrize("ends_with", [None, OSError("the stream broke")])
async def test_session_that_would_hear_nothing_more_ends_and_the_link_is_taken_anew(
    site: Site, ends_with: Exception | None
) -> None:
    made: list[InProcessSimulator] = []
    site.adapter = _deaf_once(ends_with, made)

    async def is_taken_twice() -> bool:
        return len(made) == 2

    site.rescuer.sessions["main"].stop()
    await site.eventually(is_taken_twice)
    await site.eventually(site.link_is_up)
    await begin(site, _until_customer_rings_at)


async def test_slow_readers_of_a_whole_pool_do_not_cost_the_lease(database_url: str) -> None:
    clock = ManualClock()
    async with Database(database_url, max_connections=2) as database, AsyncExitStack() as readers:
        lease = await acquire(database, clock, "main", "simulator", holder="me", lease_seconds=6.0)
        assert lease
        for _ in range(2):
            await readers.enter_async_context(database.connection())
        clock.jump(3.9)
        await lease.renew()
        clock.jump(3.9)
        assert lease.is_valid


async def test_leg_that_was_made_after_the_link_came_back_is_not_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = InProcessSimulator.prepare

    async def prepare_on_a_new_connection(telephony: InProcessSimulator, request: DialRequest) -> None:
        monkeypatch.setattr(InProcessSimulator, "prepare", prepare)
        world.exchange.cut_links()
        world.exchange.restore_links()
        while not world.exchange.is_controlled_by("main", telephony):  # noqa: ASYNC110
            await asyncio.sleep(0)
        await prepare(telephony, request)

    monkeypatch.setattr(InProcessSimulator, "prepare", prepare_on_a_new_connection)
    await begin(world, until_customer_rings)
    await world.pass_time(5)
    assert await only_callback(world) == (State.ROUTING, None, [None])
    assert world.is_ringing(CUSTOMER)


async def test_agent_whose_leg_cannot_be_made_is_passed_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = InProcessSimulator.prepare

    async def prepare_but_not_for_anna(telephony: InProcessSimulator, request: DialRequest) -> None:
        if request.destination == AGENT:
            raise ValueError("no such codec")
        await prepare(telephony, request)

    monkeypatch.setattr(InProcessSimulator, "prepare", prepare_but_not_for_anna)
    world.far_end(CUSTOMER, talks_seconds=None)
    await world.add_service(customer_hold_seconds=20)
    await world.add_agent("anna", AGENT)
    await world.ask(CUSTOMER)
    await world.pass_time(60)
    assert await only_callback(world) == (State.QUEUED, None, ["AGENT_UNAVAILABLE"])
    assert (await world.agent("anna")).presence is Presence.NOT_READY
    legs = await world.fetch("SELECT outcome FROM legs WHERE role = 'AGENT'")
    assert [leg["outcome"] for leg in legs] == ["TRUNK_ERROR"]
    assert not world.exchange.snapshot("main").legs


async def test_two_who_cannot_be_bridged_are_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def bridge(*_: object) -> None:
        raise TelephonyUnavailable("no bridge")

    monkeypatch.setattr(InProcessSimulator, "bridge", bridge)
    monkeypatch.setattr(dialer, "BACK_OFF_SECONDS", 0.0)
    for phone in (CUSTOMER, AGENT):
        world.far_end(phone, talks_seconds=None)
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    for _ in range(60):
        await world.look_once()
        await world.clock.advance(1)
    assert (await world.callback(callback_id)).state is State.COMPLETED
    assert not world.exchange.snapshot("main").legs
    assert (await world.agent("anna")).presence is Presence.READY


async def test_hangup_that_failed_once_is_repeated_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(world, until_customer_rings)
    fails_once(monkeypatch, InProcessSimulator, "hangup", TelephonyUnavailable("busy"))
    [row] = await world.fetch("SELECT id FROM callbacks")
    await world.cancel(row["id"])
    await world.pass_time(1, step=0.25)
    assert not world.exchange.snapshot("main").legs


async def test_talk_of_which_one_end_was_heard_is_known_to_have_been_held(world: World) -> None:
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    await begin(world, until_they_talk)
    await _commit_the_customers_end(world)
    await world.kill_engine()
    world.exchange.far_end_hangs_up(CUSTOMER)
    await world.clock.advance(60)
    await world.start_engine()
    await world.pass_time(3)
    assert await only_callback(world) == (State.COMPLETED, Result.AGENT, ["JOINED"])


async def test_stop_while_the_customer_rings_leaves_a_call_of_unknown_fate(site: Site) -> None:
    await begin(site, _until_customer_rings_at)
    await site.rescuer.close()
    assert await only_callback(site) == (State.QUEUED, None, ["UNKNOWN"])
    assert not site.exchange.snapshot("main").legs
    assert (await site.agent("anna")).presence is Presence.READY


async def test_end_that_we_made_is_of_unknown_fate_also_when_its_commit_fails_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world, until_customer_rings)
    assert world.dialer
    await world.dialer.abandon()
    fails_once(monkeypatch, calls, "leg_ended", DatabaseUnavailable("gone"))
    with pytest.raises(DatabaseUnavailable):
        await world.pass_time(1)
    await world.pass_time(1)
    assert await only_callback(world) == (State.QUEUED, None, ["UNKNOWN"])


async def _start_and_adopt(world: World) -> None:
    await world.start_engine()
    await world.pass_time(3)


async def _until_customer_rings_at(world: World) -> None:
    assert isinstance(world, Site)
    world.far_end(CUSTOMER, decides_after_seconds=None)
    await world.ask(CUSTOMER)
    await world.eventually(world.is_rung(CUSTOMER))


async def _for_every_session(admin: "asyncpg.Connection[asyncpg.Record]", name: str, statement: str) -> None:
    await admin.execute(statement)
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)


async def _commit_the_customers_end(world: World) -> None:
    [leg] = await world.fetch("SELECT l.id, token FROM legs AS l, links WHERE role = 'CUSTOMER'")
    async with world.database.transaction() as connection:
        await calls.leg_ended(
            connection,
            leg["id"],
            leg["token"],
            world.clock.now(),
            outcome=calls.Outcome.NORMAL,
            ended_by=calls.EndedBy.REMOTE,
        )


def _is_another_session(site: Site) -> Callable[[], Awaitable[bool]]:
    before = site.rescuer.sessions.get("main")

    async def holds() -> bool:
        return site.rescuer.sessions.get("main") not in (None, before)

    return holds


def _deaf_once(
    ends_with: Exception | None, made: list[InProcessSimulator]
) -> Callable[[Exchange, str], InProcessSimulator]:
    """An adapter whose first connection tells one event and then nothing more; each one is added to `made`."""

    class Deaf(InProcessSimulator):
        async def events(self) -> AsyncIterator[Event]:
            async for event in super().events():
                yield event
                if ends_with is not None:
                    raise ends_with
                return

    def make(exchange: Exchange, link_id: str) -> InProcessSimulator:
        made.append((InProcessSimulator if made else Deaf)(exchange, link_id))
        return made[-1]

    return make
