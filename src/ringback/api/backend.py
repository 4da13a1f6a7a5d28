"""What handlers work with."""

from dataclasses import dataclass

from ringback.clock import Clock
from ringback.database.pool import Database


@dataclass(frozen=True)
class Backend:
    """The database and the clock of this process."""

    database: Database
    clock: Clock
