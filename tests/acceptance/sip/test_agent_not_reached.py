"""An agent does not take the call: the customer, who is on the line, goes to the next one."""

from ringback.agents.model import Presence
from ringback.callbacks.states import Event, Result, State
from ringback.telephony.port import Outcome
from tests.acceptance.sip.site import Site, number
from tests.telephony.rig import Behaviour


async def test_busy_agent_is_not_ready_and_the_customer_goes_to_the_next(site: Site) -> None:
    await site.add_service()
    busy = await site.add_agent("anna", Behaviour.BUSY)
    ready = await site.add_agent("bert", Behaviour.LEAVES_LATER)
    callback_id = await site.create(number(Behaviour.ANSWERS))
    callback = await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    assert (callback.agent, callback.attempts) == (ready, 1)
    assert [call.dialled for call in site.phone.calls()] == [busy, ready]
    assert len(site.trunk.calls()) == 1
    anna = await site.agent(busy)
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "did not take a call: busy")


async def test_agent_who_does_not_answer_is_not_ready_and_the_customer_goes_to_the_next(site: Site) -> None:
    await site.add_service(agent_ring_timeout_seconds=2)
    silent = await site.add_agent("anna", Behaviour.RINGS_FOR_EVER)
    ready = await site.add_agent("bert", Behaviour.ANSWERS_THEN_LEAVES)
    callback_id = await site.create(number(Behaviour.ANSWERS))
    callback = await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    assert (callback.agent, callback.attempts) == (ready, 1)
    first, second = site.phone.calls()
    assert (first.dialled, first.is_cancelled, second.dialled) == (silent, True, ready)
    anna = await site.agent(silent)
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "did not take a call: no answer")
    story = await site.metrics(callback_id)
    assert [change.event for change in story.transitions][2:4] == [Event.AGENT_LOST, Event.NEXT_AGENT_RESERVED]
    assert [leg.outcome for leg in story.attempts[0].legs] == [Outcome.NORMAL, Outcome.NO_ANSWER, Outcome.NORMAL]
