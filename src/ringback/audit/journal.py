"""Writing down what was done: one row, in the transaction that does it.

A writer waits for nobody: it only inserts. An entry names callbacks by id, and never a telephone number.
"""

from datetime import datetime

from ringback.actors import Actor
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile

_sql = QueryFile(__file__, "journal.sql")
_RECORD = _sql.command("record")


async def record(
    connection: Connection, now: datetime, actor: Actor, action: str, subject: str, **details: object
) -> None:
    """Write down what `actor` does in this transaction.

    `action`: what is done, such as "service.changed"; `subject`: to what, such as "support" or a callback's id;
    `details`: what else is to be known of it, as JSON. Nothing here may be a secret or a telephone number.
    """
    await _RECORD.run(
        connection,
        now=now,
        actor_kind=actor.kind,
        actor_name=actor.name,
        address=actor.address,
        action=action,
        subject=subject,
        details=details,
    )
