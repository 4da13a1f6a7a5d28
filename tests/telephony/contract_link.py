"""What every telephone system must do when the link to it breaks, its controller dies, or another one takes over."""

from enum import StrEnum

import pytest

from ringback.telephony.port import (
    Bridged,
    Capability,
    EndedBy,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegGone,
    LegRinging,
    LegRole,
    LegState,
    LinkLost,
    LinkRestored,
    Snapshot,
    Superseded,
    TelephonyUnavailable,
)
from tests.telephony.rig import Ability, Behaviour, Controller, Rig, needs, started


class Step(StrEnum):
    """How far a call has come when something breaks."""

    PREPARED = "PREPARED"
    RINGING = "RINGING"
    ANSWERED = "ANSWERED"
    BRIDGED = "BRIDGED"


EXPECTED = {
    Step.PREPARED: {(LegState.PREPARED, False, None)},
    Step.RINGING: {(LegState.RINGING, True, None)},
    Step.ANSWERED: {(LegState.ANSWERED, True, None)},
    Step.BRIDGED: {(LegState.ANSWERED, True, "call-1")},
}
every_step = pytest.mark.parametrize("step", list(Step))


class LinkContract:
    """The cases about the link; `rig` comes from the adapter's test module."""

    @every_step
    async def test_link_cut_is_told_and_the_restored_snapshot_says_what_is(self, rig: Rig, step: Step) -> None:
        needs(rig, Ability.CUT_LINK)
        controller = await _connected(rig)
        legs = await _bring_to(controller, step)
        await rig.cut_link()
        await controller.hears(LinkLost)
        with pytest.raises(TelephonyUnavailable):
            await controller.telephony.snapshot()
        with pytest.raises(TelephonyUnavailable):
            await controller.telephony.hangup(legs[0], HangupReason.CANCELLED)
        heard = len(controller.told)
        await rig.restore_link()
        restored = await controller.hears(LinkRestored, after=heard)
        assert _seen(restored.snapshot) == {leg: state for leg in legs for state in EXPECTED[step]}
        assert [controller.ends_of(leg) for leg in legs] == [[] for _ in legs]

    async def test_dial_while_the_link_is_cut_rings_nobody(self, rig: Rig) -> None:
        needs(rig, Ability.CUT_LINK)
        controller = await _connected(rig)
        leg = await controller.prepare(Behaviour.ANSWERS)
        await rig.cut_link()
        await controller.hears(LinkLost)
        with pytest.raises(TelephonyUnavailable):
            await controller.telephony.dial(leg)
        await rig.pass_time(1)
        assert controller.times_rung(leg) == 0

    async def test_answer_while_the_link_is_cut_is_not_replayed_but_seen(self, rig: Rig) -> None:
        needs(rig, Ability.CUT_LINK)
        controller = await _connected(rig)
        leg = await controller.dial(Behaviour.ANSWERS_LATE)
        await controller.hears(LegRinging, leg)
        await rig.cut_link()
        await controller.hears(LinkLost)
        await rig.pass_time(6)
        heard = len(controller.told)
        await rig.restore_link()
        restored = await controller.hears(LinkRestored, after=heard)
        assert _seen(restored.snapshot) == {leg: (LegState.ANSWERED, True, None)}
        await controller.telephony.hangup(leg, HangupReason.FINISHED)
        await controller.hears(LegEnded, leg)
        assert controller.story_of(leg) == ["LegRinging", "LegEnded"]

    async def test_leg_that_ended_while_the_link_was_cut_is_missing_from_the_snapshot(self, rig: Rig) -> None:
        needs(rig, Ability.CUT_LINK)
        controller = await _connected(rig)
        leg = await controller.dial(Behaviour.ANSWERS_THEN_LEAVES)
        await controller.hears(LegAnswered, leg)
        epoch = (await controller.telephony.snapshot()).epoch
        await rig.cut_link()
        await controller.hears(LinkLost)
        await rig.pass_time(5)
        heard = len(controller.told)
        await rig.restore_link()
        restored = await controller.hears(LinkRestored, after=heard)
        assert restored.snapshot == Snapshot(epoch=epoch)
        await controller.telephony.hangup(leg, HangupReason.FINISHED)
        assert len(controller.ends_of(leg)) <= 1

    @every_step
    async def test_next_engine_adopts_what_its_dead_predecessor_left(self, rig: Rig, step: Step) -> None:
        first = await _connected(rig)
        _needs_survival(first)
        legs = await _bring_to(first, step)
        asked = {request.leg_id: request.labels for request in first.requests if request.leg_id in legs}
        await rig.kill(first.telephony)
        second = await _connected(rig)
        snapshot = await second.telephony.snapshot()
        assert _seen(snapshot) == {leg: state for leg in legs for state in EXPECTED[step]}
        assert {leg.leg_id: leg.labels for leg in snapshot.legs} == asked
        for leg in legs:
            await second.telephony.hangup(leg, HangupReason.NOT_WANTED)
            assert (await second.hears(LegEnded, leg)).by is EndedBy.US
        assert {first.times_rung(leg) for leg in legs} == {0 if step is Step.PREPARED else 1}

    async def test_next_engine_takes_a_ringing_customer_to_the_end_of_the_call(self, rig: Rig) -> None:
        first = await _connected(rig)
        _needs_survival(first)
        customer = await first.dial(Behaviour.ANSWERS_LATE)
        await first.hears(LegRinging, customer)
        await rig.kill(first.telephony)
        second = await _connected(rig)
        await second.hears(LegAnswered, customer)
        agent = await second.dial(Behaviour.ANSWERS_THEN_LEAVES, LegRole.AGENT)
        await second.hears(LegAnswered, agent)
        await second.telephony.bridge("call-1", customer, agent)
        await second.hears(Bridged)
        assert (await second.hears(LegEnded, agent)).by is EndedBy.REMOTE
        assert first.times_rung(customer) == 1

    @every_step
    async def test_calls_that_die_with_their_engine_are_gone_for_the_next(self, rig: Rig, step: Step) -> None:
        first = await _connected(rig)
        if Capability.SURVIVES_ENGINE in first.telephony.capabilities:
            pytest.skip("the calls of this system survive their engine")
        legs = await _bring_to(first, step)
        await rig.kill(first.telephony)
        assert first.stream_is_over or await first.ends_listening()
        second = await _connected(rig)
        assert (await second.telephony.snapshot()).legs == ()
        for leg in legs:
            with pytest.raises(LegGone):
                await second.telephony.dial(leg)
        await rig.pass_time(0.5)
        assert {first.times_rung(leg) for leg in legs} == {0 if step is Step.PREPARED else 1}

    async def test_second_controller_supersedes_the_first_for_good(self, rig: Rig) -> None:
        needs(rig, Ability.SECOND_CONTROLLER)
        first = await _connected(rig)
        leg = await first.dial(Behaviour.RINGS_FOR_EVER)
        await first.hears(LegRinging, leg)
        second = await _connected(rig)
        await first.hears(Superseded)
        assert await first.ends_listening()
        assert isinstance(first.told[-1], Superseded)
        assert _seen(await second.telephony.snapshot()) == {leg: (LegState.RINGING, True, None)}
        await second.telephony.hangup(leg, HangupReason.NOT_WANTED)
        await second.hears(LegEnded, leg)
        assert first.ends_of(leg) == []
        await first.telephony.close()
        await second.telephony.snapshot()

    async def test_late_dial_of_the_superseded_controller_meets_leg_gone_and_rings_nobody(self, rig: Rig) -> None:
        needs(rig, Ability.SECOND_CONTROLLER)
        stale = await _connected(rig)
        leg = await stale.prepare(Behaviour.ANSWERS)
        present = await _connected(rig)
        await stale.hears(Superseded)
        await present.telephony.hangup(leg, HangupReason.NOT_WANTED)
        await present.hears(LegEnded, leg)
        with pytest.raises((LegGone, TelephonyUnavailable)):
            await stale.telephony.dial(leg)
        await rig.pass_time(1)
        assert stale.times_rung(leg) == 0
        assert (await present.telephony.snapshot()).legs == ()

    async def test_closing_a_superseded_controller_leaves_its_successors_calls_alone(self, rig: Rig) -> None:
        needs(rig, Ability.SECOND_CONTROLLER)
        first = await _connected(rig)
        second = await _connected(rig)
        await first.hears(Superseded)
        leg = await second.dial(Behaviour.ANSWERS)
        await second.hears(LegAnswered, leg)
        await first.telephony.close()
        await rig.pass_time(0.5)
        assert second.story_of(leg) == ["LegRinging", "LegAnswered"]


async def _connected(rig: Rig) -> Controller:
    controller = await started(rig)
    await controller.hears(LinkRestored)
    return controller


async def _bring_to(controller: Controller, step: Step) -> list[str]:
    """Legs that have come to that step and stay there: one, or two when they are bridged."""
    match step:
        case Step.PREPARED:
            return [await controller.prepare(Behaviour.ANSWERS)]
        case Step.RINGING:
            leg = await controller.dial(Behaviour.RINGS_FOR_EVER)
            await controller.hears(LegRinging, leg)
            return [leg]
        case Step.ANSWERED:
            leg = await controller.dial(Behaviour.ANSWERS)
            await controller.hears(LegAnswered, leg)
            return [leg]
        case Step.BRIDGED:
            customer, agent = [await controller.dial(Behaviour.ANSWERS, role) for role in LegRole]
            await controller.hears(LegAnswered, customer)
            await controller.hears(LegAnswered, agent)
            await controller.telephony.bridge("call-1", customer, agent)
            await controller.hears(Bridged)
            return [customer, agent]


def _seen(snapshot: Snapshot) -> dict[str, tuple[LegState, bool, str | None]]:
    return {leg.leg_id: (leg.state, leg.was_dialled, leg.bridge) for leg in snapshot.legs}


def _needs_survival(controller: Controller) -> None:
    if Capability.SURVIVES_ENGINE not in controller.telephony.capabilities:
        pytest.skip("the calls of this system do not survive their engine")
