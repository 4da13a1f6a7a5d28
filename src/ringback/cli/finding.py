"""What the doctor finds."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """Whether something is well, worth knowing, or to be mended."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; `mend` says what to do about it, if anything."""

    what: str
    verdict: Verdict
    text: str
    mend: str = ""


def ok(what: str, text: str) -> Finding:
    """It is well."""
    return Finding(what, Verdict.OK, text)


def note(what: str, text: str, mend: str = "") -> Finding:
    """It is worth knowing, and perhaps meant so."""
    return Finding(what, Verdict.NOTE, text, mend)


def wrong(what: str, text: str, mend: str = "") -> Finding:
    """It has to be mended."""
    return Finding(what, Verdict.WRONG, text, mend)
