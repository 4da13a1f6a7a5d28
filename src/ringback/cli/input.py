"""What people type becomes what the use cases take."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import typer

from ringback.services.wording import plain

T = TypeVar("T", bound=msgspec.Struct)


def instant(text: str) -> datetime:
    """A time in ISO 8601, such as 2026-11-24T09:00+01:00. Whether it has an offset is for the use case to judge."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write it like 2026-11-24T09:00+01:00") from None


def instant_if_given(text: str | None) -> datetime | None:
    """A time, if there is one."""
    return None if text is None else instant(text)


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """`key=value` texts as a map."""
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"{text!r} is not of the form KEY=VALUE")
        found[name] = value
    return found


def as_struct(values: Mapping[str, object], wanted: type[T]) -> T:
    """Texts as the fields of a Struct; the error names the field and what it may be."""
    if unknown := sorted(set(values) - set(wanted.__struct_fields__)):
        known = ", ".join(wanted.__struct_fields__)
        raise typer.BadParameter(f"{unknown[0]!r} is none of {known}")
    for field in msgspec.structs.fields(wanted):
        if field.name in values:
            _require_fitting(field.name, values[field.name], field.type)
    return msgspec.convert(dict(values), wanted, strict=False)


def _require_fitting(name: str, value: object, kind: Any) -> None:
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise typer.BadParameter(f"{name}: {plain(str(problem), kind)}".replace("`$", f"`{name}")) from None


def json_value(text: str) -> object:
    """A text that is JSON."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise typer.BadParameter(f"{text!r} is not JSON: {problem}") from None


def read_text(file: Path) -> str:
    """What is in a file of UTF-8; - is the standard input."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as problem:
        raise typer.BadParameter(f"{file} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise typer.BadParameter(f"{file} is not UTF-8: {problem}") from None
