"""The embedded PostgreSQL: Ringback's database when `RINGBACK_DATABASE_URL` names no other one.

    async with EmbeddedPostgres(settings.data_dir) as database:
        pool = await asyncpg.create_pool(database.url)

`server` is the supervisor; `directory` says what lies where in the data directory, `cluster` makes and starts what is
in it, `processes` looks at the processes of a server, `account` says as whom it runs, `binaries` finds the programs.
Linux only: it reads /proc. Why it is built like this: docs/decisions/0003-embedded-postgresql.md.
"""

from ringback.database.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
