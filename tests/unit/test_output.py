"""What the command prints: names and notes that others wrote are shown, and command no terminal."""

import json

import pytest
from rich.text import Text

from ringback.cli import output

# A new title, everything red, the screen cleared, and from then on to be read from right to left.
WRITTEN = "Eve\x1b]0;title\x07\x1b[31m\x9b2J\r\u202e!"


def test_what_others_wrote_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(WRITTEN)
    output.say(output.table(["Customer"], [[WRITTEN], [Text(WRITTEN, style="red")]]))
    output.say(output.fields([("Customer", WRITTEN)]))
    printed = capsys.readouterr().out
    assert printed.count("Eve]0;title[31m2J!") == 4
    assert all(character.isprintable() or character == "\n" for character in printed)


def test_json_says_what_others_wrote_and_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"customer_name": WRITTEN})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"customer_name": WRITTEN}
    assert all(character.isprintable() or character == "\n" for character in printed)


def test_colours_of_our_own_stay_on_a_terminal() -> None:
    screen = output.HarmlessConsole(force_terminal=True, color_system="standard", width=40)
    with screen.capture() as captured:
        screen.print(Text(WRITTEN, style="red"), end="")
    assert captured.get() == "\x1b[31mEve]0;title[31m2J!\x1b[0m"
