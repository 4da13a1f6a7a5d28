"""`ringback doctor`."""

import sys

from rich.text import Text

from ringback.cli.checkup import check_everything
from ringback.cli.finding import Finding, Verdict, wrong
from ringback.cli.logs import set_up_logs
from ringback.cli.output import JsonOption, print_json, say, table
from ringback.cli.process import run_briefly
from ringback.errors import SetupError
from ringback.settings import Settings

_STYLES = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.WRONG: "bold red"}


def doctor(json: JsonOption = False) -> None:
    """Look whether all is well, and say what to mend.

    Looks at the settings, the database, the telephony links, the services and the port. Exits with 1 if anything is
    wrong.
    """
    findings = _findings()
    if json:
        print_json(findings)
    else:
        say(table(("", "", ""), [_row(finding) for finding in findings]))
    if any(finding.verdict is Verdict.WRONG for finding in findings):
        sys.exit(1)


def _findings() -> list[Finding]:
    try:
        settings = Settings.from_environment()
        set_up_logs(settings, at_least="critical")
    except SetupError as problem:
        return [wrong("settings", str(problem), "mend the environment of this process")]
    return run_briefly(_all(settings))


async def _all(settings: Settings) -> list[Finding]:
    return [finding async for finding in check_everything(settings)]


def _row(finding: Finding) -> list[Text | str]:
    text = Text(finding.text)
    if finding.mend:
        text.append(f"\n-> {finding.mend}", style="bold")
    return [Text(finding.verdict, style=_STYLES[finding.verdict]), finding.what, text]
