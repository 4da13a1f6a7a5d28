"""What the database's errors tell of customers is not in the logs."""

import logging
from collections.abc import Callable, Generator

import asyncpg
import pytest
import structlog

from ringback.cli.logs import set_up_logs
from ringback.settings import Settings

NUMBER = "+49301234567"


def broken_rule() -> Exception:
    """As PostgreSQL tells of a row that breaks a rule."""
    error = asyncpg.CheckViolationError("new row violates check constraint")
    vars(error).update(detail=f"Failing row contains ({NUMBER}).")
    return error


def bad_argument() -> Exception:
    """As asyncpg tells of an argument that does not fit."""
    return asyncpg.DataError(f"invalid input for query argument $1: {NUMBER!r} (an integer is required)")


def group() -> Exception:
    """Several at once."""
    return ExceptionGroup("several", [broken_rule(), bad_argument()])


@pytest.fixture(autouse=True)
def _logs_as_before() -> Generator[None]:
    """Whatever the test sets up is undone."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("make", [broken_rule, bad_argument, group])
def test_errors_of_the_database_are_logged_without_values(
    capsys: pytest.CaptureFixture[str], log_format: str, make: Callable[[], Exception]
) -> None:
    set_up_logs(Settings(log_format=log_format, log_level="debug"))
    log = structlog.get_logger("test")
    try:
        try:
            raise make()
        except Exception as error:
            log.error("told", exc_info=error)
            raise RuntimeError("because of it") from error
    except RuntimeError:
        log.exception("told again")
    told = capsys.readouterr().err
    assert NUMBER not in told
    assert "told again" in told
    assert "RuntimeError" in told
    assert type(make()).__name__ in told
