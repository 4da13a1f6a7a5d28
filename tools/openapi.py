"""Prints the OpenAPI document of this checkout, from which the console's types are generated (`make console-types`)."""

import asyncio
import sys

import httpx
import structlog

from ringback.api.app import create_app
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.settings import Settings


async def document() -> bytes:
    """The document as a server gives it; no database is needed for that."""
    app = create_app(Database("postgresql:///nowhere"), Settings(), SystemClock())
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        return (await client.get("/api/openapi.json")).raise_for_status().content


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    sys.stdout.buffer.write(asyncio.run(document()))
