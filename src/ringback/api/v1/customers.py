"""`/api/v1/customers`."""

from litestar import Response, delete
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING
from ringback.records import erasure
from ringback.records.erasure import Erasure

PATH = "/api/v1/customers"


@delete(
    "/{phone_number:str}",
    opt=needs(Permission.ERASE_CUSTOMERS, for_all_services=True),
    status_code=200,
    summary="Forget a customer",
    responses={
        **WHEN_CHANGING,
        200: ResponseSpec(Erasure, description="Nothing of the number is left", generate_examples=False),
        202: ResponseSpec(
            Erasure,
            description="The rest is removed when its calls are over: ask again to see",
            generate_examples=False,
        ),
    },
)
async def erase(
    phone_number: FromPath[str], backend: NamedDependency[Backend], actor: NamedDependency[Actor]
) -> Response[Erasure]:
    """Cancel what is open and remove all that is known of a number (international form), but for the counts.

    A callback that is being talked, or whose telephone may still ring, goes when that is over. Repeating the call is
    harmless, and its 200 is the proof that nothing is left.
    """
    done = await erasure.erase(backend.database, backend.clock, actor, phone_number)
    return Response(done, status_code=202 if done.remaining else 200)


HANDLERS = [erase]
