"""Writes sipp scenarios: one telephone whose behaviour is chosen by the last two digits dialled, and a registrar.

The digits are those of `rig.Behaviour`, and a few more that only SIP has.
"""

from dataclasses import dataclass
from enum import StrEnum

from tests.telephony.rig import Behaviour

NONCE = "47ebe028cda119c35d4877b383027d28"
REALM = "trunk.test"


class FarEnd(StrEnum):
    """Behaviours of a SIP far end beyond `Behaviour`."""

    CHALLENGES = "19"
    """401: answers only whoever knows the password, else 403."""
    CHALLENGES_AS_PROXY = "20"
    """The same with 407."""
    SLOW_TRYING = "21"
    """No response at all to the first INVITE; 100 and ringing for ever when it is repeated."""
    REASON_BESIDE_503 = "22"
    """503 that says with Q.850 cause 17 that it means busy."""
    ANSWERS_WHEN_CALLED_AGAIN = "23"
    """Rings for ever the first time that anybody with these digits is called; answers every later call."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds that the far ends take."""

    ringing: int = 200
    ringing_long: int = 1500
    leaves_after: int = 1000
    leaves_later: int = 3000
    key_after: int = 300


_ECHO = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPpTag01[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
_CONTACT = "Contact: <sip:phone@[local_ip]:[local_port];transport=[transport]>\n"
_IN_DIALOG = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: [$to];tag=[pid]SIPpTag01[call_number]
To: [$from]
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70
"""
_FINAL: dict[Behaviour | FarEnd, str] = {
    Behaviour.BUSY: "486 Busy Here",
    Behaviour.UNKNOWN_NUMBER: "404 Not Found",
    Behaviour.CONGESTED: "503 Service Unavailable",
    Behaviour.REDIRECTS: "302 Moved Temporarily",
    Behaviour.TERMINATED: "487 Request Terminated",
    Behaviour.TRUNK_REFUSES: "403 Forbidden",
    FarEnd.REASON_BESIDE_503: "503 Service Unavailable",
}
_FINAL_AFTER_RINGING: dict[Behaviour | FarEnd, str] = {
    Behaviour.REJECTS: "603 Decline",
    Behaviour.UNAVAILABLE: "480 Temporarily Unavailable",
    Behaviour.BUSY_AFTER_RINGING: "486 Busy Here",
}
_REASONS: dict[Behaviour | FarEnd, str] = {
    Behaviour.UNAVAILABLE: 'Reason: Q.850;cause=19;text="No answer"\n',
    FarEnd.REASON_BESIDE_503: "Reason: Q.850;cause=17\n",
}
_COUNTED = '<Global variables="called23"/>'
_CODES: list[Behaviour | FarEnd] = [*Behaviour, *FarEnd]


def phone_scenario(sound_port: int, *, timing: Timing, otherwise: Behaviour, credentials: tuple[str, str]) -> str:
    """The scenario of a telephone whose sound is at `sound_port` of 127.0.0.1.

    `otherwise`: what it does when the last two digits name no behaviour; `credentials`: the user and password that
    satisfy the challenging far ends.
    """
    media = _media_description(sound_port)
    parts = [
        _COUNTED,
        _registers(),
        _invited(),
        *[_choice(code) for code in _CODES],
        f'<nop next="L{otherwise}"></nop>',
    ]
    parts += [_label(code) + _story(code, media, timing, credentials) for code in _CODES]
    return _scenario(
        "phone", [*parts, _cancelled(), _left(), _registered(), '<label id="LEND"/><timewait milliseconds="100"/>']
    )


def registrar_scenario(*, accepts: bool) -> str:
    """A registrar that takes every registration for two seconds, or none."""
    status = "200 OK" if accepts else "403 Forbidden"
    headers = f"{_ECHO}Contact: [$contact];expires=2\nContent-Length: 0\n"
    noted = '<ereg regexp="&lt;[^&gt;]*&gt;" search_in="hdr" header="Contact:" assign_to="contact"/>'
    taken = f'<recv request="REGISTER"><action>{noted}</action></recv>'
    return _scenario("registrar", [taken, _raw(f"SIP/2.0 {status}\n{headers}", 0)])


def _story(code: Behaviour | FarEnd, media: str, timing: Timing, credentials: tuple[str, str]) -> str:
    trying, ringing, answer = (
        _response("100 Trying"),
        _response("180 Ringing"),
        _response("200 OK", body=media, again=1),
    )
    if code in _FINAL:
        return trying + _refusal(_FINAL[code], _REASONS.get(code, ""))
    if code in _FINAL_AFTER_RINGING:
        return (
            trying
            + ringing
            + _rings_for(timing.ringing, code)
            + _refusal(_FINAL_AFTER_RINGING[code], _REASONS.get(code, ""))
        )
    match code:
        case Behaviour.RINGS_FOR_EVER:
            return trying + ringing + _waits_for_cancel()
        case Behaviour.SILENT:
            return trying + _waits_for_cancel()
        case FarEnd.SLOW_TRYING:
            return '<recv request="INVITE"/>\n' + trying + ringing + _waits_for_cancel()
        case Behaviour.EARLY_MEDIA:
            early = _response("183 Session Progress", body=media)
            return trying + early + _rings_for(timing.ringing, code) + answer + _stays()
        case Behaviour.LEAVES_AT_ONCE:
            return trying + answer + _leaves_after(200, code)
        case FarEnd.ANSWERS_WHEN_CALLED_AGAIN:
            first = trying + ringing + _waits_for_cancel()
            return _if_called_again(code) + first + _label(f"A{code}") + trying + ringing + answer + _stays()
        case FarEnd.CHALLENGES | FarEnd.CHALLENGES_AS_PROXY:
            return trying + _challenge(code, credentials) + ringing + answer + _stays()
        case _:
            is_slow = code is Behaviour.ANSWERS_LATE
            rings = _rings_for(timing.ringing_long if is_slow else timing.ringing, code)
            return trying + ringing + rings + answer + _conversation(code, timing)


def _conversation(code: Behaviour | FarEnd, timing: Timing) -> str:
    match code:
        case Behaviour.ANSWERS_THEN_LEAVES:
            return _leaves_after(timing.leaves_after, code)
        case Behaviour.LEAVES_LATER:
            return _leaves_after(timing.leaves_later, code)
        case Behaviour.PRESSES_ONE:
            return '<recv request="ACK"/>' + _pause(timing.key_after) + _key("1") + _waits_for_bye()
        case _:
            return _stays()


def _scenario(name: str, parts: list[str]) -> str:
    head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
    return head + f'<scenario name="{name}">\n' + "\n".join(parts) + "\n</scenario>\n"


def _invited() -> str:
    """Take the INVITE, and remember what later messages repeat."""
    headers = {"from": "From:", "to": "To:", "cseq": "CSeq:", "via": "Via:"}
    remembered = [
        f'<ereg regexp=".*" search_in="hdr" header="{header}" assign_to="{name}"/>' for name, header in headers.items()
    ]
    chosen = [f'<ereg regexp="INVITE sip:[^@]*{code}@" search_in="msg" assign_to="b{code}"/>' for code in _CODES]
    actions = "\n".join(remembered + chosen)
    used = '<Reference variables="from,to,cseq,via"/>'
    return f'<recv request="INVITE" rrs="true"><action>\n{actions}\n</action></recv>\n{used}'


def _registers() -> str:
    """Let a registration come in place of an INVITE."""
    noted = '<ereg regexp="&lt;[^&gt;]*&gt;" search_in="hdr" header="Contact:" assign_to="contact"/>'
    return f'<recv request="REGISTER" optional="true" next="LREGISTER"><action>{noted}</action></recv>'


def _registered() -> str:
    """Take the registration, for longer than any test lasts."""
    taken = f"SIP/2.0 200 OK\n{_ECHO}Contact: [$contact];expires=3600\nContent-Length: 0\n"
    return '<nop next="LEND"></nop>\n<label id="LREGISTER"/>\n' + _raw(taken, 0)


def _if_called_again(code: str) -> str:
    """Go to the label A{code} unless this is the first call of its kind."""
    count = f'<add assign_to="called{code}" value="1"/>'
    test = f'<test assign_to="again{code}" variable="called{code}" compare="greater_than" value="1"/>'
    return f'<nop><action>{count}{test}</action></nop>\n<nop next="LA{code}" test="again{code}"></nop>\n'


def _choice(code: str) -> str:
    return f'<nop next="L{code}" test="b{code}"></nop>'


def _label(code: str) -> str:
    return f'<label id="L{code}"/>\n'


def _raw(message: str, again: int) -> str:
    """`again`: repeat it until it is acknowledged."""
    repeated = ' retrans="500"' if again else ""
    return f"<send{repeated}><![CDATA[\n{message}\n]]></send>\n"


def _response(status: str, *, extra: str = "", body: str = "", again: int = 0) -> str:
    content = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n"
    return _raw(f"SIP/2.0 {status}\n{_ECHO}{_CONTACT}{extra}{content}", again)


def _refusal(status: str, reason: str) -> str:
    return _response(status, extra=reason, again=1) + '<recv request="ACK" next="LEND"/>\n'


def _pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>\n'


def _rings_for(milliseconds: int, code: str) -> str:
    """Let time pass, but take a CANCEL."""
    waiting = f'<recv request="CANCEL" timeout="{milliseconds}" ontimeout="R{code}" next="LCANCEL"/>\n'
    return waiting + f'<label id="R{code}"/>\n'


def _waits_for_cancel() -> str:
    return '<recv request="CANCEL" next="LCANCEL"/>\n'


def _waits_for_bye() -> str:
    return '<recv request="BYE" next="LBYE"/>\n'


def _stays() -> str:
    return '<recv request="ACK"/>\n' + _waits_for_bye()


def _leaves_after(milliseconds: int, code: str) -> str:
    waiting = f'<recv request="BYE" timeout="{milliseconds}" ontimeout="B{code}" next="LBYE"/>\n<label id="B{code}"/>\n'
    bye = "BYE [next_url] SIP/2.0\n" + _IN_DIALOG.format(cseq=2, method="BYE") + "Content-Length: 0\n"
    return '<recv request="ACK"/>\n' + waiting + _raw(bye, 1) + '<recv response="200" next="LEND"/>\n'


def _key(key: str) -> str:
    info = "INFO [next_url] SIP/2.0\n" + _IN_DIALOG.format(cseq=1, method="INFO")
    content = f"Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={key}\nDuration=160"
    return _raw(info + content, 1) + '<recv response="200"/>\n'


def _challenge(code: FarEnd, credentials: tuple[str, str]) -> str:
    """Refuse the first INVITE, and the second one too unless its credentials are right."""
    is_proxy = code is FarEnd.CHALLENGES_AS_PROXY
    status, header = ("407 Proxy", "Proxy-Authenticate") if is_proxy else ("401 Unauthorized", "WWW-Authenticate")
    asked = f'{header}: Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5\n'
    user, password = credentials
    check = f'<verifyauth assign_to="is_known" username="{user}" password="{password}"/>'
    if is_proxy:  # sipp cannot verify that header: it looks for our user in it
        named = f"Digest username=.{user}."
        check = f'<ereg regexp="{named}" search_in="hdr" header="Proxy-Authorization:" assign_to="is_known"/>'
    return (
        _response(status, extra=asked, again=1)
        + '<recv request="ACK"/>\n'
        + f'<recv request="INVITE" rrs="true"><action>{check}</action></recv>\n'
        + f'<nop next="K{code}" test="is_known"></nop>\n'
        + _refusal("403 Forbidden", "")
        + f'<label id="K{code}"/>\n'
    )


def _cancelled() -> str:
    terminated = (
        "SIP/2.0 487 Request Terminated\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[pid]SIPpTag01[call_number]\n"
    )
    terminated += "Call-ID: [call_id]\nCSeq: [$cseq]\nContent-Length: 0\n"
    confirmed = _raw(f"SIP/2.0 200 OK\n{_ECHO}Content-Length: 0\n", 0)
    return '<label id="LCANCEL"/>\n' + confirmed + _raw(terminated, 1) + '<recv request="ACK" next="LEND"/>'


def _left() -> str:
    return (
        '<label id="LBYE"/>\n<send next="LEND"><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n'
        "[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n]]></send>"
    )


def _media_description(port: int) -> str:
    return (
        "v=0\no=phone 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=audio {port} RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\n"
        "a=fmtp:101 0-16\na=sendrecv\n"
    )
