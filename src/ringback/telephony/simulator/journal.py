"""The simulator's journal: every fact of the exchange, one JSON object a line, only ever appended to.

It is what the crash tests believe: whatever the engine's processes remember, a far end rang if and only if the
journal says `dialled`. Each line is written whole, before the command it belongs to is answered.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

import msgspec

from ringback.telephony.port import EndedBy, LegRole, Outcome


class FactKind(StrEnum):
    """What happened. `VIOLATION`: somebody tried to ring a leg id a second time; it did not ring."""

    STARTED = "started"
    CONTROLLED = "controlled"
    SUPERSEDED = "superseded"
    DISCONNECTED = "disconnected"
    PREPARED = "prepared"
    REMOVED = "removed"
    DIALLED = "dialled"
    RANG = "rang"
    ANSWERED = "answered"
    ENDED = "ended"
    BRIDGED = "bridged"
    UNBRIDGED = "unbridged"
    PROMPT = "prompt"
    PRESSED = "pressed"
    REJECTED = "rejected"
    VIOLATION = "violation"


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the journal.

    `epoch` names the run of the exchange. `link` and `who` say over which link and on whose command (the controller's
    own name; empty when nobody commanded it). `text` says more: why something was rejected, which key was pressed,
    which prompt was played. The fields from `outcome` on belong to `ended` and `removed`.
    """

    at: datetime
    epoch: str
    kind: FactKind
    link: str = ""
    who: str = ""
    leg_id: str = ""
    role: LegRole | None = None
    destination: str = ""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    call_id: str = ""
    text: str = ""
    outcome: Outcome | None = None
    by: EndedBy | None = None
    q850: int | None = None
    sip_status: int | None = None
    rang: bool | None = None
    answered: bool | None = None


Journal = Callable[[Fact], None]
"""Who is told every fact, as it happens."""


class JournalFile:
    """A journal on disk. Several runs append to one file; a line cut short by a crash is closed, never mended."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")

    def __call__(self, fact: Fact) -> None:
        """Append one fact; the line is in the kernel's hands, and survives our death, when this returns."""
        os.write(self._file, msgspec.json.encode(fact) + b"\n")

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_journal(path: Path) -> list[Fact]:
    """Every fact of a journal, in order, also while it is being written. Lines cut short by a crash are left out."""
    facts: list[Fact] = []
    for line in path.read_bytes().splitlines():
        try:
            facts.append(msgspec.json.decode(line, type=Fact))
        except msgspec.DecodeError:
            continue
    return facts
