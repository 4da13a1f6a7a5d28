"""Who asks, once they are known: what they may do, and for which services."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.errors import NotAllowed


class BeyondYourServices(NotAllowed):
    """You may give only services that you have, and change only users, API keys and telephones of no others."""

    code = "beyond-your-services"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A user with a session, or an API key.

    `services`: the ids of those that they are given, by name; None: all, also those to come. `agent`: the name of the
    agent that a user is. Of `user_id` and `api_key_id` one is set.
    """

    actor: Actor
    permissions: frozenset[Permission]
    services: Mapping[str, int] | None
    user_id: int | None = None
    api_key_id: int | None = None
    session_id: int | None = None
    agent: str | None = None
    must_change_password: bool = False

    def may(self, *permissions: Permission) -> bool:
        """Whether they have one of these permissions."""
        return not self.permissions.isdisjoint(permissions)

    def sees_service(self, name: str) -> bool:
        """Whether they are given the service; also true for one that does not exist if they are given all."""
        return self.services is None or name in self.services

    @property
    def within(self) -> list[int] | None:
        """The ids of the services that what they see is restricted to; None: it is not."""
        return None if self.services is None else sorted(self.services.values())


def lie_within(services: Collection[str] | None, within: Collection[str] | None) -> bool:
    """Whether these services are all among those; None: all services, also those to come."""
    return within is None or (services is not None and set(services) <= set(within))
