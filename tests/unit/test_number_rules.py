"""Which numbers a service calls: countries, patterns, and what is refused as a rule."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.numbers import screening
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.numbers.phone import NumberRefused
from ringback.numbers.screening import InvalidNumberRules

BERLIN = "+49301234567"
PREFIX, WILDCARD, REGEX = PatternKind.PREFIX, PatternKind.WILDCARD, PatternKind.REGEX


def blocking(kind: PatternKind, pattern: str, note: str = "") -> NumberRules:
    return NumberRules(blocked=[BlockedPattern(kind=kind, pattern=pattern, note=note)])


def permitting(*countries: str) -> NumberRules:
    return NumberRules(permitted_countries=countries)


def test_rules_that_say_nothing_permit_every_number() -> None:
    for number in (BERLIN, "+12125550123", "+80012345678", "+447700900123"):
        assert screening.refusal(number, NumberRules()) is None


@pytest.mark.parametrize(
    ("number", "country"),
    [
        (BERLIN, "DE"),
        ("+12125550123", "US"),
        ("+14165551234", "CA"),
        ("+18765551234", "JM"),
        ("+18005551234", "US"),
        ("+442079460958", "GB"),
        ("+441534712345", "JE"),
        ("+447781123456", "GG"),
        ("+79161234567", "RU"),
        ("+77011234567", "KZ"),
        ("+390669812345", "VA"),
        ("+80012345678", "001"),
        ("+881612345678", "001"),
    ],
)
def test_a_number_is_of_its_own_country_where_several_share_a_code(number: str, country: str) -> None:
    everywhere_else = {"DE", "US", "CA", "JM", "GB", "GG", "JE", "RU", "KZ", "IT", "VA", "001"} - {country}
    assert screening.refusal(number, permitting(country)) is None
    refusal = screening.refusal(number, permitting(*everywhere_else))
    assert refusal is not None
    assert country in refusal


def test_a_refusal_names_the_country() -> None:
    assert screening.refusal(BERLIN, permitting("AT", "CH")) == "its country DE is not permitted"


def test_a_number_whose_country_cannot_be_told_needs_all_that_it_may_be_of() -> None:
    number = "+447700900123"
    assert screening.countries_of(number) == ("GB", "GG", "IM", "JE")
    refusal = screening.refusal(number, permitting("GB", "JE"))
    assert refusal == "its country cannot be told from GB, GG, IM, JE, of which not permitted: GG, IM"
    assert screening.refusal(number, permitting("GB", "JE", "GG", "IM")) is None


@pytest.mark.parametrize(
    ("kind", "pattern", "fitting", "others"),
    [
        (PREFIX, "+4930", ["+4930", "+49301234567"], ["+4931234567", "+14930"]),
        (WILDCARD, "+4930*", ["+4930", "+49301234567"], ["+4931234567", "+14930"]),
        (WILDCARD, "+4930????", ["+49301234"], ["+4930123", "+493012345"]),
        (WILDCARD, "*99", ["+4999", "+99"], ["+49991"]),
        (WILDCARD, "+49*12*9", ["+49129", "+490012009"], ["+49129001"]),
        (WILDCARD, "+49", ["+49"], ["+491"]),
        (REGEX, r"^\+4930", ["+49301234567"], ["+4931234567"]),
        (REGEX, "900", ["+4930900", "+9001"], ["+49309090"]),
        (REGEX, r"^\+49(30|40)\d{4}$", ["+49301234", "+49401234"], ["+493012345", "+49501234"]),
    ],
)
def test_a_pattern_blocks_what_it_fits_and_nothing_else(
    kind: PatternKind, pattern: str, fitting: Sequence[str], others: Sequence[str]
) -> None:
    rules = blocking(kind, pattern)
    assert [number for number in [*fitting, *others] if screening.refusal(number, rules)] == fitting


def test_a_refusal_names_the_first_pattern_that_fits_and_its_note() -> None:
    patterns = [
        BlockedPattern(kind=PREFIX, pattern="+44"),
        BlockedPattern(kind=WILDCARD, pattern="+4930*", note="our own"),
        BlockedPattern(kind=PREFIX, pattern="+49"),
    ]
    rules = NumberRules(blocked=patterns)
    assert screening.refusal(BERLIN, rules) == "it is blocked by the pattern +4930* (our own)"
    assert screening.refusal("+49401234567", rules) == "it is blocked by the pattern +49"
    with pytest.raises(NumberRefused, match=r"cannot be called: it is blocked by the pattern \+4930\*"):
        screening.require_permitted(BERLIN, rules)
    screening.require_permitted("+33123456789", rules)


def test_the_country_is_told_before_the_pattern() -> None:
    rules = NumberRules(permitted_countries=["AT"], blocked=blocking(PREFIX, "+49").blocked)
    assert screening.refusal(BERLIN, rules) == "its country DE is not permitted"
    assert [(each.rule, each.is_passed) for each in screening.verdicts(BERLIN, rules)] == [
        ("country", False),
        ("blocked", False),
    ]


@pytest.mark.parametrize("pattern", ["(a+)+$", r"(\d+)+x", r"^(\+?\d*)*!$", r"(\d|\d\d|\d?)+#"])
def test_patterns_that_would_hang_a_backtracking_matcher_are_matched(pattern: str) -> None:
    # With `re` each of them takes exponential time for a text like this: the test would not end.
    rules = blocking(REGEX, pattern)
    screening.check_rules(rules)
    assert screening.refusal("+" + "1" * 5_000, rules) is None
    assert screening.refusal("a" * 5_000 + "x", blocking(REGEX, "(a+)+$")) is None


@pytest.mark.parametrize(
    ("rules", "field", "why"),
    [
        (permitting("DE", "XX"), "permitted_countries[1]", "is no ISO 3166 country"),
        (permitting("de"), "permitted_countries[0]", "is no ISO 3166 country"),
        (permitting(""), "permitted_countries[0]", "is no ISO 3166 country"),
        (blocking(PREFIX, "49180"), "blocked[0].pattern", r"write \+ and 1 to 15 digits"),
        (blocking(PREFIX, "+"), "blocked[0].pattern", r"write \+ and 1 to 15 digits"),
        (blocking(PREFIX, "+49 180"), "blocked[0].pattern", r"write \+ and 1 to 15 digits"),
        (blocking(PREFIX, "+4918\u0966"), "blocked[0].pattern", r"write \+ and 1 to 15 digits"),
        (blocking(PREFIX, "+49180\n"), "blocked[0].pattern", r"write \+ and 1 to 15 digits"),
        (blocking(WILDCARD, "49*"), "blocked[0].pattern", r"write \+ or \* first"),
        (blocking(WILDCARD, "?49*"), "blocked[0].pattern", r"write \+ or \* first"),
        (blocking(WILDCARD, "+49[0-9]"), "blocked[0].pattern", r"write \+ or \* first"),
        (blocking(WILDCARD, "+49+"), "blocked[0].pattern", r"write \+ or \* first"),
        (blocking(REGEX, "("), "blocked[0].pattern", "RE2's syntax: missing"),
        (blocking(REGEX, "+49"), "blocked[0].pattern", r"write the plus as \\\+"),
        (blocking(REGEX, r"(\d)\1"), "blocked[0].pattern", "RE2's syntax: invalid escape"),
        (blocking(REGEX, r"(?=1)"), "blocked[0].pattern", "RE2's syntax"),
        (blocking(REGEX, r"((\d{99}){99}){99}"), "blocked[0].pattern", "RE2's syntax: invalid repetition size"),
        (blocking(REGEX, r"(?i)(\p{L}{30}){20}"), "blocked[0].pattern", "RE2's syntax: pattern too large"),
        (blocking(REGEX, r"\d*"), "blocked[0].pattern", "fits every number"),
        (blocking(REGEX, "9|"), "blocked[0].pattern", "fits every number"),
        (blocking(REGEX, "^$"), "blocked[0].pattern", "or none"),
    ],
)
def test_rules_that_cannot_be_are_refused_with_field_and_reason(rules: NumberRules, field: str, why: str) -> None:
    with pytest.raises(InvalidNumberRules, match=why) as refusal:
        screening.check_rules(rules)
    assert refusal.value.details["field"] == field
    assert repr(refusal.value.details["value"]) in str(refusal.value)


def test_the_place_of_a_bad_pattern_among_good_ones_is_told() -> None:
    good = BlockedPattern(kind=PREFIX, pattern="+4930")
    with pytest.raises(InvalidNumberRules) as refusal:
        screening.check_rules(NumberRules(blocked=[good, BlockedPattern(kind=PREFIX, pattern="x"), good]))
    assert refusal.value.details["field"] == "blocked[1].pattern"


def test_more_than_a_thousand_patterns_are_no_number_rules() -> None:
    blocked = [{"kind": "PREFIX", "pattern": "+49"}]
    assert len(msgspec.convert({"blocked": blocked * 1_000}, NumberRules).blocked) == 1_000
    with pytest.raises(msgspec.ValidationError, match="length <= 1000"):
        msgspec.convert({"blocked": blocked * 1_001}, NumberRules)


def test_a_thousand_patterns_are_all_looked_at() -> None:
    patterns = [BlockedPattern(kind=list(PatternKind)[index % 3], pattern=f"+{1_000 + index}") for index in range(999)]
    patterns = [
        each if each.kind is not REGEX else BlockedPattern(kind=REGEX, pattern=rf"^\{each.pattern}$")
        for each in patterns
    ]
    rules = NumberRules(blocked=[*patterns, BlockedPattern(kind=PREFIX, pattern="+49301")])
    screening.check_rules(rules)
    assert screening.refusal(BERLIN, rules) == "it is blocked by the pattern +49301"


@given(
    pattern=st.text("+*?01", min_size=1, max_size=8).filter(lambda text: text[0] in "+*" and "+" not in text[1:]),
    digits=st.text("01", max_size=8),
)
def test_a_wildcard_fits_what_its_signs_say(pattern: str, digits: str) -> None:
    expected = _fits(pattern, f"+{digits}") if pattern[0] == "+" else _fits(f"+{pattern}", f"+{digits}")
    assert (screening.refusal(f"+{digits}1", permitting()) is None) is True
    verdict = screening.refusal(f"+{digits}", blocking(WILDCARD, pattern))
    assert (verdict is not None) == expected


def _fits(pattern: str, text: str) -> bool:
    """By definition, sign by sign."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _fits(pattern[1:], text) or (text != "" and _fits(pattern, text[1:]))
    return text != "" and pattern[0] in (text[0], "?") and _fits(pattern[1:], text[1:])
