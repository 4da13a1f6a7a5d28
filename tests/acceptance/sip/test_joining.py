"""A request over HTTP becomes a call that joins a customer and an agent: over real SIP and RTP."""

from datetime import UTC, datetime, timedelta

from ringback.agents.model import Presence
from ringback.callbacks.states import Event, Result, State
from ringback.callbacks.trace import CallbackTrace
from ringback.telephony.port import EndedBy, LegRole, Outcome
from tests.acceptance.sip.conftest import AGENT_TONE, CUSTOMER_TONE
from tests.acceptance.sip.site import Site, number
from tests.telephony.rig import Behaviour

LOUD, QUIET = 0.2, 0.1
"""Shares of the full scale; the phones play their tone at 0.49, and the loudest note of the hold music is 0.09."""
STAYS, LEAVES = Behaviour.ANSWERS, Behaviour.LEAVES_LATER


async def test_a_post_rings_the_customer_then_the_agent_and_completes_with_agent(site: Site) -> None:
    await site.add_service(caller_id="+4930555000", caller_name="Example GmbH", wrap_up_seconds=30)
    anna = await site.add_agent("anna", LEAVES)
    callback = await site.wait_for(await site.create(number(STAYS)), State.COMPLETED, Result.AGENT)
    (at_customer,), (at_agent,) = site.trunk.calls(), site.phone.calls()
    assert (at_customer.dialled, at_customer.caller, at_customer.caller_name) == (
        number(STAYS),
        "+4930555000",
        "Example GmbH",
    )
    assert (at_agent.dialled, at_agent.caller) == (anna, number(STAYS))
    assert at_customer.invited_at < at_agent.invited_at
    assert (at_customer.bye_from, at_agent.bye_from) == ("caller", "phone")
    assert (callback.agent, callback.attempts) == (anna, 1)
    assert (await site.agent(anna)).presence is Presence.WRAP_UP


async def test_customer_and_agent_hear_each_other(site: Site) -> None:
    await site.add_service()
    await site.add_agent("anna", LEAVES)
    await site.wait_for(await site.create(number(STAYS)), State.COMPLETED, Result.AGENT)
    assert site.phone.sound.loudest(CUSTOMER_TONE) > LOUD
    assert site.trunk.sound.loudest(AGENT_TONE) > LOUD
    assert site.phone.sound.loudness(AGENT_TONE) < QUIET
    assert site.trunk.sound.loudness(CUSTOMER_TONE) < QUIET


async def test_metrics_tell_the_story_of_a_joined_call(site: Site) -> None:
    await site.add_service()
    anna = await site.add_agent("anna", LEAVES)
    callback_id = await site.create(number(STAYS))
    await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    story = await site.metrics(callback_id)
    (attempt,) = story.attempts
    customer, agent = attempt.legs
    assert [change.event for change in story.transitions] == [
        Event.REQUESTED,
        Event.AGENT_RESERVED,
        Event.JOINED,
        Event.FINISHED,
    ]
    assert [change.actor_name for change in story.transitions] == ["acceptance", "engine", "engine", "engine"]
    assert (attempt.link, attempt.agent, attempt.outcome) == ("main", anna, "JOINED")
    assert (customer.role, customer.outcome, customer.ended_by) == (LegRole.CUSTOMER, Outcome.NORMAL, EndedBy.US)
    assert (agent.role, agent.outcome, agent.ended_by) == (LegRole.AGENT, Outcome.NORMAL, EndedBy.REMOTE)
    assert instants(story) == sorted(instants(story))


async def test_agent_first_rings_the_agent_before_the_customer(site: Site) -> None:
    await site.add_service(strategy="AGENT_FIRST")
    await site.add_agent("anna", LEAVES)
    callback_id = await site.create(number(STAYS))
    await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    (at_customer,), (at_agent,) = site.trunk.calls(), site.phone.calls()
    assert at_agent.invited_at < at_customer.invited_at
    assert site.phone.sound.loudest(CUSTOMER_TONE) > LOUD
    (attempt,) = (await site.metrics(callback_id)).attempts
    assert attempt.strategy == "AGENT_FIRST"


async def test_scheduled_callback_is_dialled_at_its_time_and_not_before(site: Site) -> None:
    await site.add_service()
    await site.add_agent("anna", Behaviour.ANSWERS_THEN_LEAVES)
    desired_at = datetime.now(UTC) + timedelta(seconds=4)
    callback_id = await site.create(number(STAYS), desired_at=desired_at)
    assert (await site.callback(callback_id)).is_scheduled
    await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    (at_customer,) = site.trunk.calls()
    assert desired_at <= at_customer.invited_at.astimezone()
    events = [change.event for change in (await site.metrics(callback_id)).transitions]
    assert events[:3] == [Event.SCHEDULED, Event.PROMOTED, Event.AGENT_RESERVED]


def instants(story: CallbackTrace) -> list[datetime]:
    """What happened to a joined call, in the order in which it has to have happened."""
    (attempt,) = story.attempts
    customer, agent = attempt.legs
    told = [
        attempt.opened_at,
        customer.dial_permitted_at,
        customer.ringing_at,
        customer.answered_at,
        agent.dial_permitted_at,
        agent.ringing_at,
        agent.answered_at,
        attempt.bridge_permitted_at,
        attempt.joined_at,
        agent.ended_at,
        customer.ended_at,
        attempt.closed_at,
    ]
    assert all(told), told
    return [instant for instant in told if instant]
