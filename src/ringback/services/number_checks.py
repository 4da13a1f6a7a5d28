"""What a service makes of a telephone number: may it be called, when, and if not, why."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import phonenumbers
from phonenumbers import PhoneNumberType

from ringback.errors import Refused
from ringback.numbers import calling_hours, phone, screening
from ringback.numbers.calling_hours import OutsideCallingHours
from ringback.numbers.screening import Verdict
from ringback.services.model import Service
from ringback.services.time_zones import time_zone


class NumberCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a service makes of a telephone number.

    `phone_number` is in E.164 when it could be read, `phone_number_formatted` then as people read it, else null.
    `is_permitted`: by the rules for numbers, at whatever hour. `country` null: none, or one of several.
    `calling_allowed_now`: at the instant asked for; `next_allowed_at` the earliest from then on, null: never.
    """

    phone_number: str
    is_permitted: bool
    reasons: Sequence[Verdict]
    phone_number_formatted: str | None = None
    country: str | None = None
    type: str | None = None
    time_zones: Sequence[str] = ()
    calling_allowed_now: bool = False
    next_allowed_at: datetime | None = None


def check(service: Service, text: str, at: datetime, stated_zone: str | None = None) -> NumberCheck:
    """Try a number as somebody wrote it against every rule of the service; `stated_zone`: what the customer said.

    Raises UnknownTimeZone.
    """
    if stated_zone is not None:
        time_zone(stated_zone)
    try:
        number = phone.parse(text, service.default_region)
    except Refused as refusal:
        return NumberCheck(phone_number=text, is_permitted=False, reasons=[Verdict("number", False, str(refusal))])
    rules = [Verdict("number", True, "it is a possible telephone number, and not of premium rate")]
    rules += screening.verdicts(number, service.number_rules)
    countries = screening.countries_of(number)
    is_permitted = all(rule.is_passed for rule in rules)
    allowed = calling_hours.allowed_at(number, stated_zone, service.calling_hours, at)
    return NumberCheck(
        phone_number=number,
        phone_number_formatted=phone.as_read(number),
        is_permitted=is_permitted,
        reasons=[*rules, _hours_verdict(service, number, stated_zone, at)],
        country=countries[0] if len(countries) == 1 and countries[0] != screening.NO_COUNTRY else None,
        type=PhoneNumberType.to_string(phonenumbers.number_type(phonenumbers.parse(number))),
        time_zones=calling_hours.zones_of(number, stated_zone),
        calling_allowed_now=is_permitted and allowed == at,
        next_allowed_at=allowed if is_permitted else None,
    )


def _hours_verdict(service: Service, number: str, stated_zone: str | None, at: datetime) -> Verdict:
    if service.calling_hours is None:
        return Verdict("calling-hours", True, "the service keeps no calling hours")
    try:
        calling_hours.require_allowed(number, stated_zone, service.calling_hours, at)
    except OutsideCallingHours as refusal:
        return Verdict("calling-hours", False, str(refusal))
    return Verdict("calling-hours", True, "it is within the calling hours where the customer may be")
