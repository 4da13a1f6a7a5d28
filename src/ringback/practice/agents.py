"""The agents of practice at their desks: what they answer to an offered callback. The same offer, the same answer."""

import random
from uuid import UUID

import msgspec

from ringback.callbacks.rules import AgentAnswer

SOONEST_SECONDS = 1.5
LATEST_SECONDS = 6.0
# The others accept.
SHARE_REJECTED = 0.08
SHARE_SNOOZED = 0.05
SHARE_OVERLOOKED = 0.02
SNOOZE_SECONDS = 20


class Reply(msgspec.Struct, frozen=True):
    """An answer, so long after the offer was made; None: the agent does not see it."""

    after_seconds: float
    answer: AgentAnswer | None

    @property
    def snooze_seconds(self) -> int | None:
        """For how long it is put off, if it is."""
        return SNOOZE_SECONDS if self.answer is AgentAnswer.SNOOZED else None


def reply(seed: int, attempt_id: UUID) -> Reply:
    """What the agent makes of this offer."""
    chance = random.Random(f"{seed} {attempt_id}")  # noqa: S311 - a simulation, no secret
    after_seconds = chance.uniform(SOONEST_SECONDS, LATEST_SECONDS)
    share = chance.random()
    for answer, size in (
        (None, SHARE_OVERLOOKED),
        (AgentAnswer.SNOOZED, SHARE_SNOOZED),
        (AgentAnswer.REJECTED, SHARE_REJECTED),
    ):
        if share < size:
            return Reply(after_seconds, answer)
        share -= size
    return Reply(after_seconds, AgentAnswer.ACCEPTED)
