"""The engine's process is killed or stopped in the middle of its work; another one goes on."""

from datetime import timedelta

from ringback.callbacks.states import Result, State
from ringback.telephony.port import Outcome
from tests.acceptance.sip.site import Site, number
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import FarEnd

LEASE_SECONDS = 3.0
RING_SECONDS = 6


async def test_engine_killed_while_the_customer_rings_waits_before_it_rings_again(closed_site: Site) -> None:
    site = closed_site
    engine = site.start_engine(lease_seconds=LEASE_SECONDS)
    await site.add_service(ring_timeout_seconds=RING_SECONDS, retries={"UNKNOWN": {"delay_seconds": 0}})
    await site.add_agent("anna", Behaviour.ANSWERS_THEN_LEAVES)
    customer = number(FarEnd.ANSWERS_WHEN_CALLED_AGAIN)
    callback_id = await site.create(customer)
    rung = await site.rings(site.trunk, customer)
    engine.kill()
    site.start_engine(lease_seconds=LEASE_SECONDS)
    requeued = await site.requeued(callback_id)
    assert requeued.eligible_at is not None
    assert requeued.eligible_at > rung.invited_at.astimezone() + timedelta(seconds=RING_SECONDS)
    story = await site.metrics(callback_id)
    assert (story.attempts[0].outcome, story.attempts[0].legs[0].outcome) == ("UNKNOWN", Outcome.UNKNOWN)
    assert "the fate of the call is unknown" in story.transitions[-1].reason
    await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
    _, second = site.trunk.calls()
    assert second.invited_at.astimezone() >= requeued.eligible_at


async def test_engine_killed_while_they_talk_rings_nobody_again(closed_site: Site) -> None:
    site = closed_site
    engine = site.start_engine(lease_seconds=LEASE_SECONDS)
    await site.add_service()
    anna = await site.add_agent("anna", Behaviour.ANSWERS)
    callback_id = await site.create(number(Behaviour.ANSWERS))
    await site.wait_until(callback_id, lambda seen: seen.state is State.PROCESSING, "the talk")
    await site.joined(callback_id)
    engine.kill()
    site.start_engine(lease_seconds=LEASE_SECONDS)
    await site.wait_for(callback_id, State.COMPLETED, Result.UNKNOWN)
    assert "nobody is rung again" in (await site.metrics(callback_id)).transitions[-1].reason
    # The next call is made and joined: who would leave by themselves might have left before that on a busy machine.
    later = await site.create(number(Behaviour.ANSWERS))
    await site.wait_until(later, lambda seen: seen.state is State.PROCESSING, "the next talk")
    await site.joined(later)
    assert [call.dialled for call in site.trunk.calls()] == [number(Behaviour.ANSWERS)] * 2
    assert len(site.phone.calls(anna)) == 2


async def test_engine_that_is_told_to_stop_gives_the_link_back_at_once(closed_site: Site) -> None:
    site = closed_site
    engine = site.start_engine(lease_seconds=3_600)
    await site.link_is_up()
    assert engine.stop() == 0
    (warning,) = await site.warnings()
    assert warning.startswith("No engine holds a telephony link")
    site.start_engine(lease_seconds=3_600)
    await site.link_is_up()
