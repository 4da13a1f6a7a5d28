"""Answers that are sent piece by piece, as long as their client is there."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from litestar.types import Receive


async def while_there(receive: Receive, sending: Coroutine[Any, Any, None]) -> bool:
    """Send, but no longer than the client is there; returns whether it was until the end.

    Raises what `sending` does.
    """
    task = asyncio.create_task(sending, name="send to a client")
    async with _ended(asyncio.create_task(_gone(receive), name="watch a client")) as gone, _ended(task):
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        return task.done()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def _ended(task: "asyncio.Task[None]") -> AsyncGenerator["asyncio.Task[None]"]:
    """The task, which does not outlive the block."""
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
