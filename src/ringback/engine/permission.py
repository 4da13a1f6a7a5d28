"""Whether a callback may be dialled at this moment, by the rules of its service as they are now.

They are looked at twice: when the router is about to reserve an agent, so that nobody is kept for nothing, and in the
very commit that lets a telephone ring, because they may have changed meanwhile.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ringback.callbacks.promise import instant_in_words
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.numbers.calling_hours import allowed_at
from ringback.numbers.model import NumberRules
from ringback.numbers.screening import InvalidNumberRules, refusal
from ringback.services.model import Mode
from ringback.services.schedule import CallingHours

# Rules that cannot be applied were written past the checks: nobody is dialled by them until they are mended.
UNUSABLE_RULES = timedelta(minutes=1)


class Objection(msgspec.Struct, frozen=True):
    """Why it is not dialled now: the rule's name, and the reason in words.

    `until`: when to look again, for what nothing else wakes. `is_final`: it will not be dialled by these rules.
    """

    rule: str
    reason: str
    until: datetime | None = None
    is_final: bool = False


class _Conditions(msgspec.Struct, frozen=True, kw_only=True):
    service: str
    mode: Mode
    is_open: bool
    number_rules: NumberRules
    calling_hours: CallingHours | None
    phone_number: str
    stated_zone: str | None
    trunk: str
    trunk_pause_reason: str | None


_sql = QueryFile(__file__)
_SHARE_SERVICE = _sql.query("share_service_of_attempt", int)
_CONDITIONS = _sql.query("conditions_of_attempt", _Conditions)


def objection_to_number(
    number: str, stated_zone: str | None, rules: NumberRules, hours: CallingHours | None, now: datetime
) -> Objection | None:
    """What the number rules and the calling hours have against dialling this number (E.164) now."""
    try:
        refused = refusal(number, rules)
    except InvalidNumberRules as problem:
        return Objection("number-rules-unusable", str(problem), until=now + UNUSABLE_RULES)
    if refused is not None:
        return Objection("number-refused", f"the number is not called: {refused}", is_final=True)
    allowed = allowed_at(number, stated_zone, hours, now)
    return None if hours is None or allowed == now else _outside(hours, allowed)


async def share_service(connection: Connection, attempt_id: UUID) -> None:
    """From now to the end of the transaction the service stays as it is: whoever changes it waits for our commit."""
    await _SHARE_SERVICE.one(connection, attempt_id=attempt_id)


async def objection_to_attempt(connection: Connection, attempt_id: UUID, now: datetime) -> Objection | None:
    """What stands against dialling an open attempt's customer now; None: nothing does."""
    found = await _CONDITIONS.one(connection, attempt_id=attempt_id, now=now)
    if not found.mode.dials:
        return Objection("service-does-not-dial", f"service {found.service!r} is {found.mode}")
    if not found.is_open:
        return Objection("outside-hours", f"service {found.service!r} is closed at this hour")
    if found.trunk_pause_reason is not None:
        return Objection("trunk-paused", f"trunk {found.trunk!r} is paused: {found.trunk_pause_reason}")
    return objection_to_number(found.phone_number, found.stated_zone, found.number_rules, found.calling_hours, now)


def _outside(hours: CallingHours, allowed: datetime | None) -> Objection:
    text = f"the customer is called from {hours.starts} to {hours.ends} of the customer's day"
    if allowed is None:
        text += "; the time zones that the number may be in are not known, or have no such hour in common"
        return Objection("outside-calling-hours", text, is_final=True)
    return Objection("outside-calling-hours", f"{text}: not before {instant_in_words(allowed)}", until=allowed)
