"""What the pages say of the command line and the settings is so."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

from ringback.cli.app import app
from ringback.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```\w*\n(.*?)```|`([^`]+)`", re.DOTALL)
SETTINGS_ROW = re.compile(r"^\| `RINGBACK_(\w+)` \| (.*?) \|", re.MULTILINE)


def commands_of(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that can be typed, with its words."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands_of(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS: Mapping[tuple[str, ...], Any] = dict(commands_of(typer.main.get_command(app)))


def mentions(page: Path) -> Iterator[str]:
    """What a page tells to type after `ringback`."""
    for block, inline in CODE.findall(page.read_text(encoding="utf-8")):
        for line in (block or inline).splitlines():
            for piece in re.split(r"[|;]|\$\(", line):
                words = piece.strip().removeprefix(".venv/bin/")
                if words.startswith("ringback ") and not words.startswith("ringback -"):
                    yield words.removeprefix("ringback ").rstrip(")")


def problem_of(mention: str) -> str | None:
    words = shlex.split(mention)
    named = next((path for path in COMMANDS if tuple(words[: len(path)]) == path), None)
    if named is None:
        groups = {path[0] for path in COMMANDS if len(path) > 1}
        return None if words[0] in groups and len(words) == 1 else f"there is no `ringback {mention}`"
    options = {option for parameter in COMMANDS[named].params for option in parameter.opts + parameter.secondary_opts}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]
    return f"`ringback {' '.join(named)}` has no {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path) -> None:
    assert [problem for mention in mentions(page) if (problem := problem_of(mention))] == []


def test_a_command_that_does_not_exist_would_be_found() -> None:
    assert problem_of("callbacks shout") == "there is no `ringback callbacks shout`"
    assert problem_of("callbacks list --opened") == "`ringback callbacks list` has no --opened"
    assert len(list(mentions(ROOT / "docs/cli.md"))) > len(COMMANDS)


def test_the_page_of_the_command_line_names_every_command() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert [path for path in COMMANDS if f"ringback {' '.join(path)}" not in text] == []


def test_every_command_and_option_says_what_it_is() -> None:
    silent = [path for path, command in COMMANDS.items() if not command.help]
    silent += [
        (*path, parameter.name)
        for path, command in COMMANDS.items()
        for parameter in command.params
        if not parameter.help
    ]
    assert silent == []


def test_the_page_of_the_settings_has_every_setting_with_its_default() -> None:
    rows = dict(SETTINGS_ROW.findall((ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    assert set(rows) == {field.upper() for field in Settings.__struct_fields__}
    defaults = Settings()
    for field in set(Settings.__struct_fields__) - {"data_dir", "links", "trusted_proxies"}:
        value = getattr(defaults, field)
        assert rows[field.upper()] == ("none" if value is None else f"`{value}`"), field
    assert rows["TRUSTED_PROXIES"] == f"`{' '.join(defaults.trusted_proxies)}`"
    assert rows["LINKS"] == f"`{' '.join(f'{name}={url}' for name, url in defaults.links.items())}`"
