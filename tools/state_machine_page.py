"""Write docs/state_machine.md from the state machine in the code: `python tools/state_machine_page.py`.

A test compares the page with the code.
"""

from pathlib import Path

from ringback.callbacks.model import ActorKind
from ringback.callbacks.rules import DECLINED_BY_ALL_SECONDS, RETRY_RULES, AttemptOutcome, RetryRule
from ringback.callbacks.states import MEANING, RESULTS, TRANSITIONS, Result, State

PAGE = Path(__file__).parents[1] / "docs" / "state_machine.md"

_HEAD = """\
# The state machine of a callback

Generated from `src/ringback/callbacks/states.py` and `rules.py` by `python tools/state_machine_page.py`; a test
compares. The schema refuses every other transition (`transition_is_legal`), a second completion (`completed_once`),
and a result on anything that is not COMPLETED.

"""


def render() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD + _diagram(), _transitions(), _results(), _outcomes(), _actors()])


def _diagram() -> str:
    lines = [f"    {_node(before)} --> {after}: {event}" for (before, event), after in TRANSITIONS.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "    COMPLETED --> [*]", "```", ""])


def _node(state: State | None) -> str:
    return state or "[*]"


def _transitions() -> str:
    rows = [
        f"| {before or '(new)'} | {event} | {after} | {MEANING[event]} |"
        for (before, event), after in TRANSITIONS.items()
    ]
    return "\n".join(["## Transitions", "", "| from | event | to | meaning |", "|---|---|---|---|", *rows, ""])


def _results() -> str:
    rows = [f"| {result} | {_events_with(result)} |" for result in Result]
    return "\n".join(["## Results of a COMPLETED callback", "", "| result | by the event |", "|---|---|", *rows, ""])


def _events_with(result: Result) -> str:
    return ", ".join(event for event, results in RESULTS.items() if result in results) or "(later versions)"


def _outcomes() -> str:
    rows = [_outcome_row(outcome, rule) for outcome, rule in RETRY_RULES.items()]
    return "\n".join(
        [
            "## How an attempt ends, and what follows",
            "",
            "These are the defaults; a service sets `dial_attempts` (3) and, for each outcome, how often and after how",
            "long it is retried. JOINED completes with AGENT; CANCELLED follows from the cancellation.",
            "",
            "| outcome | attempts it may cause | next try after | counts towards `dial_attempts` | result at the end |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "After DECLINED the next try is at once only if another agent is READY who has not declined it, else after",
            f"{DECLINED_BY_ALL_SECONDS} s at the earliest. After SNOOZED it is when the agent asked for, if at all.",
            "NOT_REACHED is the one way back from PROCESSING, and only ever an agent's explicit word.",
            "",
        ]
    )


def _outcome_row(outcome: AttemptOutcome, rule: RetryRule) -> str:
    limit = "no limit" if rule.limit is None else str(rule.limit)
    return f"| {outcome} | {limit} | {rule.delay_seconds} s | {'yes' if rule.counts else 'no'} | {rule.result} |"


def _actors() -> str:
    kinds = ", ".join(ActorKind)
    return f"Every transition keeps its time, its reason in plain words, and its actor: {kinds}.\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
