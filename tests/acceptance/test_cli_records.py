"""`ringback reports` and `ringback erase`, as a person at a terminal uses them."""

import csv
import io
from pathlib import Path

import pytest

from tests.acceptance.command import Command

NUMBER = "+1 202-555-0133"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, with a callback that was cancelled and one that waits."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support", "default_region=US")
    cancelled = ringback.json("callbacks", "create", "support", "+1 202-555-0177")
    ringback.does("callbacks", "cancel", cancelled["id"])
    ringback.does("callbacks", "create", "support", NUMBER)
    return ringback


def test_reports_tell_by_day_for_people_and_in_csv_for_spreadsheets(ringback: Command) -> None:
    told = ringback.does("reports")
    assert "Rate" in told
    assert "support" in told

    (day,) = ringback.json("reports", "--per", "day")["items"]
    assert (day["asked"], day["open"], day["results"]) == (2, 1, {"CANCELLED_BY_ADMIN": 1})

    (line,) = csv.DictReader(io.StringIO(ringback.does("reports", "--csv")))
    assert (line["asked"], line["kept_rate"], line["on_time_rate"]) == ("2", "0.0", "")
    assert "There is no service 'nowhere'" in ringback.refuses("reports", "--service", "nowhere")
    assert ringback.does("reports", "--to", "2020-01-01T00:00Z") == "No callback was wanted in that time.\n"


def test_a_customer_is_forgotten_only_when_it_is_meant(ringback: Command) -> None:
    asked = ringback.run("erase", NUMBER)
    assert (asked.returncode, asked.stdout.strip()) == (1, "")
    assert "Remove all that is known of +1 202-555-0133 for good? [y/N]" in asked.stderr
    assert ringback.json("callbacks", "list")["total"] == 2

    told = ringback.does("erase", NUMBER, "--yes")
    assert told == "Cancelled: 1. Removed: 1.\nNothing of this number is left.\n"
    assert ringback.json("callbacks", "list")["total"] == 1
    assert ringback.json("erase", NUMBER, "--yes") == {"cancelled": 0, "removed": 0, "remaining": 0}
    (day,) = ringback.json("reports")["items"]
    assert day["results"] == {"CANCELLED_BY_ADMIN": 2}


def test_a_number_without_its_country_code_is_refused(ringback: Command) -> None:
    assert "its country code is missing" in ringback.refuses("erase", "(202) 555-0133", "--yes")
