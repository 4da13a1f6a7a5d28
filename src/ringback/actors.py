"""Who does something: the same for traces, bulk work, erasures and the audit."""

from enum import StrEnum

import msgspec


class ActorKind(StrEnum):
    """What kind of actor did something."""

    USER = "USER"
    API_KEY = "API_KEY"
    CUSTOMER = "CUSTOMER"
    ENGINE = "ENGINE"


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it: a user by name, an API key by its name, a customer's link, or the engine.

    `address`: where the request that is being answered came from; only the audit keeps it.
    """

    kind: ActorKind
    name: str
    address: str | None = None


ENGINE = Actor(ActorKind.ENGINE, "engine")
# How the names of those end who sit at the command line, and of no other user.
COMMAND_LINE = "(command line)"
