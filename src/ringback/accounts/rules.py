"""Who may do what: the whole of it is `OF_ROLES` and `OF_SCOPES`.

A route needs one permission; a user has those of all their roles, an API key those of all its scopes, and nobody has
any other. docs/access.md shows the tables, and a test compares. Pure: no I/O, no clock.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a user is in the console; one may be several."""

    MONITOR = "MONITOR"
    SUPERVISOR = "SUPERVISOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    DEVELOPER = "DEVELOPER"
    AGENT = "AGENT"


class Scope(StrEnum):
    """What an API key may do: create callbacks; read everything; cancel, reschedule and configure; keep agents."""

    CREATE = "create"
    READ = "read"
    MANAGE = "manage"
    AGENTS = "agents"


class Permission(StrEnum):
    """What a route lets somebody do, within the services that they are given."""

    SEE_CALLBACKS = "SEE_CALLBACKS"
    CREATE_CALLBACKS = "CREATE_CALLBACKS"
    CHANGE_CALLBACKS = "CHANGE_CALLBACKS"
    EXPORT_CALLBACKS = "EXPORT_CALLBACKS"
    HEAR_RECORDINGS = "HEAR_RECORDINGS"
    KEEP_RECORDINGS = "KEEP_RECORDINGS"
    SEE_AVAILABILITY = "SEE_AVAILABILITY"
    SEE_AGENTS = "SEE_AGENTS"
    CHANGE_PRESENCE = "CHANGE_PRESENCE"
    CHANGE_AGENTS = "CHANGE_AGENTS"
    REPORT_LIVE_QUEUE = "REPORT_LIVE_QUEUE"
    SEE_REPORTS = "SEE_REPORTS"
    SEE_SETUP = "SEE_SETUP"
    CHANGE_SETUP = "CHANGE_SETUP"
    ERASE_CUSTOMERS = "ERASE_CUSTOMERS"
    SEE_USERS = "SEE_USERS"
    CHANGE_USERS = "CHANGE_USERS"
    SEE_AUDIT = "SEE_AUDIT"
    DEVELOP = "DEVELOP"
    USE_DESK = "USE_DESK"


_P = Permission

_SEE = frozenset({_P.SEE_CALLBACKS, _P.SEE_AVAILABILITY, _P.SEE_AGENTS, _P.SEE_REPORTS})
_STEER = _SEE | {
    _P.CREATE_CALLBACKS,
    _P.CHANGE_CALLBACKS,
    _P.EXPORT_CALLBACKS,
    _P.HEAR_RECORDINGS,
    _P.KEEP_RECORDINGS,
    _P.CHANGE_PRESENCE,
    _P.SEE_SETUP,
    _P.SEE_USERS,
    _P.SEE_AUDIT,
}

OF_ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.MONITOR: _SEE,
        Role.SUPERVISOR: _STEER,
        Role.ADMINISTRATOR: frozenset(Permission) - {_P.USE_DESK},
        Role.DEVELOPER: frozenset({_P.DEVELOP}),
        Role.AGENT: frozenset({_P.USE_DESK}),
    }
)

OF_SCOPES: Mapping[Scope, frozenset[Permission]] = MappingProxyType(
    {
        Scope.CREATE: frozenset({_P.CREATE_CALLBACKS, _P.KEEP_RECORDINGS, _P.SEE_AVAILABILITY}),
        Scope.READ: _SEE | {_P.EXPORT_CALLBACKS, _P.HEAR_RECORDINGS, _P.SEE_SETUP},
        Scope.MANAGE: frozenset({_P.CHANGE_CALLBACKS, _P.CHANGE_SETUP, _P.ERASE_CUSTOMERS}),
        Scope.AGENTS: frozenset({_P.CHANGE_AGENTS, _P.CHANGE_PRESENCE, _P.REPORT_LIVE_QUEUE}),
    }
)


def of_roles(roles: Collection[Role]) -> frozenset[Permission]:
    """What a user with these roles may do."""
    return frozenset(permission for role in roles for permission in OF_ROLES[role])


def of_scopes(scopes: Collection[Scope]) -> frozenset[Permission]:
    """What an API key with these scopes may do."""
    return frozenset(permission for scope in scopes for permission in OF_SCOPES[scope])


def roles_with(permissions: Collection[Permission]) -> list[Role]:
    """The roles that have one of these permissions."""
    return [role for role in Role if OF_ROLES[role] & set(permissions)]


def scopes_with(permissions: Collection[Permission]) -> list[Scope]:
    """The scopes that have one of these permissions."""
    return [scope for scope in Scope if OF_SCOPES[scope] & set(permissions)]
