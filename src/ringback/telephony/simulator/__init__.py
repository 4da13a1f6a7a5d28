"""The simulator: a telephone exchange with far ends that behave as told, in this process or in one of its own.

It is the practice mode, the planning tool, and the witness of the crash tests (docs/simulator.md).
"""

from .adapter import InProcessSimulator
from .client import SimulatorClient
from .control import Control, LocalControl, RemoteControl
from .exchange import MISSING_PROMPT, Exchange
from .far_ends import (
    BY_LAST_TWO_DIGITS,
    DialledDigits,
    FarEnd,
    FarEnds,
    Habits,
    OrdinaryFarEnds,
    Sign,
    StatisticalFarEnds,
)
from .journal import Fact, FactKind, Journal, JournalFile, read_journal
from .options import FarEndsKind, SimulatorOptions, make_exchange, open_simulator
from .process import run_simulator
from .protocol import Address
from .server import SimulatorServer

__all__ = [
    "BY_LAST_TWO_DIGITS",
    "MISSING_PROMPT",
    "Address",
    "Control",
    "DialledDigits",
    "Exchange",
    "Fact",
    "FactKind",
    "FarEnd",
    "FarEnds",
    "FarEndsKind",
    "Habits",
    "InProcessSimulator",
    "Journal",
    "JournalFile",
    "LocalControl",
    "OrdinaryFarEnds",
    "RemoteControl",
    "Sign",
    "SimulatorClient",
    "SimulatorOptions",
    "SimulatorServer",
    "StatisticalFarEnds",
    "make_exchange",
    "open_simulator",
    "read_journal",
    "run_simulator",
]
