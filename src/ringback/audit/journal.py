"""Writing down what was done: one row, in the transaction that does it.

A writer waits for nobody: it only inserts. An entry names callbacks by id, and never a telephone number.

What users and API keys do is written down. The engine's own doings, and those of customers (also the simulated ones
of practice), are told by the transitions and decisions of each callback.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile

_AUDITED = frozenset({ActorKind.USER, ActorKind.API_KEY})

_sql = QueryFile(__file__, "journal.sql")
_RECORD = _sql.command("record")
_RECORD_ALL = _sql.command("record_all")


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One of many things that are done at once; the fields are those of `record`."""

    action: str
    subject: str
    of_services: Sequence[str] = ()
    details: Mapping[str, Any] = {}


async def record(
    connection: Connection,
    now: datetime,
    actor: Actor,
    action: str,
    subject: str,
    *,
    of_services: Collection[str] = (),
    **details: object,
) -> None:
    """Write down what `actor` does in this transaction.

    `action`: what is done, such as "service.changed"; `subject`: to what, such as "support" or a callback's id;
    `of_services`: the names of the services that it concerns: only who is given all of them sees it, or who did it;
    `details`: what else is to be known of it, as JSON. Nothing here may be a secret or a telephone number.
    """
    if actor.kind in _AUDITED:
        await _record(connection, now, actor, action, subject, of_services, details)


async def record_all(connection: Connection, now: datetime, actor: Actor, deeds: Sequence[Deed]) -> None:
    """`record` for many things that `actor` does in this transaction."""
    if deeds and actor.kind in _AUDITED:
        entries = msgspec.to_builtins(deeds)
        await _RECORD_ALL.run(connection, now=now, entries=entries, **_who(actor))


async def record_of_engine(connection: Connection, now: datetime, action: str, subject: str, **details: object) -> None:
    """`record` for the few things to be accounted for that Ringback does without anybody asking."""
    await _record(connection, now, ENGINE, action, subject, (), details)


def changes(
    before: msgspec.Struct, after: msgspec.Struct, *, but: Collection[str] = (), untold: Collection[str] = ()
) -> list[dict[str, Any]]:
    """What differs between two states of something, field by field, as the detail `changes` of an entry.

    `but`: fields that are no settings. `untold`: those that may hold telephone numbers; only that they changed is told.
    """
    fields = [field for field in after.__struct_fields__ if field not in but]
    values = [(field, getattr(before, field), getattr(after, field)) for field in fields]
    return [
        {"field": field} if field in untold else {"field": field, "before": old, "after": new}
        for field, old, new in values
        if _encoded(old) != _encoded(new)
    ]


async def _record(
    connection: Connection,
    now: datetime,
    actor: Actor,
    action: str,
    subject: str,
    of_services: Collection[str],
    details: Mapping[str, object],
) -> None:
    await _RECORD.run(
        connection,
        now=now,
        action=action,
        subject=subject,
        of_services=sorted(set(of_services)),
        details=details,
        **_who(actor),
    )


def _encoded(value: object) -> bytes:
    # As it is stored: a list read from a request is the same as a tuple read from the database.
    return msgspec.json.encode(value, order="deterministic")


def _who(actor: Actor) -> dict[str, object]:
    return {"actor_kind": actor.kind, "actor_name": actor.name, "address": actor.address}
