"""What becomes of a callback whose customer is not reached: told from real SIP responses."""

from ringback.agents.model import Presence
from ringback.callbacks.states import Event, Result, State
from ringback.telephony.port import EndedBy, Outcome
from tests.acceptance.sip.site import Site, number
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import FarEnd

RETRY_SECONDS = 2


async def test_busy_customer_is_called_again_and_then_given_up(site: Site) -> None:
    await site.add_service(dial_attempts=2, retries={"BUSY": {"delay_seconds": RETRY_SECONDS}})
    await site.add_agent("anna", Behaviour.ANSWERS)
    callback_id = await site.create(number(Behaviour.BUSY))
    await site.wait_for(callback_id, State.COMPLETED, Result.BUSY)
    story = await site.metrics(callback_id)
    assert [(attempt.outcome, attempt.legs[0].sip_status) for attempt in story.attempts] == [("BUSY", 486)] * 2
    first, second = site.trunk.calls()
    assert (second.invited_at - first.invited_at).total_seconds() >= RETRY_SECONDS
    assert not site.phone.calls()


async def test_nobody_answers_then_the_retry_reaches_the_customer(site: Site) -> None:
    await site.add_service(ring_timeout_seconds=2, retries={"NO_ANSWER": {"delay_seconds": RETRY_SECONDS}})
    anna = await site.add_agent("anna", Behaviour.ANSWERS_THEN_LEAVES)
    callback_id = await site.create(number(FarEnd.ANSWERS_WHEN_CALLED_AGAIN))
    requeued = await site.requeued(callback_id)
    assert (await site.agent(anna)).presence is Presence.READY
    assert requeued.waiting_for is not None
    assert requeued.waiting_for.startswith("Attempt 2 is not made before ")
    await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    first, second = site.trunk.calls()
    assert (first.is_cancelled, second.is_answered) == (True, True)
    assert requeued.eligible_at is not None
    assert second.invited_at.astimezone() >= requeued.eligible_at
    attempts = (await site.metrics(callback_id)).attempts
    assert [attempt.outcome for attempt in attempts] == ["NO_ANSWER", "JOINED"]
    assert attempts[0].legs[0].ended_by is EndedBy.TIMEOUT


async def test_number_that_does_not_exist_is_called_once(site: Site) -> None:
    await site.add_service()
    anna = await site.add_agent("anna", Behaviour.ANSWERS)
    callback_id = await site.create(number(Behaviour.UNKNOWN_NUMBER))
    await site.wait_for(callback_id, State.COMPLETED, Result.INVALID_NUMBER)
    story = await site.metrics(callback_id)
    leg = story.attempts[0].legs[0]
    assert (leg.outcome, leg.sip_status, leg.ringing_at) == (Outcome.INVALID_NUMBER, 404, None)
    assert story.transitions[-1].event is Event.FAILED
    assert "the number does not exist" in story.transitions[-1].reason
    assert (len(site.trunk.calls()), len(site.phone.calls())) == (1, 0)
    assert (await site.agent(anna)).presence is Presence.READY


async def test_rejected_call_is_not_repeated(site: Site) -> None:
    await site.add_service()
    await site.add_agent("anna", Behaviour.ANSWERS)
    callback_id = await site.create(number(Behaviour.REJECTS))
    await site.wait_for(callback_id, State.COMPLETED, Result.REJECTED)
    leg = (await site.metrics(callback_id)).attempts[0].legs[0]
    assert (leg.outcome, leg.sip_status, leg.ended_by) == (Outcome.REJECTED, 603, EndedBy.REMOTE)
    assert leg.ringing_at is not None
    assert (len(site.trunk.calls()), len(site.phone.calls())) == (1, 0)


async def test_customer_who_hangs_up_while_the_agent_rings_frees_the_agent(site: Site) -> None:
    await site.add_service(agent_ring_timeout_seconds=300)
    anna = await site.add_agent("anna", Behaviour.RINGS_FOR_EVER)
    callback_id = await site.create(number(Behaviour.LEAVES_LATER))
    requeued = await site.requeued(callback_id)
    assert site.phone.calls()[0].is_cancelled
    assert (await site.agent(anna)).presence is Presence.READY
    story = await site.metrics(callback_id)
    assert story.attempts[0].outcome == "CUSTOMER_HUNG_UP"
    customer, agent = story.attempts[0].legs
    assert (customer.outcome, customer.ended_by) == (Outcome.NORMAL, EndedBy.REMOTE)
    assert (agent.outcome, agent.ended_by) == (Outcome.CANCELLED, EndedBy.US)
    assert "the customer hung up before an agent came" in story.transitions[-1].reason
    assert requeued.eligible_at is not None
    assert (requeued.eligible_at - story.transitions[-1].at).total_seconds() == 300
