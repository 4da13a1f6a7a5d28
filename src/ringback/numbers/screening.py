"""Which numbers a service calls: those of the permitted countries that no blocked pattern fits.

Checked when a callback is created and again before each dial, because rules change while callbacks wait. Impossible and
premium numbers are refused by `phone.parse` already.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
import phonenumbers

from ringback.errors import NeverPossible
from ringback.numbers.model import BlockedPattern, NumberRules
from ringback.numbers.patterns import BadPattern, test_of
from ringback.numbers.phone import NumberRefused

# The "country" of numbers that belong to none, such as +800 (freephone) and +881 (satellite).
NO_COUNTRY = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY

_KEPT_RULES = 256


class InvalidNumberRules(NeverPossible):
    """Number rules that cannot be: `field` says which, `value` what it is."""

    code = "invalid-number-rules"


class Verdict(msgspec.Struct, frozen=True):
    """What one rule says of a number, in words that continue "it may (not) be called: ..."."""

    rule: str
    is_passed: bool
    text: str


def refusal(number: str, rules: NumberRules) -> str | None:
    """Why this number (E.164) is not called, such as "its country DE is not permitted"; None: it may be called.

    Raises InvalidNumberRules for rules that `check_rules` refuses.
    """
    return next((verdict.text for verdict in verdicts(number, rules) if not verdict.is_passed), None)


def require_permitted(number: str, rules: NumberRules) -> None:
    """Raises NumberRefused when the rules do not permit this number (E.164)."""
    why = refusal(number, rules)
    if why is not None:
        raise NumberRefused(f"{number!r} cannot be called: {why}", phone_number=number)


def check_rules(rules: NumberRules) -> None:
    """Raises InvalidNumberRules for the first country that does not exist, or pattern that cannot be used."""
    for index, country in enumerate(rules.permitted_countries):
        if country not in phonenumbers.SUPPORTED_REGIONS and country != NO_COUNTRY:
            known = f"is no ISO 3166 country such as DE, nor {NO_COUNTRY} (numbers of no country)"
            raise _invalid(f"permitted_countries[{index}]", country, known)
    _compiled(tuple(rules.blocked))


def verdicts(number: str, rules: NumberRules) -> list[Verdict]:
    """What each rule says of a number (E.164). Raises InvalidNumberRules for rules that `check_rules` refuses."""
    return [_country_verdict(number, rules.permitted_countries), _pattern_verdict(number, rules.blocked)]


def countries_of(number: str) -> Sequence[str]:
    """The country of a number (E.164), such as DE; all that share its code when the number does not tell which.

    That is so for numbers that are possible but not (yet) given out, as the newest data knows it.
    """
    parsed = phonenumbers.parse(number)
    country = phonenumbers.region_code_for_number(parsed)
    return phonenumbers.region_codes_for_country_code(parsed.country_code or 0) if country is None else (country,)


def _country_verdict(number: str, permitted: Sequence[str]) -> Verdict:
    if not permitted:
        return Verdict("country", True, "every country is permitted")
    countries = countries_of(number)
    others = [country for country in countries if country not in permitted]
    if len(countries) > 1:
        told = f"its country cannot be told from {', '.join(countries)}"
        if others:
            return Verdict("country", False, f"{told}, of which not permitted: {', '.join(others)}")
        return Verdict("country", True, f"{told}, all of which are permitted")
    what = "it belongs to no country, which (001)" if countries[0] == NO_COUNTRY else f"its country {countries[0]}"
    return Verdict("country", not others, f"{what} is {'not ' if others else ''}permitted")


def _pattern_verdict(number: str, blocked: Sequence[BlockedPattern]) -> Verdict:
    for pattern, fits in _compiled(tuple(blocked)):
        if fits(number):
            note = f" ({pattern.note})" if pattern.note else ""
            return Verdict("blocked", False, f"it is blocked by the pattern {pattern.pattern}{note}")
    return Verdict("blocked", True, "no blocked pattern fits it" if blocked else "no pattern is blocked")


# By content, so that a change of the rules holds at once in every process.
@lru_cache(maxsize=_KEPT_RULES)
def _compiled(blocked: tuple[BlockedPattern, ...]) -> Sequence[tuple[BlockedPattern, Callable[[str], bool]]]:
    return [(pattern, _test(index, pattern)) for index, pattern in enumerate(blocked)]


def _test(index: int, pattern: BlockedPattern) -> Callable[[str], bool]:
    try:
        return test_of(pattern)
    except BadPattern as problem:
        raise _invalid(f"blocked[{index}].pattern", pattern.pattern, str(problem)) from None


def _invalid(field: str, value: object, why: str) -> InvalidNumberRules:
    return InvalidNumberRules(f"number_rules.{field}: {value!r} {why}", field=field, value=value)
