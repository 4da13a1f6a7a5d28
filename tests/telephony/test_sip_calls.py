"""What only direct SIP has: sound, credentials, caller ids, trunks that are away. Over real SIP and RTP."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ringback.clock import SystemClock
from ringback.errors import SetupError
from ringback.telephony.port import (
    Bridged,
    DialRefused,
    Dtmf,
    EndedBy,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegRole,
    LinkRestored,
    Outcome,
    TelephonyUnavailable,
)
from ringback.telephony.sip import SipTelephony, open_sip
from tests.telephony.rig import Behaviour, Controller
from tests.telephony.sip_rig import SipRig, request
from tests.telephony.sipp import FarEnd, SippPhone, free_udp_port

CUSTOMER_TONE, AGENT_TONE = 440, 660
LOUD, QUIET = 0.2, 0.02
"""Shares of the full scale; the phones play their tone at 0.49."""


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SipRig]:
    """A trunk at which every customer plays 440 Hz."""
    with SippPhone(tmp_path / "trunk", tone=CUSTOMER_TONE) as trunk:
        rig = SipRig(trunk)
        yield rig
        await rig.close()


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[SippPhone]:
    """Agents' phones, which play 660 Hz."""
    with SippPhone(tmp_path / "agents", tone=AGENT_TONE) as phone:
        yield phone


async def opened(rig: SipRig, telephony: SipTelephony | None = None) -> Controller:
    """The adapter, up."""
    controller = Controller(rig, telephony or rig.open())
    await controller.telephony.start()
    await controller.hears(LinkRestored)
    return controller


async def dial(controller: Controller, leg_id: str, destination: str, **changes: object) -> None:
    await controller.telephony.prepare(request(leg_id, destination, **changes))
    await controller.telephony.dial(leg_id)


async def join(controller: Controller, agents: SippPhone, number: int = 1) -> None:
    """A customer and an agent in a bridge: legs customer-1 and agent-1, call call-1."""
    await dial(controller, f"customer-{number}", f"+4930{number:04d}01", hold=True)
    await dial(controller, f"agent-{number}", agents.uri(f"agent{number:04d}01"))
    await controller.hears(LegAnswered, f"customer-{number}")
    await controller.hears(LegAnswered, f"agent-{number}")
    await controller.telephony.bridge(f"call-{number}", f"customer-{number}", f"agent-{number}")


async def test_each_side_of_a_bridge_hears_the_other(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await join(controller, agents)
    await controller.hears(Bridged)
    await controller.until(lambda: agents.sound.loudness(CUSTOMER_TONE) > LOUD, what="the customer at the agent's")
    await controller.until(lambda: rig.phone.sound.loudness(AGENT_TONE) > LOUD, what="the agent at the customer's")
    assert agents.sound.loudness(AGENT_TONE) < QUIET
    assert rig.phone.sound.loudness(CUSTOMER_TONE) < QUIET


async def test_customer_hears_music_until_the_agent_is_there(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await dial(controller, "customer-1", "+493000101", hold=True)
    await controller.until(lambda: rig.phone.sound.loudness(392.0) > QUIET, what="the first note of the music")
    await join(controller, agents, number=2)
    await controller.until(lambda: rig.phone.sound.loudness(AGENT_TONE) > LOUD, what="the agent")


async def test_leg_without_hold_hears_silence(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "customer-1", "+493000101")
    await controller.until(lambda: rig.phone.sound.callers == 1, what="any RTP")
    await controller.until(lambda: rig.phone.sound.heard_seconds > 0.5, what="half a second of sound")
    assert rig.phone.sound.loudest_sample < QUIET


async def test_the_other_side_hears_silence_after_its_partner_left(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await join(controller, agents)
    await controller.until(lambda: agents.sound.loudness(CUSTOMER_TONE) > LOUD, what="the customer at the agent's")
    await controller.telephony.hangup("customer-1", HangupReason.FINISHED)
    await controller.hears(LegEnded, "customer-1")
    await controller.until(lambda: agents.sound.loudness(CUSTOMER_TONE) < QUIET, what="silence at the agent's")
    assert controller.ends_of("agent-1") == []


async def test_key_pressed_in_rtp_is_told_and_passed_on_to_the_other_side(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await join(controller, agents)
    await controller.until(lambda: agents.sound.loudness(CUSTOMER_TONE) > LOUD, what="the conversation")
    rig.phone.sound.press("5")
    assert (await controller.hears(Dtmf, "customer-1")).digit == "5"
    await controller.until(lambda: agents.sound.keys == "5", what="the key at the agent's phone")


@pytest.mark.parametrize("far_end", [FarEnd.CHALLENGES, FarEnd.CHALLENGES_AS_PROXY])
async def test_trunk_that_asks_for_the_password_gets_it(rig: SipRig, far_end: FarEnd) -> None:
    controller = await opened(rig, rig.open(password="secret"))
    await dial(controller, "customer-1", f"+49300001{far_end}")
    await controller.hears(LegAnswered, "customer-1")
    (call,) = rig.phone.calls()
    assert (call.invites, call.has_credentials) == (2, True)


@pytest.mark.parametrize("password", ["wrong", None])
async def test_trunk_that_refuses_our_credentials_is_a_trunk_error(rig: SipRig, password: str | None) -> None:
    controller = await opened(rig, rig.open(password=password))
    await dial(controller, "customer-1", f"+49300001{FarEnd.CHALLENGES}")
    ended = await controller.hears(LegEnded, "customer-1")
    assert (ended.outcome, ended.by, ended.sip_status) == (Outcome.TRUNK_ERROR, EndedBy.REMOTE, 403)


async def test_phone_of_an_agent_cannot_learn_the_password_of_the_trunk(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig, rig.open(password="secret"))
    await dial(controller, "agent-1", agents.uri(f"agent{FarEnd.CHALLENGES}"))
    assert (await controller.hears(LegEnded, "agent-1")).sip_status == 403
    assert [call.is_answered for call in agents.calls()] == [False]


async def test_each_leg_shows_its_own_caller_id(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "one", "+493000101", caller_id="+4930555", caller_name="Support, Berlin")
    await dial(controller, "two", "+493000201", caller_id="", caller_name="")
    await controller.hears(LegAnswered, "one")
    await controller.hears(LegAnswered, "two")
    shown = {call.dialled: (call.caller, call.caller_name) for call in rig.phone.calls()}
    assert shown == {"+493000101": ("+4930555", "Support, Berlin"), "+493000201": ("ringback", "")}


async def test_extension_of_an_agent_is_dialled_at_the_trunk(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "agent-1", "201", role=LegRole.AGENT)
    await controller.hears(LegAnswered, "agent-1")
    assert [call.dialled for call in rig.phone.calls()] == ["201"]


async def test_trunk_that_wants_no_plus_gets_none(rig: SipRig) -> None:
    controller = await opened(rig, rig.open("&plus=no"))
    await dial(controller, "customer-1", "+493000101")
    await controller.hears(LegAnswered, "customer-1")
    assert [(call.dialled, call.caller) for call in rig.phone.calls()] == [("493000101", "4930111222")]


async def test_other_realm_goes_to_the_trunk_and_an_agents_phone_is_still_called_straight(
    rig: SipRig, agents: SippPhone
) -> None:
    controller = await opened(rig, rig.open("&realm=customer.example"))
    await join(controller, agents)
    await controller.hears(Bridged)
    assert [call.domain for call in rig.phone.calls()] == ["customer.example"]
    assert len(agents.calls()) == 1


async def test_redirection_is_not_followed(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "customer-1", f"+49300001{Behaviour.REDIRECTS}")
    assert (await controller.hears(LegEnded, "customer-1")).outcome is Outcome.REDIRECTED
    await dial(controller, "customer-2", "+493000201")
    await controller.hears(LegAnswered, "customer-2")
    assert [call.dialled for call in rig.phone.calls()] == ["+4930000113", "+493000201"]


async def test_cause_of_the_network_says_more_than_a_vague_status(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "customer-1", f"+49300001{FarEnd.REASON_BESIDE_503}")
    ended = await controller.hears(LegEnded, "customer-1")
    assert (ended.outcome, ended.sip_status, ended.q850) == (Outcome.BUSY, 503, 17)


async def test_hangup_before_any_response_still_cancels_the_call_at_the_far_end(rig: SipRig) -> None:
    controller = await opened(rig)
    await dial(controller, "customer-1", f"+49300001{FarEnd.SLOW_TRYING}")
    await controller.telephony.hangup("customer-1", HangupReason.CANCELLED)
    ended = await controller.hears(LegEnded, "customer-1")
    assert (ended.outcome, ended.by) == (Outcome.CANCELLED, EndedBy.US)
    await controller.until(lambda: [call.is_cancelled for call in rig.phone.calls()] == [True], what="the CANCEL")


async def test_close_hangs_up_what_rings_and_what_talks(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await join(controller, agents)
    await dial(controller, "customer-2", f"+49300002{Behaviour.RINGS_FOR_EVER}")
    await controller.until(lambda: "LegRinging" in controller.story_of("customer-2"))
    await controller.stop()
    ends = {leg: controller.ends_of(leg)[0].outcome for leg in ("customer-1", "agent-1", "customer-2")}
    assert ends == {"customer-1": Outcome.NORMAL, "agent-1": Outcome.NORMAL, "customer-2": Outcome.CANCELLED}

    def farewells() -> list[tuple[str | None, bool]]:
        return [(call.bye_from, call.is_cancelled) for call in rig.phone.calls() + agents.calls()]

    await controller.until(lambda: farewells() == [("caller", False), (None, True), ("caller", False)])


async def test_thirty_bridges_at_once_all_carry_sound(rig: SipRig, agents: SippPhone) -> None:
    controller = await opened(rig)
    await asyncio.gather(*(join(controller, agents, number) for number in range(1, 31)))
    calls = [f"call-{number}" for number in range(1, 31)]
    await controller.until(
        lambda: sorted(event.call_id for event in controller.told if isinstance(event, Bridged)) == sorted(calls)
    )
    await controller.until(lambda: agents.sound.callers_hearing(CUSTOMER_TONE, LOUD) == 30, 60, "30 agents who hear")
    await controller.until(lambda: rig.phone.sound.callers_hearing(AGENT_TONE, LOUD) == 30, 60, "30 customers who hear")
    assert len((await controller.telephony.snapshot()).legs) == 60


async def test_trunk_that_refuses_connections_is_a_trunk_error() -> None:
    telephony = open_sip(f"sip:127.0.0.1:{free_udp_port()}?transport=tcp", SystemClock())
    await telephony.start()
    try:
        await telephony.prepare(request("customer-1", "+493000101"))
        await telephony.dial("customer-1")
        ended = await anext(event async for event in telephony.events() if isinstance(event, LegEnded))
        assert (ended.outcome, ended.by, ended.rang) == (Outcome.TRUNK_ERROR, EndedBy.REMOTE, False)
    finally:
        await telephony.close()


@pytest.mark.parametrize(
    ("destination", "role"),
    [
        ("0301234", LegRole.CUSTOMER),
        ("+49 30 1", LegRole.CUSTOMER),
        ("sip:eve@evil.example", LegRole.CUSTOMER),
        ("sip:anna@10.0.0.5\r\nX-Evil: 1", LegRole.AGENT),
        ("sip:anna@10.0.0.5?Replaces=1", LegRole.AGENT),
        ("two words", LegRole.AGENT),
        ("", LegRole.AGENT),
    ],
)
async def test_destination_that_cannot_be_dialled_is_refused(rig: SipRig, destination: str, role: LegRole) -> None:
    controller = await opened(rig)
    with pytest.raises(DialRefused) as refused:
        await controller.telephony.prepare(request("leg-1", destination, role=role))
    assert refused.value.outcome is Outcome.INVALID_NUMBER
    assert (await controller.telephony.snapshot()).legs == ()


async def test_caller_id_that_is_no_sip_user_is_refused(rig: SipRig) -> None:
    controller = await opened(rig)
    with pytest.raises(DialRefused, match="caller id"):
        await controller.telephony.prepare(request("leg-1", "+493000101", caller_id='"><sip:x@y'))


async def test_second_link_in_one_process_is_a_setup_error(rig: SipRig) -> None:
    await opened(rig)
    with pytest.raises(SetupError, match="another engine"):
        await rig.open().start()


async def test_busy_sip_port_is_a_setup_error(rig: SipRig) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        squatter.bind(("127.0.0.1", 0))
        with pytest.raises(SetupError, match="did not start"):
            await rig.open(local=f"127.0.0.1:{squatter.getsockname()[1]}").start()


async def test_password_that_the_library_cannot_carry_is_a_setup_error(rig: SipRig) -> None:
    with pytest.raises(SetupError, match="double quote"):
        rig.open(password='quo"te')


async def test_missing_library_is_a_setup_error_that_names_the_command(
    rig: SipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "baresip", None)
    with pytest.raises(SetupError, match=r"pip install 'ringback\[sip\]'"):
        await rig.open().start()


async def test_nothing_can_be_dialled_before_the_link_is_up(rig: SipRig) -> None:
    with pytest.raises(TelephonyUnavailable):
        await rig.open().prepare(request("leg-1", "+493000101"))


async def test_calls_from_outside_are_turned_away(rig: SipRig) -> None:
    port = free_udp_port()
    controller = await opened(rig, rig.open(local=f"127.0.0.1:{port}"))
    await controller.telephony.prepare(request("leg-1", "+493000101", caller_id=""))
    assert await invite(port, "ringback") == 486
    assert len((await controller.telephony.snapshot()).legs) == 1


async def invite(port: int, user: str) -> int:
    """Call somebody at that port; the status of the final response."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.setblocking(False)
        place = f"127.0.0.1:{caller.getsockname()[1]}"
        body = (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port + 1} RTP/AVP 0\r\n"
        )
        lines = [
            f"INVITE sip:{user}@127.0.0.1:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {place};branch=z9hG4bKoutside",
            f"From: <sip:outside@{place}>;tag=1",
            f"To: <sip:{user}@127.0.0.1:{port}>",
            "Call-ID: outside",
            "CSeq: 1 INVITE",
            f"Contact: <sip:outside@{place}>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        await loop.sock_sendto(caller, "\r\n".join([*lines, "", body]).encode(), ("127.0.0.1", port))
        while True:
            status = int((await loop.sock_recv(caller, 4096))[8:11])
            if status >= 200:
                return status
