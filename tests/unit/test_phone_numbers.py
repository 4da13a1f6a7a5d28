"""Numbers as people write them, and those that are refused."""

import pytest

from ringback.errors import NeverPossible
from ringback.numbers import phone


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+49 30 1234567", None, "+49301234567"),
        ("030 / 123 45 67", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("tel:+49-30-1234567", None, "+49301234567"),
        ("tel:030-1234567;phone-context=+49", None, "+49301234567"),
        ("\u202a+٤٩ 30 1234567\u202c", None, "+49301234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+44 20 7946 0958", "DE", "+442079460958"),
    ],
)
def test_a_number_becomes_e164_however_it_is_written(text: str, region: str | None, number: str) -> None:
    assert phone.parse(text, region) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+12025550143", "+1 202-555-0143"),
        ("+49301234567", "+49 30 1234567"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+80012345678", "+800 1234 5678"),
        ("+4930111", "+49 30 111"),
        ("+999123456", "+999123456"),
    ],
)
def test_a_number_is_shown_as_people_read_it_and_means_the_same(number: str, shown: str) -> None:
    assert phone.as_read(number) == shown
    assert "".join(character for character in shown if character in "+0123456789") == number


@pytest.mark.parametrize("text", ["", "hello", "+", "12", "030 1234567", "+999 1234567", "\x00"])
def test_what_does_not_parse_is_an_invalid_number(text: str) -> None:
    with pytest.raises(phone.InvalidNumber) as refusal:
        phone.parse(text, None)
    assert refusal.value.code == "invalid-number"
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["call me at +49 30 1234513 please", "+1 800 FLOWERS", "+49 30 1234567 home", "tel:+49 30 VANITY1"]
)
def test_letters_are_never_read_as_digits_of_a_number(text: str) -> None:
    with pytest.raises(phone.InvalidNumber, match="letters"):
        phone.parse(text, "DE")


@pytest.mark.parametrize(
    ("text", "region", "why"),
    [
        ("+49 3", None, "too short"),
        ("+1 212 555", None, "too short"),
        ("+1 212 555 0123 4567", None, "too long"),
        ("+49 30 1234567 1234567 1234567", None, "too long"),
        ("555-0123", "US", "area code"),
        ("+1 900 234 5678", None, "premium rate"),
        ("0900 1 123456", "DE", "premium rate"),
        ("+49 30 1234567 ext. 12", None, "extension"),
        ("+49 30 1234567 890123", None, "15 digits"),
    ],
)
def test_a_number_that_may_not_be_called_is_refused_with_the_reason(text: str, region: str | None, why: str) -> None:
    with pytest.raises(phone.NumberRefused, match=why) as refusal:
        phone.parse(text, region)
    assert refusal.value.code == "number-refused"
    assert refusal.value.details["phone_number"] == text


def test_a_national_number_needs_the_country_of_the_service() -> None:
    with pytest.raises(NeverPossible, match="country code is missing"):
        phone.parse("030 1234567", None)
