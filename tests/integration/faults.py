"""Failures at one named call, as thin as they can be: everything else is the real thing."""

from typing import Any

import pytest


def fails_once(patch: pytest.MonkeyPatch, owner: object, name: str, error: Exception) -> None:
    """The next time `owner.name` is awaited it raises the error; from then on it is what it always was."""
    real = getattr(owner, name)
    failures = [error]

    async def with_a_fault(*arguments: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return await real(*arguments, **named)

    patch.setattr(owner, name, with_a_fault)
