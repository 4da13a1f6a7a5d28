"""What every command begins with."""

from ringback.cli.logs import set_up_logs
from ringback.settings import Settings


def start(*, at_least: str = "debug") -> Settings:
    """Read the settings and set up the logs, which show nothing below the level `at_least`. Raises InvalidSetting."""
    settings = Settings.from_environment()
    set_up_logs(settings, at_least=at_least)
    return settings
