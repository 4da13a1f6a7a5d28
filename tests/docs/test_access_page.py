"""The page of access shows what each role may do as the code has it."""

import re
from pathlib import Path

from ringback.accounts import passwords, sessions, throttle
from ringback.accounts.rules import OF_ROLES, Permission, Role

PAGE = (Path(__file__).parents[2] / "docs/access.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \|(.*)\|$", re.MULTILINE)


def test_the_table_of_roles_is_what_they_may_do() -> None:
    header = re.search(r"^\| permission \|(.*)\|$", PAGE, re.MULTILINE)
    assert header is not None
    assert cells(header[1]) == list(Role)
    rows = {permission: cells(row) for permission, row in ROW.findall(PAGE)}
    assert rows == {
        permission: ["yes" if permission in OF_ROLES[role] else "-" for role in Role] for permission in Permission
    }


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    assert f"{passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters" in text
    assert f"{sessions.IDLE.total_seconds() / 3_600:.0f} hours after its last request" in text
    assert f"{sessions.LIFETIME.days} days after the login" in text
    minutes = throttle.WINDOW.total_seconds() / 60
    assert (
        f"Within {minutes:.0f} minutes there may be {throttle.PER_NAME_AND_ADDRESS} wrong passwords for a name from "
        f"one address, {throttle.PER_ADDRESS} from an address, {throttle.PER_NAME} for a name"
    ) in text


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]
