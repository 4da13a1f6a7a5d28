"""What was chosen to be set in something, and whether that is still as it was when it was read."""

import hashlib
from typing import Any

import msgspec
from msgspec import UNSET


def chosen(choices: msgspec.Struct) -> dict[str, Any]:
    """The fields that are to be set, by name; what is UNSET keeps its value."""
    return {field: value for field, value in msgspec.structs.asdict(choices).items() if value is not UNSET}


def revision_of(settings: object) -> str:
    """A short text that changes with any of the settings."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).hexdigest()[:16]
