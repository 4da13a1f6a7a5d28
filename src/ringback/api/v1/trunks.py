"""`/api/v1/trunks`."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.services import trunks
from ringback.services.trunks import Trunk, TrunkChoices

PATH = "/api/v1/trunks"


class Trunks(msgspec.Struct, frozen=True):
    """Every trunk, by name."""

    items: list[Trunk]


@get(opt=needs(Permission.SEE_SETUP), summary="List trunks", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend]) -> Trunks:
    """Every trunk with its limits, and whether it is paused."""
    return Trunks(await trunks.list_all(backend.database))


@get("/{trunk_name:str}", opt=needs(Permission.SEE_SETUP), summary="One trunk", responses=WHEN_READING)
async def show(trunk_name: FromPath[str], backend: NamedDependency[Backend]) -> Trunk:
    """A trunk with its limits, and whether it is paused."""
    return await trunks.get(backend.database, trunk_name)


@put(
    "/{trunk_name:str}",
    opt=needs(Permission.CHANGE_SETUP, for_all_services=True),
    summary="Create or change a trunk",
    responses={**WHEN_CHANGING, 201: ResponseSpec(Trunk, description="It is new", generate_examples=False)},
)
async def save(
    trunk_name: FromPath[str],
    data: JSONBody[TrunkChoices],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
) -> Response[Trunk]:
    """A limit that is left out does not limit. It holds from the next call on."""
    saved = await trunks.save(backend.database, backend.clock, actor, trunk_name, data)
    return Response(saved.what, status_code=201 if saved.is_new else 200)


@delete(
    "/{trunk_name:str}",
    opt=needs(Permission.CHANGE_SETUP, for_all_services=True),
    status_code=204,
    summary="Delete a trunk",
    responses=WHEN_CHANGING,
)
async def remove(trunk_name: FromPath[str], backend: NamedDependency[Backend], actor: NamedDependency[Actor]) -> None:
    """Possible while no service, and no call of the last days, goes through it; `main` stays."""
    await trunks.delete(backend.database, backend.clock, actor, trunk_name)


@post(
    "/{trunk_name:str}/resume",
    opt=needs(Permission.CHANGE_SETUP, for_all_services=True),
    status_code=200,
    summary="End the pause of a trunk",
    responses=WHEN_CHANGING,
)
async def resume(trunk_name: FromPath[str], backend: NamedDependency[Backend], actor: NamedDependency[Actor]) -> Trunk:
    """It is paused again when its calls go on failing alike."""
    return await trunks.resume(backend.database, backend.clock, actor, trunk_name)


HANDLERS = [list_all, show, save, remove, resume]
