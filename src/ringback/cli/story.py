"""A callback told for people: how it stands, and all that happened to it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import RenderableType
from rich.text import Text

from ringback.actors import ActorKind
from ringback.callbacks.model import Transition
from ringback.callbacks.states import MEANING
from ringback.callbacks.trace import AttemptTrace, CallbackTrace, LegTrace
from ringback.callbacks.views import CallbackView
from ringback.cli.output import duration_text, fields, say, state_text, table, time_text

_ACTORS = {ActorKind.USER: "", ActorKind.API_KEY: "API key ", ActorKind.CUSTOMER: "customer ", ActorKind.ENGINE: ""}
_ENDED_BY = {"US": "we hung up", "REMOTE": "they hung up", "TIMEOUT": "the time was over"}


def tell(view: CallbackView, known: CallbackTrace) -> None:
    """All of it."""
    _tell_facts(view, _links(known))
    say()
    say(Text("What happened", style="bold"))
    rows = [_transition(change) for change in known.transitions]
    say(table(("  When", "State", "Why", "By"), rows, kept_whole=("  When", "State")))
    if known.attempts:
        say()
        say(Text("Attempts to join customer and agent", style="bold"))
        for attempt in known.attempts:
            _tell_attempt(attempt)
    if known.decisions:
        say()
        say(Text("Decisions", style="bold"))
        decisions = [(f"  {_clock(decision.at)}", decision.rule, decision.detail) for decision in known.decisions]
        say(table(("  When", "Rule", "Detail"), decisions, kept_whole=("  When", "Rule")))


def tell_state(view: CallbackView) -> None:
    """How it stands now."""
    _tell_facts(view)


def _tell_facts(view: CallbackView, more: Iterable[tuple[str, RenderableType]] = ()) -> None:
    say(Text.assemble(("Callback ", "bold"), (str(view.id), "bold")))
    say(fields([*_facts(view), *more]))


def _facts(view: CallbackView) -> Iterator[tuple[str, RenderableType]]:
    yield "State", state_text(view.state, view.result)
    if view.waiting_for:
        yield "Waits for", view.waiting_for
    yield "Service", view.service
    yield "Number", view.phone_number_formatted
    if view.customer_name:
        yield "Customer", view.customer_name
    when = time_text(view.desired_at, has_seconds=True)
    yield "Desired", f"{when} (asked for this time)" if view.is_scheduled else f"{when} (as soon as possible)"
    yield "Promised", f"{view.promised_local:%Y-%m-%d %H:%M:%S} {view.promised_zone}"
    if view.promised_by:
        yield "On time until", time_text(view.promised_by, has_seconds=True)
    if view.recreated_from:
        yield "Recreated from", str(view.recreated_from)
    if view.agent:
        yield "Agent", view.agent
    if view.position_in_queue:
        yield "Position", str(view.position_in_queue)
    if view.estimated_wait and view.position_in_queue:
        wait = view.estimated_wait
        span = f"{duration_text(wait.low)} to {duration_text(wait.high)}"
        yield "Estimated wait", f"{duration_text(wait.point)} ({span} in 8 of 10 cases)"
    yield "Attempts", str(view.attempts)
    if view.priority:
        yield "Priority", str(view.priority)
    for name, value in (("Language", view.language), ("Channel", view.channel)):
        if value:
            yield name, value
    for key, value in view.user_data.items():
        yield f"  {key}", str(value)


def _links(known: CallbackTrace) -> Iterator[tuple[str, RenderableType]]:
    for later in known.recreated_as:
        yield "Recreated as", str(later)
    if known.offer is not None:
        high = known.offer.wait_high_seconds
        wait = "" if high is None else f", a wait of at most {duration_text(high)}"
        when = time_text(known.offer.made_at, has_seconds=True)
        yield "Offered", f"place {known.offer.place_of_new_caller}{wait} ({when})"


def _transition(change: Transition) -> list[RenderableType]:
    why = change.reason or MEANING[change.event]
    agent = f" (agent {change.agent})" if change.agent and change.agent not in why else ""
    return [
        f"  {_clock(change.at)}",
        state_text(change.to_state, change.result),
        f"{why}{agent}",
        f"{_ACTORS[change.actor_kind]}{change.actor_name}",
    ]


def _tell_attempt(attempt: AttemptTrace) -> None:
    order = attempt.strategy.replace("_", " ").lower()
    outcome = attempt.outcome or "under way"
    joined = f", joined for {duration_text(attempt.joined_seconds)}" if attempt.joined_seconds is not None else ""
    agent = f", agent {attempt.agent}" if attempt.agent else ""
    how = f"{outcome}{joined} ({order}, link {attempt.link}{agent})"
    say(table(("", "", ""), [(f"  {attempt.number}.", _clock(attempt.opened_at), how)]))
    say(table(("", "", ""), [_leg(leg) for leg in attempt.legs]))


def _leg(leg: LegTrace) -> list[RenderableType]:
    who = f"agent {leg.agent}" if leg.agent else "customer"
    return [f"     {who}", ", ".join(_course(leg)), leg.outcome or "on the line"]


def _course(leg: LegTrace) -> Iterator[str]:
    if leg.dial_permitted_at is None:
        yield "never dialled"
        return
    yield f"rang {duration_text(leg.ring_seconds)}" if leg.ring_seconds is not None else "did not ring"
    if leg.talk_seconds is not None:
        yield f"on the line {duration_text(leg.talk_seconds)}"
    if leg.ended_by:
        yield _ENDED_BY[leg.ended_by]
    if leg.sip_status:
        yield f"SIP {leg.sip_status}"
    if leg.q850:
        yield f"cause {leg.q850}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%m-%d %H:%M:%S}"
