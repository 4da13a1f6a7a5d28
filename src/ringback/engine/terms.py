"""What the service of an attempt says about its calls."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from ringback.agents.presence import ReleaseTerms
from ringback.callbacks.follow_ups import retry_settings
from ringback.callbacks.rules import AttemptOutcome, RetrySetting
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.services.model import RetryChoice


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the service that an attempt follows."""

    trunk_id: int
    service: str
    caller_id: str
    caller_name: str
    ring_timeout_seconds: int
    agent_ring_timeout_seconds: int
    customer_hold_seconds: int
    max_talk_seconds: int
    wrap_up_seconds: int
    agent_no_answer_limit: int
    dial_attempts: int
    retries: Mapping[str, RetryChoice]

    @property
    def release_terms(self) -> ReleaseTerms:
        """What concerns the agent's release."""
        return ReleaseTerms(self.wrap_up_seconds, self.agent_no_answer_limit, self.agent_ring_timeout_seconds)

    @property
    def retry_settings(self) -> dict[AttemptOutcome, RetrySetting]:
        """The retry settings as the rules take them."""
        return retry_settings(self.retries)


_TERMS = QueryFile(__file__).query("terms_of_attempt", Terms)


async def terms_of(connection: Connection, attempt_id: UUID) -> Terms:
    """The settings that an attempt follows."""
    return await _TERMS.one(connection, attempt_id=attempt_id)
