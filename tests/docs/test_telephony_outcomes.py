"""The table of outcomes in docs/telephony.md is the one that the code goes by."""

import re
from pathlib import Path

from ringback.telephony.outcomes import Q850_OUTCOMES, SIP_OUTCOMES, unanswered_outcome
from ringback.telephony.port import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "telephony.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \|([^|]*)\|([^|]*)\|", re.MULTILINE)


def documented() -> list[tuple[Outcome, list[int], list[int]]]:
    """Each outcome with its causes and its statuses."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [(Outcome(name), numbers(causes), numbers(statuses)) for name, causes, statuses in rows]


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def test_every_outcome_but_that_of_answering_machines_is_documented() -> None:
    assert {outcome for outcome, _, _ in documented()} == set(Outcome) - {Outcome.ANSWERING_MACHINE}


def test_documented_causes_are_those_of_the_code() -> None:
    assert {cause: outcome for outcome, causes, _ in documented() for cause in causes} == Q850_OUTCOMES


def test_documented_statuses_are_those_of_the_code() -> None:
    told = {status: outcome for outcome, _, statuses in documented() for status in statuses}
    assert told == {status: unanswered_outcome(sip_status=status, q850=None, rang=True) for status in told}
    assert set(SIP_OUTCOMES) <= set(told)
