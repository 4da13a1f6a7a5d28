"""The address of a customer in the site's own system."""

import pytest

from ringback.services import crm_url


@pytest.mark.parametrize(
    "template",
    [
        "",
        "https://crm.example.com",
        "http://10.0.0.1:8080/c?phone={phone_number}&id={callback_id}&n={customer_name}&s={service}",
        "https://crm.example.com/{user_data.ticket}",
    ],
)
def test_template_that_can_be(template: str) -> None:
    assert crm_url.problem_of(template) is None


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("javascript:alert(1)", "http"),
        ("//crm.example.com/", "http"),
        ("https://{user_data.host}/", "host"),
        ("https://crm.example.com{phone_number}/", "host"),
        ("https://crm.example.com\\@evil.example/{phone_number}", "host"),
        ("https://[::1/", "host"),
        ("https:///path", "host"),
        ("https://crm.example.com/{name}", "'name'"),
        ("https://crm.example.com/{user_data.}", "user_data.KEY"),
        ("https://crm.example.com/{phone_number", "brace"),
        ("https://crm.example.com/a b", "blanks"),
        ("https://crm.example.com/{user_data.ticket no}", "blanks"),
        ("https://crm.example.com/\n", "one line"),
        ("https://crm.example.com/" + "a" * 1000, "1000"),
        ("https://ann:secret@crm.example.org/{phone_number}", "without a password"),
    ],
)
def test_template_that_cannot_be_is_refused_with_the_reason(template: str, words: str) -> None:
    assert words in (crm_url.problem_of(template) or "")


def test_every_place_is_filled_in_percent_encoded_and_what_is_unknown_is_empty() -> None:
    template = (
        "https://crm.example.com/{service}?p={phone_number}&n={customer_name}&t={user_data.ticket}&x={user_data.x}"
    )
    values = {"service": "support/de", "phone_number": "+4930123", "customer_name": None}
    address = crm_url.filled(template, values, {"ticket": "a&b={phone_number}"})
    assert address == "https://crm.example.com/support%2Fde?p=%2B4930123&n=&t=a%26b%3D%7Bphone_number%7D&x="
