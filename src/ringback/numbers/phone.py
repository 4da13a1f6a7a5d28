"""A telephone number as somebody wrote it becomes E.164, or is refused with the reason.

What is a number and what it costs is told by `phonenumbers`, Google's libphonenumber data. Numbers are never logged.
"""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from ringback.errors import NeverPossible


class InvalidNumber(NeverPossible):
    """This is no telephone number: it does not parse."""

    code = "invalid-number"


class NumberRefused(NeverPossible):
    """It is a telephone number, but not one that may be called: impossible, premium rate, or against the rules."""

    code = "number-refused"


MAX_DIGITS = 15  # of E.164

_WRONG_LENGTHS = {
    NumberParseException.TOO_SHORT_AFTER_IDD: "it is too short",
    NumberParseException.TOO_SHORT_NSN: "it is too short",
    NumberParseException.TOO_LONG: "it is too long",
}
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "it is too short for a number of its country",
    ValidationResult.TOO_LONG: "it is too long for a number of its country",
    ValidationResult.INVALID_LENGTH: "no number of its country has this length",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "its area code is missing",
    ValidationResult.INVALID_COUNTRY_CODE: "there is no such country code",
}


def parse(text: str, default_region: str | None) -> str:
    """The number in E.164, such as +493012345678.

    `default_region` (ISO 3166, such as DE) is the country whose national format is understood; without one the
    number needs its country code. Raises InvalidNumber, NumberRefused.
    """
    number = _parsed(text, default_region)
    if not number.extension and _has_letters(text):
        # phonenumbers would take them for digits as on a keypad: "+49 30 12345 please" would ring a stranger.
        raise InvalidNumber(f"{text!r} is no telephone number: it has letters; write digits only", phone_number=text)
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict != ValidationResult.IS_POSSIBLE:
        raise _refused(text, _IMPOSSIBLE.get(verdict, "it is not possible"))
    if number.extension:
        raise _refused(text, "an extension cannot be dialled")
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        raise _refused(text, "premium rate numbers are not called")
    told = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(told) > len("+") + MAX_DIGITS:
        raise _refused(text, f"no number has more than {MAX_DIGITS} digits")
    return told


def e164(text: str) -> str:
    """The number in E.164, whether it may be called or not: what is kept can always be looked for.

    It needs its country code. Raises InvalidNumber, NumberRefused when it has too few or too many digits.
    """
    number = _parsed(text, None)
    if number.extension or _has_letters(text):
        raise InvalidNumber(f"{text!r} is no telephone number: write + and digits only", phone_number=text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=10_000)
def as_read(number: str) -> str:
    """A number in E.164 as people read it, such as +49 30 12345678; one that nobody can divide stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def _parsed(text: str, default_region: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, default_region)
    except NumberParseException as problem:
        if problem.error_type in _WRONG_LENGTHS:
            raise _refused(text, _WRONG_LENGTHS[problem.error_type]) from None
        if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            hint = "its country code is missing or unknown; write it as +49 30 1234567"
        else:
            hint = "it does not look like a telephone number"
        raise InvalidNumber(f"{text!r} is no telephone number: {hint}", phone_number=text) from None


def _has_letters(text: str) -> bool:
    """Whether there are letters in the number itself, that is between `tel:` and the parameters of RFC 3966."""
    number = text.strip().lower().removeprefix("tel:").partition(";")[0]
    return any(character.isalpha() for character in number)


def _refused(text: str, why: str) -> NumberRefused:
    return NumberRefused(f"{text!r} cannot be called: {why}", phone_number=text)
