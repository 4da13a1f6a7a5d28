"""What must hold after any crash, told from the simulator's journal and the database alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from ringback.callbacks.rules import RETRY_RULES, AttemptOutcome
from ringback.services.model import PERSON_NOT_REACHED, Strategy
from ringback.telephony.port import EndedBy, LegRole, Outcome
from ringback.telephony.simulator import Fact, FactKind
from tests.acceptance.crash.site import Site

# A journal's lines are in the order in which things happened: places in it are what is compared, never clocks.
Span = tuple[int, float]
FOREVER = float("inf")


async def check_all(site: Site) -> None:
    """Everything that is promised of a site where nothing goes on any more. Raises AssertionError."""
    try:
        journal = site.journal
        no_leg_rang_twice(journal)
        no_two_attempts_of_a_callback_at_once(journal)
        no_agent_has_two_calls(journal)
        nothing_is_left_on_the_line(journal)
        attempts = await site.fetch("SELECT *, callback_id::text AS callback, id::text AS name FROM attempts")
        nobody_joined_is_dialled_again(journal, attempts)
        await nothing_was_done_without_its_permit(site, journal)
        await nothing_rang_before_the_agent_accepted_it(site)
        for attempt in attempts:
            the_outcome_is_true(journal, attempt)
        await every_callback_waits_for_a_reason_or_has_a_true_result(site)
        await nobody_and_nothing_is_stuck(site)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{site.report()}") from failure


def no_leg_rang_twice(journal: list[Fact]) -> None:
    """Promise 1: each leg id is dialled, and rings, at most once; and nobody even tried."""
    for kind in (FactKind.DIALLED, FactKind.RANG):
        times = Counter(fact.leg_id for fact in journal if fact.kind is kind)
        assert not [leg for leg, count in times.items() if count > 1], f"{kind} more than once: {times.most_common(3)}"
    violations = [fact for fact in journal if fact.kind is FactKind.VIOLATION]
    assert not violations, f"somebody tried to ring a leg again: {violations}"


def no_two_attempts_of_a_callback_at_once(journal: list[Fact]) -> None:
    """Promise 2: no leg of a callback is dialled while an earlier attempt's leg, or one of its side, may ring."""
    for callback_id, spans in _spans_by(journal, "callback_id").items():
        attempts: dict[str, list[Span]] = defaultdict(list)
        for fact, span in spans:
            attempts[fact.labels["attempt_id"]].append(span)
        hulls = [(min(begin for begin, _ in of), max(end for _, end in of)) for of in attempts.values()]
        assert not _overlap(hulls), f"two attempts of callback {callback_id} at once"
        for role in LegRole:
            assert not _overlap(span for fact, span in spans if fact.role is role), f"two {role} legs of {callback_id}"


def no_agent_has_two_calls(journal: list[Fact]) -> None:
    """Promise 2 for agents: a telephone has one live leg at a time."""
    by_telephone: dict[str, list[Span]] = defaultdict(list)
    for fact, span in _spans(journal):
        by_telephone[fact.destination].append(span)
    for telephone, spans in by_telephone.items():
        assert not _overlap(spans), f"{telephone} was called while it was in a call"


def nobody_joined_is_dialled_again(journal: list[Fact], attempts: list[dict[str, Any]]) -> None:
    """Promise 3: an attempt that was permitted to join the two is the callback's last, in the database and in truth.

    But for those of which the agent said that the person was not reached, and which are known to have been joined.
    """
    not_reached = {joined["name"] for joined in attempts if _was_not_reached(joined)}
    for joined in attempts:
        if joined["bridge_permitted_at"] is None or joined["name"] in not_reached:
            continue
        later = [other for other in attempts if other["callback"] == joined["callback"]]
        assert max(other["number"] for other in later) == joined["number"], f"attempted again: {joined['callback']}"
    joined_at: dict[str, int] = {}
    for place, fact in enumerate(journal):
        callback_id = fact.labels.get("callback_id", "")
        if fact.kind is FactKind.BRIDGED and fact.labels.get("attempt_id") not in not_reached:
            joined_at.setdefault(callback_id, place)
        assert not (fact.kind is FactKind.DIALLED and callback_id in joined_at), f"dialled after it was joined: {fact}"


def nothing_is_left_on_the_line(journal: list[Fact]) -> None:
    """What is over in the database is over in truth: every leg has been ended or removed."""
    over = {fact.leg_id for fact in journal if fact.kind in (FactKind.ENDED, FactKind.REMOVED)}
    left = [fact for fact in journal if fact.kind in (FactKind.DIALLED, FactKind.PREPARED) and fact.leg_id not in over]
    assert not left, f"still live on the switch: {left}"


async def nothing_was_done_without_its_permit(site: Site, journal: list[Fact]) -> None:
    """Each act has its commit: whatever was dialled or bridged is permitted in the database."""
    dialled = {fact.leg_id for fact in journal if fact.kind is FactKind.DIALLED}
    permitted = await site.fetch("SELECT id::text AS id FROM legs WHERE dial_permitted_at IS NOT NULL")
    assert dialled <= {leg["id"] for leg in permitted}, "dialled without a permit"
    bridged = {fact.call_id for fact in journal if fact.kind is FactKind.BRIDGED}
    permitted = await site.fetch("SELECT id::text AS id FROM attempts WHERE bridge_permitted_at IS NOT NULL")
    assert bridged <= {attempt["id"] for attempt in permitted}, "bridged without a permit"


def the_outcome_is_true(journal: list[Fact], attempt: dict[str, Any]) -> None:
    """Promise 4: what the database says of an attempt is what the journal says. UNKNOWN claims nothing."""
    name, outcome = attempt["name"], AttemptOutcome(attempt["outcome"])
    facts = [fact for fact in journal if fact.labels.get("attempt_id") == name and fact.role is LegRole.CUSTOMER]
    is_bridged = any(fact.kind is FactKind.BRIDGED for fact in facts)
    ended = next((fact for fact in facts if fact.kind is FactKind.ENDED), None)
    if outcome in (AttemptOutcome.JOINED, AttemptOutcome.NOT_REACHED) or is_bridged:
        assert is_bridged, f"{name}: said to be joined"
        true = (AttemptOutcome.JOINED, AttemptOutcome.NOT_REACHED, AttemptOutcome.UNKNOWN)
        assert outcome in true, f"{name}: joined, said to be {outcome}"
        said = outcome is not AttemptOutcome.NOT_REACHED or _was_not_reached(attempt)
        assert said, f"{name}: nobody said that the person was not reached"
    elif outcome in (AttemptOutcome.DECLINED, AttemptOutcome.SNOOZED):
        rang = [fact for fact in journal if fact.labels.get("attempt_id") == name]
        assert not rang, f"{name}: {outcome}, and yet on the switch: {rang}"
    elif outcome is AttemptOutcome.NOT_DIALLED:
        assert ended is None, f"{name}: said not to be dialled: {ended}"
    elif outcome is AttemptOutcome.CUSTOMER_HUNG_UP:
        assert ended, f"{name}: nobody could hang up"
        assert ended.outcome is Outcome.NORMAL, ended
        assert ended.by is not EndedBy.US, ended
    elif outcome is AttemptOutcome.AGENT_UNAVAILABLE:
        assert ended is None or ended.by is EndedBy.US or attempt["bridge_permitted_at"], f"{name}: {ended}"
    elif outcome not in (AttemptOutcome.UNKNOWN, AttemptOutcome.CANCELLED):
        assert ended, f"{name}: {outcome} was never heard"
        assert ended.outcome == outcome.value, f"{name}: {outcome}, in truth {ended}"


async def nothing_rang_before_the_agent_accepted_it(site: Site) -> None:
    """What is offered at the desk rings only after it was accepted, and nobody is kept for what was not."""
    rows = await site.fetch("SELECT a.*, l.dial_permitted_at FROM attempts AS a JOIN legs AS l ON l.attempt_id = a.id")
    for row in rows:
        if row["strategy"] == Strategy.PREVIEW and row["dial_permitted_at"] is not None:
            assert row["agent_answer"] == "ACCEPTED", f"rang before it was accepted: {row}"
            assert row["answered_at"] <= row["dial_permitted_at"], f"rang before it was accepted: {row}"


async def every_callback_waits_for_a_reason_or_has_a_true_result(site: Site) -> None:
    """Promise 4: QUEUED with a reason and a time, or COMPLETED with the result that follows from its last attempt."""
    rows = await site.fetch(
        "SELECT c.*, t.reason, t.to_state, t.actor_kind, a.outcome, a.bridge_permitted_at"
        " FROM callbacks AS c"
        " JOIN LATERAL (SELECT * FROM transitions WHERE callback_id = c.id ORDER BY id DESC LIMIT 1) AS t ON true"
        " LEFT JOIN LATERAL"
        " (SELECT * FROM attempts WHERE callback_id = c.id ORDER BY number DESC LIMIT 1) AS a ON true"
    )
    for callback in rows:
        assert callback["state"] in ("QUEUED", "COMPLETED"), callback
        assert callback["to_state"] == callback["state"], callback
        if callback["state"] == "QUEUED":
            assert callback["reason"], callback
            assert callback["eligible_at"], callback
        elif callback["result"] not in ("CANCELLED", "BLOCKED_NUMBER"):
            assert callback["result"] == _result_after(callback), callback
            assert callback["reason"], callback


async def nobody_and_nothing_is_stuck(site: Site) -> None:
    """Promise 5: no open attempt, no live leg, and no agent who is kept for one."""
    assert not await site.fetch("SELECT * FROM attempts WHERE closed_at IS NULL")
    assert not await site.fetch("SELECT * FROM legs WHERE ended_at IS NULL")
    assert not await site.fetch("SELECT * FROM agents WHERE presence IN ('RESERVED', 'TALKING')")


def _was_not_reached(attempt: dict[str, Any]) -> bool:
    return attempt["outcome"] == AttemptOutcome.NOT_REACHED and attempt.get("disposition") == PERSON_NOT_REACHED


def _result_after(callback: dict[str, Any]) -> str:
    outcome = AttemptOutcome(callback["outcome"])
    if outcome is AttemptOutcome.JOINED:
        return "AGENT"
    return RETRY_RULES[outcome].result.value


def _spans(journal: list[Fact]) -> list[tuple[Fact, Span]]:
    """Each dialled leg with the time in which it may ring or talk: from `dialled` to `ended`."""
    ends = {fact.leg_id: place for place, fact in enumerate(journal) if fact.kind is FactKind.ENDED}
    return [
        (fact, (place, ends.get(fact.leg_id, FOREVER)))
        for place, fact in enumerate(journal)
        if fact.kind is FactKind.DIALLED
    ]


def _spans_by(journal: list[Fact], label: str) -> dict[str, list[tuple[Fact, Span]]]:
    spans: dict[str, list[tuple[Fact, Span]]] = defaultdict(list)
    for fact, span in _spans(journal):
        spans[fact.labels[label]].append((fact, span))
    return spans


def _overlap(spans: Iterable[Span]) -> bool:
    in_order = sorted(spans)
    return any(end > begin for (_, end), (begin, _) in pairwise(in_order))
