"""What an earlier or a later version has stored as preferences is read as far as it is understood."""

from typing import Any, get_args

import msgspec
import pytest

from ringback.accounts import preferences
from ringback.accounts.preferences import CustomRange, Preferences, Theme
from ringback.callbacks.pages import Column
from ringback.callbacks.states import State
from ringback.callbacks.views import CallbackView


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({}, Preferences()),
        ({"show_utc": True, "colour": "red"}, Preferences(show_utc=True)),
        ({"theme": "SEPIA", "page_size": 100}, Preferences(page_size=100)),
        ({"page_size": 1_000, "theme": "DARK"}, Preferences(theme=Theme.DARK)),
        ({"custom_ranges": [{"name": "x", "from": 1}], "columns": ["state"]}, Preferences(columns=("state",))),
    ],
)
def test_what_is_understood_is_kept_and_the_rest_is_as_by_default(
    stored: dict[str, Any], expected: Preferences
) -> None:
    assert preferences.understood(stored) == expected


def test_what_is_stored_is_read_as_it_was() -> None:
    wanted = Preferences(
        columns=("state", "agent"),
        custom_ranges=(CustomRange("Shift", -480, 0),),
        visible_states=("QUEUED", "ROUTING"),
        visible_services=(),
        theme=Theme.LIGHT,
        page_size=10,
    )
    assert preferences.understood(msgspec.to_builtins(wanted)) == wanted


def test_the_states_are_those_of_callbacks() -> None:
    assert get_args(preferences.StateName) == tuple(State)


def test_a_list_shows_and_sorts_by_each_column_that_is_named_by_default_and_more() -> None:
    assert set(Preferences().columns) <= set(Column) <= set(CallbackView.__struct_fields__)
