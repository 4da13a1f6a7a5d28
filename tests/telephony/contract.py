"""What every telephone system must do with legs, bridges and prompts: run by each adapter over its own rig.

An adapter's test module says `class TestItsName(TelephonyContract)` and offers a `rig` fixture. What concerns the link
itself (cuts, restarts, takeovers) is in `contract_link.py`.
"""

import pytest

from ringback.telephony.port import (
    Bridged,
    Capability,
    Dtmf,
    EndedBy,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegExists,
    LegGone,
    LegRinging,
    LegRole,
    LegState,
    LinkRestored,
    Outcome,
    PromptFinished,
)
from tests.telephony.rig import Behaviour, Controller, Rig, started


class TelephonyContract:
    """The cases about legs; `rig` comes from the adapter's test module."""

    @pytest.fixture
    async def controller(self, rig: Rig) -> Controller:
        """The one adapter of most cases, connected."""
        controller = await started(rig)
        await controller.hears(LinkRestored)
        return controller

    async def test_the_first_event_is_link_restored_with_no_legs(self, controller: Controller) -> None:
        first = controller.told[0]
        assert isinstance(first, LinkRestored)
        assert first.snapshot.legs == ()
        assert first.snapshot.epoch

    async def test_prepared_leg_does_not_ring(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.prepare(Behaviour.ANSWERS)
        await rig.pass_time(1)
        assert controller.story_of(leg) == []
        assert controller.times_rung(leg) == 0
        (live,) = (await controller.telephony.snapshot()).legs
        assert (live.leg_id, live.state, live.was_dialled) == (leg, LegState.PREPARED, False)

    async def test_answered_leg_rings_answers_and_ends_when_we_hang_up(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.ANSWERS)
        await controller.hears(LegAnswered, leg)
        await controller.telephony.hangup(leg, HangupReason.FINISHED)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang, ended.answered) == (Outcome.NORMAL, EndedBy.US, True, True)
        assert controller.story_of(leg) == ["LegRinging", "LegAnswered", "LegEnded"]
        assert controller.times_rung(leg) == 1

    @pytest.mark.parametrize(
        ("behaviour", "outcome", "rang", "sip_status"),
        [
            (Behaviour.BUSY, Outcome.BUSY, False, 486),
            (Behaviour.BUSY_AFTER_RINGING, Outcome.BUSY, True, 486),
            (Behaviour.REJECTS, Outcome.REJECTED, True, 603),
            (Behaviour.UNKNOWN_NUMBER, Outcome.INVALID_NUMBER, False, 404),
            (Behaviour.CONGESTED, Outcome.CONGESTION, False, 503),
            (Behaviour.UNAVAILABLE, Outcome.NO_ANSWER, True, 480),
            (Behaviour.REDIRECTS, Outcome.REDIRECTED, False, 302),
            (Behaviour.TRUNK_REFUSES, Outcome.TRUNK_ERROR, False, 403),
        ],
    )
    async def test_failed_leg_tells_its_outcome_once(
        self, controller: Controller, behaviour: Behaviour, outcome: Outcome, rang: bool, sip_status: int
    ) -> None:
        leg = await controller.dial(behaviour)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang, ended.answered) == (outcome, EndedBy.REMOTE, rang, False)
        assert ended.sip_status in (sip_status, None)
        assert controller.story_of(leg) == (["LegRinging", "LegEnded"] if rang else ["LegEnded"])
        assert (await controller.telephony.snapshot()).legs == ()

    async def test_unasked_487_ends_the_leg_unanswered(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.TERMINATED)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.by, ended.answered) == (EndedBy.REMOTE, False)

    async def test_ring_timeout_is_no_answer(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.RINGS_FOR_EVER, ring_timeout=2)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.NO_ANSWER, EndedBy.TIMEOUT, True)
        assert not ended.answered

    async def test_ring_timeout_on_a_silent_network_is_unreachable(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.SILENT, ring_timeout=2)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.UNREACHABLE, EndedBy.TIMEOUT, False)
        assert controller.story_of(leg) == ["LegEnded"]

    async def test_early_media_is_told_before_the_answer(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.EARLY_MEDIA)
        ringing = await controller.hears(LegRinging, leg)
        assert ringing.early_media
        await controller.hears(LegAnswered, leg)
        assert controller.story_of(leg) == ["LegRinging", "LegAnswered"]

    async def test_instant_hangup_is_answered_then_ended_by_the_far_end(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.LEAVES_AT_ONCE)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.answered) == (Outcome.NORMAL, EndedBy.REMOTE, True)
        assert controller.story_of(leg)[-2:] == ["LegAnswered", "LegEnded"]

    async def test_cancel_while_ringing_is_our_cancel(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.RINGS_FOR_EVER)
        await controller.hears(LegRinging, leg)
        await controller.telephony.hangup(leg, HangupReason.CANCELLED)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang, ended.answered) == (Outcome.CANCELLED, EndedBy.US, True, False)
        await rig.pass_time(0.5)
        assert len(controller.ends_of(leg)) == 1

    async def test_hangup_right_after_dial_ends_the_leg_once(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.SILENT)
        await controller.telephony.hangup(leg, HangupReason.CANCELLED)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.CANCELLED, EndedBy.US, False)
        await rig.pass_time(0.5)
        assert len(controller.ends_of(leg)) == 1

    async def test_hangup_of_a_prepared_leg_ends_it_without_ringing(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.prepare(Behaviour.ANSWERS)
        await controller.telephony.hangup(leg, HangupReason.NOT_WANTED)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.CANCELLED, EndedBy.US, False)
        await rig.pass_time(0.5)
        assert controller.times_rung(leg) == 0

    async def test_dial_of_a_removed_leg_is_leg_gone_and_never_rings(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.prepare(Behaviour.ANSWERS)
        await controller.telephony.hangup(leg, HangupReason.NOT_WANTED)
        with pytest.raises(LegGone):
            await controller.telephony.dial(leg)
        await rig.pass_time(0.5)
        assert controller.times_rung(leg) == 0
        assert len(controller.ends_of(leg)) == 1

    async def test_dial_of_a_leg_that_was_never_prepared_is_leg_gone(self, controller: Controller) -> None:
        with pytest.raises(LegGone):
            await controller.telephony.dial("leg-nobody-knows")

    async def test_second_dial_of_a_ringing_leg_is_refused_and_rings_nobody(
        self, rig: Rig, controller: Controller
    ) -> None:
        leg = await controller.dial(Behaviour.RINGS_FOR_EVER)
        await controller.hears(LegRinging, leg)
        with pytest.raises(LegGone):
            await controller.telephony.dial(leg)
        await rig.pass_time(0.5)
        assert controller.times_rung(leg) == 1
        assert controller.story_of(leg) == ["LegRinging"]

    async def test_preparing_a_live_leg_id_again_is_leg_exists(self, rig: Rig, controller: Controller) -> None:
        request = controller.request(Behaviour.ANSWERS, LegRole.CUSTOMER)
        await controller.telephony.prepare(request)
        with pytest.raises(LegExists):
            await controller.telephony.prepare(request)
        await controller.telephony.dial(request.leg_id)
        await controller.hears(LegAnswered, request.leg_id)
        with pytest.raises(LegExists):
            await controller.telephony.prepare(request)
        assert controller.times_rung(request.leg_id) == 1

    async def test_hangup_of_an_ended_or_unknown_leg_is_a_success(self, rig: Rig, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.BUSY)
        await controller.hears(LegEnded, leg)
        await controller.telephony.hangup(leg, HangupReason.FINISHED)
        await controller.telephony.hangup("leg-nobody-knows", HangupReason.FINISHED)
        await rig.pass_time(0.5)
        assert len(controller.ends_of(leg)) == 1

    async def test_two_answered_legs_are_bridged_and_stay_answered(self, controller: Controller) -> None:
        customer, agent = await _joined(controller)
        states = {leg.leg_id: (leg.state, leg.bridge) for leg in (await controller.telephony.snapshot()).legs}
        assert states == {customer: (LegState.ANSWERED, "call-1"), agent: (LegState.ANSWERED, "call-1")}
        assert controller.ends_of(customer) == controller.ends_of(agent) == []

    async def test_repeating_a_bridge_is_harmless(self, rig: Rig, controller: Controller) -> None:
        customer, agent = await _joined(controller)
        await controller.telephony.bridge("call-1", customer, agent)
        await rig.pass_time(0.5)
        assert controller.ends_of(customer) == controller.ends_of(agent) == []

    async def test_bridge_with_an_ended_leg_is_leg_gone_and_keeps_the_other(self, controller: Controller) -> None:
        customer = await controller.dial(Behaviour.ANSWERS)
        agent = await controller.dial(Behaviour.LEAVES_AT_ONCE, LegRole.AGENT)
        await controller.hears(LegAnswered, customer)
        await controller.hears(LegEnded, agent)
        with pytest.raises(LegGone):
            await controller.telephony.bridge("call-1", customer, agent)
        assert [leg.leg_id for leg in (await controller.telephony.snapshot()).legs] == [customer]

    async def test_agent_who_leaves_first_does_not_end_the_customer(self, rig: Rig, controller: Controller) -> None:
        customer, agent = await _joined(controller, agent=Behaviour.LEAVES_LATER)
        ended = await controller.hears(LegEnded, agent)
        assert (ended.outcome, ended.by, ended.answered) == (Outcome.NORMAL, EndedBy.REMOTE, True)
        await rig.pass_time(0.5)
        assert controller.ends_of(customer) == []
        await controller.telephony.hangup(customer, HangupReason.FINISHED)
        assert (await controller.hears(LegEnded, customer)).by is EndedBy.US

    async def test_customer_who_leaves_while_the_agent_rings_leaves_the_agent_ringing(
        self, rig: Rig, controller: Controller
    ) -> None:
        customer = await controller.dial(Behaviour.ANSWERS_THEN_LEAVES)
        await controller.hears(LegAnswered, customer)
        agent = await controller.dial(Behaviour.RINGS_FOR_EVER, LegRole.AGENT)
        assert (await controller.hears(LegEnded, customer)).by is EndedBy.REMOTE
        await controller.hears(LegRinging, agent)
        await controller.telephony.hangup(agent, HangupReason.CANCELLED)
        ended = await controller.hears(LegEnded, agent)
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.CANCELLED, EndedBy.US, True)

    async def test_next_agent_takes_the_customer_when_the_first_is_busy(self, controller: Controller) -> None:
        customer = await controller.dial(Behaviour.ANSWERS)
        await controller.hears(LegAnswered, customer)
        first = await controller.dial(Behaviour.BUSY, LegRole.AGENT)
        assert (await controller.hears(LegEnded, first)).outcome is Outcome.BUSY
        second = await controller.dial(Behaviour.ANSWERS, LegRole.AGENT)
        await controller.hears(LegAnswered, second)
        await controller.telephony.bridge("call-1", customer, second)
        assert (await controller.hears(Bridged)).call_id == "call-1"
        assert controller.ends_of(customer) == []

    async def test_longest_duration_ends_an_answered_leg_by_itself(self, controller: Controller) -> None:
        leg = await controller.dial(Behaviour.ANSWERS, max_duration=2)
        ended = await controller.hears(LegEnded, leg)
        assert (ended.outcome, ended.by, ended.answered) == (Outcome.NORMAL, EndedBy.TIMEOUT, True)

    async def test_snapshot_reads_the_labels_back(self, controller: Controller) -> None:
        request = controller.request(Behaviour.RINGS_FOR_EVER, LegRole.CUSTOMER)
        await controller.telephony.prepare(request)
        await controller.telephony.dial(request.leg_id)
        await controller.hears(LegRinging, request.leg_id)
        (live,) = (await controller.telephony.snapshot()).legs
        assert live.labels == request.labels
        assert (live.state, live.was_dialled) == (LegState.RINGING, True)

    async def test_prompt_is_played_to_its_end(self, controller: Controller) -> None:
        _needs(controller, Capability.PROMPTS)
        leg = await controller.dial(Behaviour.ANSWERS)
        await controller.hears(LegAnswered, leg)
        await controller.telephony.play(leg, "greeting")
        finished = await controller.hears(PromptFinished, leg)
        assert (finished.prompt, finished.failed) == ("greeting", False)

    async def test_prompt_that_cannot_be_played_says_so(self, rig: Rig, controller: Controller) -> None:
        _needs(controller, Capability.PROMPTS)
        leg = await controller.dial(Behaviour.ANSWERS)
        await controller.hears(LegAnswered, leg)
        await controller.telephony.play(leg, rig.missing_prompt)
        assert (await controller.hears(PromptFinished, leg)).failed
        assert controller.ends_of(leg) == []

    async def test_prompt_to_an_ended_leg_is_leg_gone(self, controller: Controller) -> None:
        _needs(controller, Capability.PROMPTS)
        leg = await controller.dial(Behaviour.BUSY)
        await controller.hears(LegEnded, leg)
        with pytest.raises(LegGone):
            await controller.telephony.play(leg, "greeting")

    async def test_pressed_key_is_heard(self, controller: Controller) -> None:
        _needs(controller, Capability.DTMF)
        leg = await controller.dial(Behaviour.PRESSES_ONE)
        assert (await controller.hears(Dtmf, leg)).digit == "1"
        assert controller.story_of(leg) == ["LegRinging", "LegAnswered", "Dtmf"]

    async def test_many_legs_at_once_each_tell_their_own_story(self, controller: Controller) -> None:
        expected = {
            await controller.dial(behaviour): story
            for behaviour, story in [
                (Behaviour.ANSWERS, ["LegRinging", "LegAnswered"]),
                (Behaviour.BUSY, ["LegEnded"]),
                (Behaviour.REJECTS, ["LegRinging", "LegEnded"]),
                (Behaviour.ANSWERS, ["LegRinging", "LegAnswered"]),
                (Behaviour.UNKNOWN_NUMBER, ["LegEnded"]),
            ]
        }
        await controller.until(lambda: {leg: controller.story_of(leg) for leg in expected} == expected)
        assert {controller.times_rung(leg) for leg in expected} == {1}

    async def test_the_stream_ends_after_close(self, controller: Controller) -> None:
        await controller.stop()
        assert controller.stream_is_over


async def _joined(controller: Controller, agent: Behaviour = Behaviour.ANSWERS) -> tuple[str, str]:
    customer_leg = await controller.dial(Behaviour.ANSWERS)
    agent_leg = await controller.dial(agent, LegRole.AGENT)
    await controller.hears(LegAnswered, customer_leg)
    await controller.hears(LegAnswered, agent_leg)
    await controller.telephony.bridge("call-1", customer_leg, agent_leg)
    await controller.hears(Bridged)
    return customer_leg, agent_leg


def _needs(controller: Controller, capability: Capability) -> None:
    if capability not in controller.telephony.capabilities:
        pytest.skip(f"this system has no {capability}")
