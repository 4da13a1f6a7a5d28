"""A customer rings in: is a callback waiting for this number, and at which place? `requests.claim` takes it over."""

from typing import Annotated
from uuid import UUID

import msgspec

from ringback.callbacks import views
from ringback.callbacks.model import MAX_TEXT
from ringback.callbacks.views import CallbackView
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.numbers import phone
from ringback.services import catalog


class RingInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number that rings in, and the service that it was put through to."""

    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    service: str


class RingIn(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the number: the callback that will be called first, with its place and wait; null: nothing."""

    is_waiting: bool
    callback: CallbackView | None


_FIRST_WAITING = QueryFile(__file__, "ring_in.sql").query("first_waiting", UUID)


async def look(database: Database, clock: Clock, request: RingInRequest) -> RingIn:
    """What waits for a number in a service: SCHEDULED, QUEUED or ROUTING.

    Raises ServiceNotFound, InvalidNumber, NumberRefused.
    """
    async with database.connection() as connection:
        service = await catalog.named(connection, request.service)
        number = phone.parse(request.phone_number, service.default_region)
        found = await _FIRST_WAITING.first(connection, service_id=service.id, phone_number=number)
        callback = None if found is None else await views.show_one(connection, found, clock.now())
    return RingIn(is_waiting=callback is not None, callback=callback)
