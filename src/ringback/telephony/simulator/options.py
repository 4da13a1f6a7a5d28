"""What can be chosen about a simulator, from a link's URL or the command line, and how its exchange is made of it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from ringback.clock import Clock, SystemClock
from ringback.errors import SetupError
from ringback.telephony.port import Telephony

from .adapter import InProcessSimulator
from .client import SimulatorClient
from .exchange import Exchange
from .far_ends import (
    AGENTS,
    CUSTOMERS,
    DialledDigits,
    FarEnd,
    FarEnds,
    Habits,
    OrdinaryFarEnds,
    StatisticalFarEnds,
)
from .journal import FactKind, Journal, read_journal
from .protocol import Address


class FarEndsKind(StrEnum):
    """Who answers: everybody, by the last two digits dialled, or as drawn from distributions."""

    ORDINARY = "ordinary"
    DIGITS = "digits"
    STATISTICAL = "statistical"


class SimulatorOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of docs/simulator.md. `script`: a JSON file, a map of destinations to far ends."""

    far_ends: FarEndsKind = FarEndsKind.ORDINARY
    seed: int = 1
    ring_seconds: float = 0.5
    talk_seconds: float = 20.0
    prompt_seconds: float = 3.0
    customers: Habits = CUSTOMERS
    agents: Habits = AGENTS
    script: Path | None = None

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> "SimulatorOptions":
        """Options by name, such as `("seed", "7")` or `("customers.answers", "0.6")`. Raises SetupError."""
        values: dict[str, object] = {}
        habits = {"customers": msgspec.to_builtins(CUSTOMERS), "agents": msgspec.to_builtins(AGENTS)}
        for name, value in pairs:
            group, dot, habit = name.partition(".")
            if dot and group in habits:
                habits[group][habit] = value
            else:
                values[name] = value
        if "seed" in values:
            values.setdefault("far_ends", FarEndsKind.STATISTICAL)
        try:
            return msgspec.convert(values | habits, cls, strict=False, dec_hook=_decode)
        except msgspec.ValidationError as problem:
            raise SetupError(f"The simulator's options cannot be used: {problem}") from None

    def make_far_ends(self) -> FarEnds:
        """Who answers."""
        ordinary = OrdinaryFarEnds(self.ring_seconds, self.talk_seconds)
        match self.far_ends:
            case FarEndsKind.ORDINARY:
                return ordinary
            case FarEndsKind.DIGITS:
                return DialledDigits(ordinary)
            case FarEndsKind.STATISTICAL:
                return StatisticalFarEnds(self.seed, self.customers, self.agents)


def make_exchange(
    options: SimulatorOptions, clock: Clock, journal: Journal | None = None, earlier: Path | None = None
) -> Exchange:
    """An exchange as the options say. `earlier`: the journal of earlier runs, whose leg ids never ring again.

    Raises SetupError for a script that cannot be read.
    """
    script: Mapping[str, FarEnd] = _read_script(options.script) if options.script else {}
    exchange = Exchange(
        clock,
        options.make_far_ends(),
        journal=journal,
        dialled_before=_dialled_in(earlier) if earlier else (),
        prompt_seconds=options.prompt_seconds,
    )
    for destination, far_end in script.items():
        exchange.set_far_end(destination, far_end)
    return exchange


def open_simulator(url: str, clock: Clock | None = None) -> Telephony:
    """The simulator that a link's URL names; not started yet.

    `simulator:` or `simulator:?far_ends=digits` is one in this process, on `clock`; `simulator://HOST:PORT` or
    `simulator:///PATH/TO/SOCKET` is a process of its own, where `?link=NAME` tells several links to it apart. Raises
    SetupError for a URL or an option that cannot work.
    """
    parts = urlsplit(url)
    if parts.scheme != "simulator" or parts.fragment:
        raise SetupError(f"{url!r} is no URL of a simulator: write simulator:, or simulator://HOST:PORT")
    given = parse_qsl(parts.query, keep_blank_values=True)
    if parts.netloc or url.startswith("simulator://"):
        return SimulatorClient(_address_of(parts, url), _link_of(given, url))
    if parts.path:
        raise SetupError(f"{url!r}: a simulator in this process has no path; a socket is simulator:///PATH")
    exchange = make_exchange(SimulatorOptions.from_pairs(given), clock or SystemClock())
    return InProcessSimulator(exchange, owns_exchange=True)


def _link_of(given: list[tuple[str, str]], url: str) -> str:
    if {name for name, _ in given} - {"link"}:
        raise SetupError(f"{url!r}: the options of a simulator process are given where it is started")
    return dict(given).get("link") or "main"


def _address_of(parts: SplitResult, url: str) -> Address:
    if not parts.netloc:
        return Address.parse(f"unix:{parts.path}")
    if parts.path not in ("", "/"):
        raise SetupError(f"{url!r} names a host and a path; it can have only one of them")
    return Address.parse(parts.netloc)


def _read_script(path: Path) -> Mapping[str, FarEnd]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, FarEnd])
    except (OSError, msgspec.DecodeError) as problem:
        raise SetupError(f"The simulator's script {path} cannot be used: {problem}") from None


def _dialled_in(journal: Path) -> set[str]:
    if not journal.exists():
        return set()
    return {fact.leg_id for fact in read_journal(journal) if fact.kind is FactKind.DIALLED}


def _decode(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(wanted)
