"""The proof's own proof: a journal that breaks a promise is found to do so."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.telephony.port import EndedBy, LegRole, Outcome
from ringback.telephony.simulator import Fact, FactKind
from tests.acceptance.crash import invariants


def fact(kind: FactKind, leg: str, attempt: str = "first", callback: str = "c", **fields: Any) -> Fact:
    """A line of the journal about a customer's leg."""
    shown: dict[str, Any] = {"role": LegRole.CUSTOMER, "destination": f"telephone of {callback}", **fields}
    labels = {"callback_id": callback, "attempt_id": attempt}
    return Fact(at=datetime.now(UTC), epoch="e", kind=kind, leg_id=leg, labels=labels, **shown)


def attempt(outcome: str, **fields: Any) -> dict[str, Any]:
    """A row of the attempts."""
    permitted = None if outcome in ("BUSY", "NOT_DIALLED") else datetime.now(UTC)
    return {
        "name": "first",
        "callback": "c",
        "number": 1,
        "outcome": outcome,
        "bridge_permitted_at": permitted,
        **fields,
    }


DIALLED = fact(FactKind.DIALLED, "a")
ENDED = fact(FactKind.ENDED, "a", outcome=Outcome.NORMAL, by=EndedBy.REMOTE)
NEXT_DIALLED = fact(FactKind.DIALLED, "b", "second")
BRIDGED = fact(FactKind.BRIDGED, "a")


@pytest.mark.parametrize("second", [DIALLED, fact(FactKind.VIOLATION, "a")], ids=["dialled", "violation"])
def test_leg_that_rang_twice_is_found(second: Fact) -> None:
    invariants.no_leg_rang_twice([DIALLED, ENDED])
    with pytest.raises(AssertionError):
        invariants.no_leg_rang_twice([DIALLED, ENDED, second])


def test_second_attempt_while_the_first_may_ring_is_found() -> None:
    invariants.no_two_attempts_of_a_callback_at_once([DIALLED, ENDED, NEXT_DIALLED])
    with pytest.raises(AssertionError, match="two attempts"):
        invariants.no_two_attempts_of_a_callback_at_once([DIALLED, NEXT_DIALLED, ENDED])
    with pytest.raises(AssertionError, match="two CUSTOMER legs"):
        invariants.no_two_attempts_of_a_callback_at_once([DIALLED, fact(FactKind.DIALLED, "b"), ENDED])


def test_telephone_that_is_called_during_a_call_is_found() -> None:
    other = fact(FactKind.DIALLED, "b", "other", "d", destination=DIALLED.destination)
    invariants.no_agent_has_two_calls([DIALLED, ENDED, other])
    with pytest.raises(AssertionError, match="in a call"):
        invariants.no_agent_has_two_calls([DIALLED, other, ENDED])


def test_dialling_again_after_a_bridge_is_found_in_journal_and_database() -> None:
    invariants.nobody_joined_is_dialled_again([DIALLED, BRIDGED, ENDED], [attempt("JOINED")])
    with pytest.raises(AssertionError, match="dialled after it was joined"):
        invariants.nobody_joined_is_dialled_again([DIALLED, BRIDGED, ENDED, NEXT_DIALLED], [attempt("JOINED")])
    with pytest.raises(AssertionError, match="attempted again"):
        invariants.nobody_joined_is_dialled_again([], [attempt("UNKNOWN"), attempt("BUSY", number=2)])


def test_only_an_agents_word_lets_a_callback_be_dialled_after_a_bridge() -> None:
    journal = [DIALLED, BRIDGED, ENDED, NEXT_DIALLED]
    later = attempt("BUSY", name="second", number=2)
    said = attempt("NOT_REACHED", disposition="PERSON_NOT_REACHED")
    invariants.nobody_joined_is_dialled_again(journal, [said, later])
    invariants.the_outcome_is_true(journal, said)
    for unsaid in (attempt("NOT_REACHED"), attempt("UNKNOWN", disposition="PERSON_NOT_REACHED"), attempt("JOINED")):
        with pytest.raises(AssertionError):
            invariants.nobody_joined_is_dialled_again(journal, [unsaid, later])
    with pytest.raises(AssertionError, match="nobody said"):
        invariants.the_outcome_is_true(journal, attempt("NOT_REACHED"))


@pytest.mark.parametrize("outcome", ["DECLINED", "SNOOZED"])
def test_offer_that_was_not_accepted_and_yet_came_to_the_switch_is_found(outcome: str) -> None:
    invariants.the_outcome_is_true([], attempt(outcome))
    with pytest.raises(AssertionError, match="on the switch"):
        invariants.the_outcome_is_true([fact(FactKind.PREPARED, "a")], attempt(outcome))


def test_leg_that_is_left_on_the_line_is_found() -> None:
    invariants.nothing_is_left_on_the_line([DIALLED, ENDED])
    with pytest.raises(AssertionError, match="still live"):
        invariants.nothing_is_left_on_the_line([DIALLED, ENDED, fact(FactKind.PREPARED, "b")])


@pytest.mark.parametrize(
    ("journal", "truth", "lie"),
    [
        ([DIALLED, BRIDGED, ENDED], "JOINED", "CUSTOMER_HUNG_UP"),
        ([DIALLED, ENDED], "CUSTOMER_HUNG_UP", "JOINED"),
        ([DIALLED, ENDED], "CUSTOMER_HUNG_UP", "NOT_DIALLED"),
        ([DIALLED, ENDED], "UNKNOWN", "BUSY"),
        ([DIALLED, fact(FactKind.ENDED, "a", outcome=Outcome.BUSY, by=EndedBy.REMOTE)], "BUSY", "CUSTOMER_HUNG_UP"),
        ([], "NOT_DIALLED", "NO_ANSWER"),
    ],
)
def test_outcome_that_is_not_true_is_found(journal: list[Fact], truth: str, lie: str) -> None:
    invariants.the_outcome_is_true(journal, attempt(truth))
    with pytest.raises(AssertionError):
        invariants.the_outcome_is_true(journal, attempt(lie))
