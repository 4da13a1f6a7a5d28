"""Waiting for conditions: nothing here sleeps for a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""

    async def look() -> bool:
        return holds()

    await until_seen(look, bool, what)


async def until_seen(look: Callable[[], Awaitable[T]], is_right: Callable[[T], bool], what: str) -> T:
    """Look again and again until what is seen is right; return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_right(seen := await look()):
        assert time.monotonic() < end, f"waited {PATIENCE_SECONDS} s for {what}; last seen: {seen}"
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return seen
