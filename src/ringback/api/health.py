"""`/healthz`, `/readyz` and `/metrics`: without a key and without secrets."""

import msgspec
from litestar import MediaType, Response, get
from litestar.di import NamedDependency

from ringback.api.auth import NO_KEY, UNCOUNTED
from ringback.api.backend import Backend
from ringback.api.observation import Metrics
from ringback.api.problems import WHEN_READING, SchemaMissing
from ringback.callbacks import queue
from ringback.database import migrate
from ringback.errors import SetupError


class Health(msgspec.Struct, frozen=True):
    """The process is alive."""

    status: str


class Readiness(msgspec.Struct, frozen=True):
    """The process can do its work; `warnings` are what keeps callbacks from being called all the same."""

    status: str
    warnings: list[str]


@get("/healthz", opt=UNCOUNTED, security=NO_KEY, summary="Is the process alive")
async def healthz() -> Health:
    """200 as long as the process answers at all, with or without a database."""
    return Health("alive")


@get(
    "/readyz",
    opt=UNCOUNTED,
    security=NO_KEY,
    summary="Can the process do its work",
    responses={503: WHEN_READING[503]},
)
async def readyz(backend: NamedDependency[Backend]) -> Readiness:
    """503 while the database is away or its schema is not this version's."""
    async with backend.database.urgent_connection() as connection:
        try:
            missing = await migrate.pending(connection)
        except SetupError as problem:
            raise SchemaMissing(str(problem)) from None
        if missing:
            raise SchemaMissing(f"{len(missing)} migrations are missing: run `ringback migrate`")
        links = await queue.links(connection, backend.clock.now())
        paused = await queue.paused_trunks(connection, backend.clock.now())
    return Readiness("ready", [*_warnings(links), *map(_pause_warning, paused)])


@get("/metrics", opt=UNCOUNTED, media_type=MediaType.TEXT, include_in_schema=False)
async def metrics(numbers: NamedDependency[Metrics]) -> Response[bytes]:
    """Numbers in Prometheus' text format."""
    return Response(await numbers.text(), media_type="text/plain; version=0.0.4")


def _warnings(links: list[queue.LinkStatus]) -> list[str]:
    if not any(link.is_held for link in links):
        return ["No engine holds a telephony link: nothing is called. Is `ringback engine` running?"]
    return [_warning(link) for link in links if not link.is_up]


def _warning(link: queue.LinkStatus) -> str:
    what = "down" if link.is_held else "held by no engine"
    return f"The telephony link {link.name!r} is {what}" + (f": {link.problem}" if link.problem else "")


def _pause_warning(trunk: queue.PausedTrunk) -> str:
    return f"The trunk {trunk.name!r} is paused: {trunk.reason}"


HANDLERS = [healthz, readyz, metrics]
