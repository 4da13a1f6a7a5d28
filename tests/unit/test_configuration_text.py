"""Configuration files are YAML without surprises, and say where their mistakes are."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ringback.configuration import document, yaml_text
from ringback.configuration.mistakes import InvalidConfiguration
from ringback.services.catalog import ServiceChoices

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(0.01, 1000) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)
SURPRISES = [
    "NO",
    "no",
    "yes",
    "on",
    "Off",
    "08:00",
    "21:00",
    "1:30",
    "2026-12-24",
    "0x1F",
    "017",
    "1_000",
    ".5",
    "+49",
    "y",
]
HEAD = "version: 1\n"
SETTINGS = ", ".join(sorted(ServiceChoices.__struct_fields__))


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(InvalidConfiguration) as refusal:
        document.read(text)
    return [str(mistake) for mistake in refusal.value.mistakes]


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert yaml_text.read(yaml_text.write(value)).value == value


@given(st.dictionaries(TEXTS, TEXTS | st.booleans() | st.none()))
def test_any_other_reader_of_yaml_takes_it_the_same_way(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text.write(value)) == value


@pytest.mark.parametrize("text", SURPRISES)
def test_text_that_yaml_takes_for_something_else_stays_text_with_and_without_quotes(text: str) -> None:
    assert yaml_text.read(f"a: [{text}, '{text}']\n{text}: b").value == {"a": [text, text], text: "b"}
    assert yaml.safe_load(yaml_text.write([text])) == [text]


def test_numbers_truth_and_nothing_are_what_json_has() -> None:
    text = "[1, -5, 2.5, 1e3, true, false, null, ~, 'null', \"1\"]"
    assert yaml_text.read(text).value == [1, -5, 2.5, 1000.0, True, False, None, None, "null", "1"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("services: {}\nservices: {}", "line 3, services: it stands here twice"),
        ("services: {a: {}, a: {}}", "line 2, services.a: it stands here twice"),
        ("trunks: &t {}\nagents: *t", "line 3, agents: anchors and aliases are not understood: write it out"),
        ("agents: !!python/object:os.system {}", "the tag tag:yaml.org,2002:python/object:os.system is not understood"),
        ("agents: {", "this is no YAML"),
        ("agents: " + "[" * 5000, "it is nested too deep"),
        ('agents: {"a\\0": {}}', "a key is a text"),
        ('agents: {a: {endpoint: "1\\0", services: []}}', "the database cannot keep this text"),
        ("agents: []", "line 2, agents: it is a map of names to what they have; {} for none"),
        ("queues: {}", "line 2, queues: it is none of trunks, services, agents"),
    ],
)
def test_a_file_that_is_no_configuration_is_told_with_the_line(text: str, mistake: str) -> None:
    (told,) = mistakes_of(HEAD + text + "\n")
    assert mistake in told


@pytest.mark.parametrize("text", ["", "trunks: {}", "version: 2", "[]", "version: '1'"])
def test_a_file_begins_with_its_version(text: str) -> None:
    assert "version" in mistakes_of(text)[0]


def test_every_setting_that_does_not_fit_is_told_at_once_with_its_place() -> None:
    text = """version: 1
trunks:
  carrier: {channels: 0}
services:
  support:
    colour: red
    window_seconds: soon
    caller_id: 4930
    hours:
      SUNDAY: []
      MONTAG: []
      MONDAY:
        - {opens: 08:00, closes: 25:00}
    special_days:
      - {date: 2026-13-01}
agents:
  anna: {endpoint: 201, services: [support], presence: READY}
"""
    assert mistakes_of(text) == [
        "line 3, trunks.carrier: link is missing",
        "line 3, trunks.carrier.channels: Expected `int` >= 1",
        "line 6, services.support.colour: there is no such setting; there are " + SETTINGS,
        "line 7, services.support.window_seconds: Expected `int`, got `str`",
        "line 8, services.support.caller_id: Expected `str`, got `int`; "
        "text that looks like something else is written in quotes",
        "line 11, services.support.hours.MONTAG: Invalid enum value 'MONTAG'",
        "line 13, services.support.hours.MONDAY.0.closes: a time of day is written like 08:00, at most 24:00",
        "line 15, services.support.special_days.0.date: Invalid RFC3339 encoded date",
        "line 17, agents.anna.presence: there is no such setting; there are display_name, endpoint, services",
        "line 17, agents.anna.endpoint: Expected `str`, got `int`; "
        "text that looks like something else is written in quotes",
    ]
