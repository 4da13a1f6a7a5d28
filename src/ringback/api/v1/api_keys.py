"""`/api/v1/api-keys`: for users alone, so that no key can make another."""

from datetime import datetime

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKey, ApiKeyChoices, NewApiKey
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission, Scope
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING

PATH = "/api/v1/api-keys"


class ApiKeys(msgspec.Struct, frozen=True):
    """Every API key, also revoked ones, by name."""

    items: list[ApiKey]


class NewKeyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API key as wanted. `services`: null for all, also those to come. `expires_at`: with offset; null: never."""

    name: str
    scopes: list[Scope]
    services: list[str] | None
    expires_at: datetime | None = None


@get(opt=needs(Permission.DEVELOP), summary="List API keys", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> ApiKeys:
    """Every key without its secret. Of its services those are named that you are given too."""
    return ApiKeys(await api_keys.list_all(backend.database, principal.within))


@post(opt=needs(Permission.DEVELOP), summary="Make an API key", responses=WHEN_CHANGING)
async def create(
    data: JSONBody[NewKeyRequest], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> NewApiKey:
    """The answer is the only place where its secret is ever shown. It can have only services that you are given."""
    return await api_keys.create(
        backend.database,
        backend.clock,
        principal.actor,
        data.name,
        data.scopes,
        services=data.services,
        expires_at=data.expires_at,
        within=principal.services,
    )


@put("/{key_name:str}", opt=needs(Permission.DEVELOP), summary="Change an API key", responses=WHEN_CHANGING)
async def change(
    key_name: FromPath[str],
    data: JSONBody[ApiKeyChoices],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
) -> ApiKey:
    """What is left out keeps its value, and the secret stays. It holds with the next request that shows the key."""
    return await api_keys.change(
        backend.database, backend.clock, principal.actor, key_name, data, within=principal.services
    )


@post(
    "/{key_name:str}/revoke",
    opt=needs(Permission.DEVELOP),
    status_code=200,
    summary="Revoke an API key",
    responses=WHEN_CHANGING,
)
async def revoke(
    key_name: FromPath[str], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> ApiKey:
    """It ends at once and for good; repeating the request is harmless."""
    return await api_keys.revoke(backend.database, backend.clock, principal.actor, key_name, within=principal.services)


HANDLERS = [list_all, create, change, revoke]
