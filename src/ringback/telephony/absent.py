"""A link that nobody can reach: for settling the calls of one that was taken out of the settings."""

from collections.abc import AsyncIterator

from ringback.telephony.port import Capability, DialRequest, Event, HangupReason, Snapshot, TelephonyUnavailable


class AbsentTelephony:
    """It is never up, and nothing can be asked of it."""

    capabilities: frozenset[Capability] = frozenset({Capability.SURVIVES_ENGINE})

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def close(self) -> None:
        """There is nothing to disconnect from."""

    async def prepare(self, request: DialRequest) -> None:
        raise _absent()

    async def dial(self, leg_id: str) -> None:
        raise _absent()

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        raise _absent()

    async def play(self, leg_id: str, prompt: str) -> None:
        raise _absent()

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        raise _absent()

    async def snapshot(self) -> Snapshot:
        raise _absent()

    async def events(self) -> AsyncIterator[Event]:
        for event in ():
            yield event


def _absent() -> TelephonyUnavailable:
    return TelephonyUnavailable("No engine is configured with this link")
