"""Practice beside real things: what it brings, how it is kept going, and that its removal takes nothing else."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from ringback.accounts import api_keys, first_administrator, users
from ringback.accounts.rules import Role, Scope
from ringback.actors import ENGINE, Actor, ActorKind
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.booking import setup
from ringback.callbacks import pages, requests
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.pages import CallbackFilter
from ringback.callbacks.rules import AttemptOutcome
from ringback.callbacks.states import State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.practice import LINK, Players, remove, set_up
from ringback.practice.players import ENOUGH_WAITING, KEPT, PAUSE_OF_AGENTS
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from tests.integration.world import World
from tests.people import make_user

OPERATOR = Actor(ActorKind.USER, "operator")
NUMBER = "+12025550133"


async def names(database: Database) -> tuple[list[str], list[str], list[str]]:
    """What there is: services, agents, API keys."""
    return (
        [service.name for service in await catalog.list_all(database)],
        [agent.name for agent in await roster.list_all(database)],
        [key.name for key in await api_keys.list_all(database)],
    )


async def total(database: Database, clock: ManualClock, states: Sequence[State] = ()) -> int:
    """How many callbacks there are."""
    return (await pages.find(database, clock, CallbackFilter(states=states))).total


async def make_real_things(database: Database, clock: ManualClock) -> None:
    """A real service, agent, key and callback, with names that practice would like to have."""
    await catalog.create(database, clock, ENGINE, "support")
    await roster.save(database, clock, ENGINE, "anna", endpoint="1", services=["support"])
    await api_keys.create(database, clock, ENGINE, "practice", [Scope.READ])
    request = CallbackRequest(service="support", phone_number=NUMBER)
    await requests.create(database, clock, OPERATOR, request)


async def test_all_that_practice_brings_is_marked_and_its_agents_are_ready(database: Database) -> None:
    clock = ManualClock()
    stage = await set_up(database, clock)

    assert stage.services == ("support", "sales", "billing")
    services, agents = await catalog.list_all(database), await roster.list_all(database)
    assert all(service.is_practice and service.trunk == LINK for service in services)
    assert len(agents) == 12
    assert all(agent.is_practice and agent.presence is Presence.READY for agent in agents)
    assert stage.secret
    assert (await api_keys.Authenticator(database, clock).authenticate(stage.secret)).api_key_id
    assert all(key.is_practice for key in await api_keys.list_all(database))


async def test_a_second_start_changes_nothing_and_shows_no_key(database: Database) -> None:
    clock = ManualClock()
    first = await set_up(database, clock)
    before = await names(database)
    second = await set_up(database, clock)
    assert (second.services, second.secret) == (first.services, None)
    assert await names(database) == before


async def test_removal_takes_practice_and_leaves_what_is_real(database: Database) -> None:
    clock = ManualClock()
    await make_real_things(database, clock)
    real = await names(database)

    stage = await set_up(database, clock)
    assert stage.services == ("practice-support", "sales", "billing")
    assert stage.secret is None
    assert await Players(database, clock).run_once()
    assert await total(database, clock) > 1

    removed = await remove(database, clock, OPERATOR)
    assert (removed.services, removed.agents, removed.api_keys) == (3, 12, 0)
    assert await names(database) == real
    assert await total(database, clock) == 1
    (anna,) = await roster.list_all(database)
    assert anna.endpoint == "1"


async def test_users_stay_when_practice_goes_also_one_who_was_an_agent_of_it(database: Database) -> None:
    clock = ManualClock()
    await set_up(database, clock)
    await first_administrator.make(database, clock, None)
    await make_user(database, clock, "anna", Role.AGENT, services=["support"], agent="anna")
    await remove(database, clock, OPERATOR)
    admin, anna = await users.list_all(database)
    assert (admin.name, admin.services, admin.is_enabled) == ("admin", None, True)
    assert (anna.name, anna.services, anna.agent) == ("anna", (), None)


async def test_removing_twice_or_without_practice_is_harmless(database: Database) -> None:
    clock = ManualClock()
    await make_real_things(database, clock)
    removed = await remove(database, clock, OPERATOR)
    assert (removed.services, removed.agents, removed.callbacks, removed.api_keys) == (0, 0, 0, 0)
    assert await total(database, clock) == 1


async def test_customers_stop_coming_while_enough_of_them_wait(database: Database) -> None:
    clock = ManualClock()
    await set_up(database, clock)
    players = Players(database, clock)
    for _ in range(200):
        assert await players.run_once()
        await clock.advance(1.0)
    assert await total(database, clock, [State.SCHEDULED, State.QUEUED]) == ENOUGH_WAITING


async def test_customers_whom_a_service_refuses_go_away_and_others_come(database: Database) -> None:
    clock = ManualClock()
    stage = await set_up(database, clock)
    players = Players(database, clock)
    for name in stage.services:
        await setup.change(database, clock, ENGINE, name, ServiceChoices(hours={}))
    for _ in range(10):
        assert await players.run_once()
        await clock.advance(1.0)
    assert await total(database, clock) == 0
    for name in stage.services:
        await setup.change(database, clock, ENGINE, name, ServiceChoices(hours=None))
    for _ in range(20):
        assert await players.run_once()
        await clock.advance(1.0)
    assert await total(database, clock) > 0


async def test_an_agent_who_missed_a_call_comes_back_after_a_pause(database: Database) -> None:
    clock = ManualClock()
    await set_up(database, clock)
    players = Players(database, clock)
    await roster.ask_presence(database, clock, ENGINE, "anna", Presence.NOT_READY, "did not take a call")
    await players.run_once()
    assert (await roster.get(database, "anna")).presence is Presence.NOT_READY
    await clock.advance(PAUSE_OF_AGENTS.total_seconds() + 1)
    await players.run_once()
    assert (await roster.get(database, "anna")).presence is Presence.READY


async def test_callbacks_of_practice_are_forgotten_after_a_day_and_real_ones_are_not(database: Database) -> None:
    clock = ManualClock()
    await make_real_things(database, clock)
    await set_up(database, clock)
    players = Players(database, clock)
    await players.run_once()
    for view in (await pages.find(database, clock, CallbackFilter())).items:
        await requests.cancel(database, clock, OPERATOR, view.id)
    await clock.advance((KEPT + timedelta(minutes=10)).total_seconds())
    await players.run_once()
    (kept,) = (await pages.find(database, clock, CallbackFilter(states=[State.COMPLETED]))).items
    assert kept.service == "support"


async def test_no_customer_comes_and_the_players_leave_when_practice_is_removed(database: Database) -> None:
    clock = ManualClock()
    await set_up(database, clock)
    players = Players(database, clock)
    await remove(database, clock, OPERATOR)
    assert not await players.run_once()
    assert await total(database, clock) == 0


async def offer_to_practice_agent(world: World, *, has_open_desk: bool) -> list[UUID]:
    """Five callbacks, one agent of practice to whom they are offered, and maybe somebody at that desk."""
    await world.add_service("real", strategy="PREVIEW", reserve_timeout_seconds=40)
    await world.add_agent("anna", "107", "real")
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE agents SET is_practice = true")
        await connection.execute("UPDATE agents SET desk_seen_at = $1", world.clock.now() if has_open_desk else None)
    return [await world.ask(f"+493012340{number:02d}01", "real") for number in range(5)]


async def play(world: World, callback_ids: list[UUID], most_seconds: int) -> list[str | None]:
    """What became of the attempts by the time that one is joined, or that so much time has passed."""
    players = Players(world.database, world.clock)
    told: list[str | None] = []
    for _ in range(most_seconds):
        await players.run_once()
        await world.pass_time(1)
        told = [outcome for callback_id in callback_ids for outcome in await world.outcomes(callback_id)]
        if AttemptOutcome.JOINED in told:
            break
    return told


async def test_agents_of_practice_answer_what_is_offered_to_them(world: World) -> None:
    callback_ids = await offer_to_practice_agent(world, has_open_desk=False)
    # Some offers they reject, put off or overlook, but never all of them.
    assert AttemptOutcome.JOINED in await play(world, callback_ids, 400)


async def test_who_sits_at_the_desk_of_an_agent_of_practice_answers_themselves(world: World) -> None:
    callback_ids = await offer_to_practice_agent(world, has_open_desk=True)
    assert await play(world, callback_ids, 30) == [None]


async def test_a_practice_agent_of_real_calls_stays_and_is_offline(world: World) -> None:
    await world.add_service("real")
    await set_up(world.database, world.clock)
    await roster.save(world.database, world.clock, ENGINE, "anna", endpoint="107", services=["real"])
    callback_id = await world.ask("+4930123401", "real")
    await world.until(world.in_state(callback_id, State.COMPLETED))

    removed = await remove(world.database, world.clock, OPERATOR)
    assert (removed.agents, removed.agents_kept) == (11, 1)
    (anna,) = await roster.list_all(world.database)
    assert (anna.name, anna.presence, anna.is_practice) == ("anna", Presence.OFFLINE, False)
    assert (await world.callback(callback_id)).state is State.COMPLETED


@pytest.mark.parametrize("state", [State.ROUTING, State.PROCESSING])
async def test_calls_under_way_end_before_practice_is_removed(world: World, state: State) -> None:
    await set_up(world.database, world.clock)
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE trunks SET link_id = 'main'")  # the link that this world's engine holds
    callback_id = await world.ask("+4930123401", "support")
    await world.until(world.in_state(callback_id, state))

    told: list[int] = []
    removing = asyncio.create_task(remove(world.database, world.clock, OPERATOR, told.append))
    while not removing.done():
        await world.pass_time(1.0)
    assert removing.result().callbacks == 1
    assert told == [1]
    assert await names(world.database) == ([], [], [])
