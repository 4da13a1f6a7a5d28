"""Somebody who listens to events of a real server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

EVENTS = "/api/v1/events"


@dataclass
class Ear:
    """What was heard: events as (name, data), how often that the line is there, and how the stream ended."""

    events: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    ids: list[str] = field(default_factory=list[str])
    alive: int = 0
    is_over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def names(self) -> list[str]:
        """The names of the events so far."""
        return [name for name, _ in self.events]

    def heard(self, kind: str) -> set[str]:
        """All the ids or names of a kind that were told."""
        return {each for name, data in self.events if name == "changed" for each in data[kind]}

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds."""
        while not condition():
            self._news.clear()
            await self._news.wait()

    async def until_heard(self, kind: str, *wanted: str) -> None:
        """Wait until all of these were told."""
        await self.until(lambda: set(wanted) <= self.heard(kind))

    async def until_told(self, name: str, times: int = 1) -> None:
        """Wait for an event."""
        await self.until(lambda: self.names().count(name) >= times)

    async def read(self, lines: httpx.Response) -> None:
        """Hear until the stream ends."""
        name = ""
        try:
            async for line in lines.aiter_lines():
                key, _, value = line.partition(": ")
                match key:
                    case "event":
                        name = value
                    case "id":
                        self.ids.append(value)
                    case "data" if name == "alive":
                        self.alive += 1
                    case "data":
                        self.events.append((name, json.loads(value)))
                    case _:
                        pass
                self._news.set()
        finally:
            self.is_over = True
            self._news.set()


@contextlib.asynccontextmanager
async def listening(client: httpx.AsyncClient, headers: Mapping[str, str] | None = None) -> AsyncGenerator[Ear]:
    """Somebody who is heard by the server, until the end of the block."""
    ear = Ear()
    async with client.stream("GET", EVENTS, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        reading = asyncio.create_task(ear.read(answer))
        try:
            await ear.until_told("hello")
            yield ear
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
