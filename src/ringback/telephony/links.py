"""Opening the telephony that a link's URL names."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ringback.clock import Clock
from ringback.errors import SetupError
from ringback.settings import Settings
from ringback.telephony.port import Telephony


class UnknownTelephony(SetupError):
    """The URL of a link names no telephone system that Ringback knows."""


def open_telephony(link_id: str, url: str, clock: Clock, settings: Settings) -> Telephony:
    """The adapter for a link by its URL, not started. Raises SetupError for a URL that can never work."""
    scheme = urlsplit(url).scheme
    if scheme not in _ADAPTERS:
        known = ", ".join(f"{name}:" for name in sorted(_ADAPTERS))
        raise UnknownTelephony(f"{url!r}: a link's URL begins with one of {known}")
    return _ADAPTERS[scheme](link_id, url, clock, settings)


def adapter_name(url: str) -> str:
    """The short name of the kind of telephone system, as it is shown."""
    return urlsplit(url).scheme


def _simulator(_link_id: str, url: str, clock: Clock, _settings: Settings) -> Telephony:
    from ringback.telephony.simulator import open_simulator

    return open_simulator(url, clock)


def _sip(_link_id: str, url: str, clock: Clock, settings: Settings) -> Telephony:
    from ringback.telephony.sip import open_sip

    return open_sip(url, clock, password=settings.sip_password)


_ADAPTERS: Mapping[str, Callable[[str, str, Clock, Settings], Telephony]] = {"simulator": _simulator, "sip": _sip}
