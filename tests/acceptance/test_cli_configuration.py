"""Configuration on the command line: settings, the file, and agents from a spreadsheet."""

from pathlib import Path

import msgspec
import pytest

from ringback.cli.services import DOCUMENTS, NULLABLE
from ringback.services.catalog import ServiceChoices
from tests.acceptance.command import Command

HOURS = '{"MONDAY": [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "17:00"}]}'
EVE = '[{"date": "2026-12-24", "name": "Christmas Eve", "yearly": true}]'


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, which is migrated and empty."""
    return Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file of a test is."""
    return tmp_path / "file"


def test_hours_and_the_like_are_set_as_json_and_shown_as_lines(ringback: Command) -> None:
    ringback.does("services", "add", "support", f"hours={HOURS}", f"special_days={EVE}", "slot_capacity=4")
    ringback.does("services", "set", "support", 'public_holidays={"country": "DE"}', "mode=PAUSED")
    shown = ringback.does("services", "show", "support")
    for line in ("MONDAY    08:00-12:00, 13:00-17:00", "SUNDAY    closed", "every year 12-24 closed (Christmas Eve)"):
        assert line in shown
    ringback.does("services", "set", "support", "hours=", "public_holidays=", "slot_capacity=", "special_days=[]")
    told = ringback.json("services", "show", "support")
    assert (told["hours"], told["public_holidays"], told["slot_capacity"], told["special_days"]) == (
        None,
        None,
        None,
        [],
    )
    assert told["mode"] == "PAUSED"
    for wrong in ("hours=always", "mode=", "hours=[]", 'hours={"MONDAY": [{"opens": "8", "closes": "9"}]}'):
        assert ringback.run("services", "set", "support", wrong).returncode == 2
    same = 'hours={"MONDAY": [{"opens": "08:00", "closes": "08:00"}]}'
    assert "closes at another time" in ringback.refuses("services", "set", "support", same)


def test_the_command_line_knows_what_is_json_and_what_may_be_nothing() -> None:
    types = {field.name: str(field.type) for field in msgspec.structs.fields(ServiceChoices)}
    assert {name for name, kind in types.items() if "None" in kind} == NULLABLE
    assert {name for name, kind in types.items() if "[" in kind or ".schedule." in kind or "Rules" in kind} == DOCUMENTS


def test_an_installation_is_exported_and_taken_over_without_a_difference(ringback: Command, file: Path) -> None:
    ringback.does("services", "add", "support", f"hours={HOURS}", 'number_rules={"permitted_countries": ["NO"]}')
    ringback.does("agents", "add", "anna", "--endpoint", "201", "--service", "support")
    ringback.does("config", "export", "--output", str(file))
    assert file.read_text() == ringback.does("config", "export")
    assert "version: 1" in file.read_text()
    assert "Nothing is to be changed." in ringback.does("config", "apply", str(file), "--dry-run", "--prune")
    changed = file.read_text().replace("wrap_up_seconds: 45", "wrap_up_seconds: 9")
    file.write_text(changed + "  ben: {endpoint: sip:ben@10.0.0.7, services: [support]}\n")
    rehearsed = ringback.run("config", "apply", str(file), "--dry-run")
    assert (rehearsed.returncode, rehearsed.stderr) == (3, "")
    for line in ("~ services support", "    wrap_up_seconds: 45 -> 9", "+ agents ben"):
        assert line in rehearsed.stdout
    assert ringback.json("services", "show", "support")["wrap_up_seconds"] == 45
    assert "This is changed." in ringback.does("config", "apply", str(file))
    assert ringback.json("services", "show", "support")["wrap_up_seconds"] == 9
    assert ringback.json("config", "apply", str(file)) == {"changes": [], "unlisted": []}


def test_a_file_with_mistakes_is_refused_with_a_line_each(ringback: Command, file: Path) -> None:
    file.write_text("version: 1\nservices:\n  support: {window_seconds: 0, colour: red}\n  sales: {mode: ASLEEP}\n")
    done = ringback.run("config", "apply", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines[:2]] == [
        "line 3, services.support.colour",
        "line 4, services.sales.mode",
    ]
    assert lines[2].endswith("was not applied and nothing has changed")
    assert ringback.json("services", "list") == []
    assert ringback.run("config", "apply", str(file.with_name("nowhere"))).returncode == 2


def test_agents_come_from_a_spreadsheet_all_or_none(ringback: Command, file: Path) -> None:
    for name in ("support", "sales"):
        ringback.does("services", "add", name)
    header = "name,display_name,endpoint,services\n"
    file.write_text(
        f'\ufeff{header}anna,"Berg, Anna",sip:anna@10.0.0.7,support; sales\n\nben,,202,\n', encoding="utf-8"
    )
    assert ringback.json("agents", "import", str(file), "--dry-run")["created"] == ["anna", "ben"]
    assert ringback.json("agents", "list") == []
    assert "2 created, 0 changed, 0 unchanged." in ringback.does("agents", "import", str(file))
    assert ringback.json("agents", "import", str(file)) == {"created": [], "changed": [], "unchanged": 2}
    (anna, ben) = ringback.json("agents", "list")
    assert (anna["display_name"], anna["services"], ben["display_name"]) == ("Berg, Anna", ["sales", "support"], "ben")
    file.write_text(f"{header}anna,Anna,1,support\nchloe,,,suport\nanna,,2,\n")
    done = ringback.run("agents", "import", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()[:3]] == ["line 3", "line 3", "line 4"]
    assert ringback.json("agents", "show", "anna")["endpoint"] == "sip:anna@10.0.0.7"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: the first line names the columns"),
        ("name,endpoint\n", "line 1: the first line names the columns"),
        ("name,endpoint,services,shift\n", "line 1: the first line names the columns"),
        ("name,endpoint,services\nanna,1\n", "line 2: it has 2 columns, and the first line has 3"),
        ('name,endpoint,services\n"anna,1,\n', "line 2: unexpected end of data"),
    ],
)
def test_a_spreadsheet_of_another_form_is_refused(ringback: Command, file: Path, text: str, says: str) -> None:
    file.write_text(text)
    done = ringback.run("agents", "import", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_changing_a_trunk_keeps_what_is_not_named_and_adding_it_twice_is_refused(ringback: Command) -> None:
    ringback.does("trunks", "add", "carrier", "--link", "main", "--channels", "30", "--calls-per-second", "5")
    assert "There is a trunk 'carrier' already" in ringback.refuses("trunks", "add", "carrier", "--link", "other")
    assert "60" in ringback.does("trunks", "set", "carrier", "--channels", "60")
    told = next(trunk for trunk in ringback.json("trunks", "list") if trunk["name"] == "carrier")
    assert (told["link"], told["channels"], told["calls_per_second"]) == ("main", 60, 5)
    ringback.does("trunks", "set", "carrier", "--link", "other", "--calls-per-second", "0")
    told = next(trunk for trunk in ringback.json("trunks", "list") if trunk["name"] == "carrier")
    assert (told["link"], told["channels"], told["calls_per_second"]) == ("other", 60, None)
    assert ringback.run("trunks", "set", "carrier", "--calls-per-second", "0.001").returncode == 2
    assert "There is no trunk 'nope'" in ringback.refuses("trunks", "set", "nope", "--channels", "1")


def test_a_setting_that_does_not_fit_is_told_with_what_may_be(ringback: Command) -> None:
    ringback.does("services", "add", "support")
    for wrong, told in (
        ("mode=OPEN", "mode: 'OPEN' is none of RUNNING, PAUSED, DRAINING, CLOSED"),
        ('hours={"MONDAY": [{"opens": "8", "closes": "9"}]}', "hours: a time of day is written like 08:00"),
    ):
        assert told in ringback.run("services", "set", "support", wrong).stderr
