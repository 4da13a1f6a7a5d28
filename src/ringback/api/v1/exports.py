"""`/api/v1/callbacks/export`: callbacks as a table."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.tables import WHEN_TABLE, Marked, Table
from ringback.api.v1.callback_filters import FILTERED
from ringback.callbacks.export import export
from ringback.callbacks.filters import CallbackFilter

PATH = "/api/v1/callbacks/export"


@get(
    opt=needs(Permission.EXPORT_CALLBACKS),
    dependencies=FILTERED,
    summary="Callbacks as CSV",
    responses=WHEN_TABLE,
)
async def export_callbacks(
    backend: NamedDependency[Backend],
    wanted: NamedDependency[CallbackFilter],
    actor: NamedDependency[Actor],
    has_mark: Marked = False,
) -> Response[Any]:
    """Every callback that fits, with the filters of the list, the earliest desired time first."""
    filename = f"callbacks-{backend.clock.now():%Y-%m-%d}.csv"
    rows = partial(export, backend.database, backend.clock, actor, wanted)
    return Table(rows, filename=filename, has_mark=has_mark)


HANDLERS = [export_callbacks]
