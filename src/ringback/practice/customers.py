"""The customers of practice: who they are, what they ask for, and when the next one comes. The same seed, the same."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.model import Channel

MEAN_GAP_SECONDS = 2.5
SHARE_SCHEDULED = 0.25
SOONEST_SECONDS = 20
LATEST_SECONDS = 150

# Ranges that the numbering authorities keep free for films and books: nobody can ever have these numbers.
FICTIONAL_RANGES = (
    ("+1202555", 100, 199, 4),
    ("+44207946", 0, 999, 4),
    ("+447700900", 0, 999, 3),
)

_FIRST_NAMES = ("Maria", "James", "Olga", "Wei", "Fatima", "Lars", "Priya", "Tom", "Lucía", "Ahmed", "Nora", "Kofi")
_LAST_NAMES = ("Lopez", "Smith", "Novak", "Chen", "Ali", "Hansen", "Patel", "Brown", "García", "Khan", "Lind", "Mensah")
_TOPICS = ("invoice", "delivery", "new contract", "password", "address change", "broken device", "refund", "upgrade")


class Customers:
    """An endless stream of customers."""

    def __init__(self, seed: int, services: Sequence[str]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a simulation, no secret
        self.services = services

    def gap_seconds(self) -> float:
        """How long until the next one comes."""
        return self._chance.expovariate(1 / MEAN_GAP_SECONDS)

    def next(self, now: datetime) -> CallbackRequest:
        """What the next customer asks for."""
        chance = self._chance
        is_scheduled = chance.random() < SHARE_SCHEDULED
        ahead = timedelta(seconds=chance.uniform(SOONEST_SECONDS, LATEST_SECONDS))
        return CallbackRequest(
            service=chance.choice(self.services),
            phone_number=self._number(),
            desired_at=now + ahead if is_scheduled else None,
            customer_name=f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}",
            channel=chance.choice((Channel.IVR, Channel.WEB, Channel.MOBILE)),
            user_data={"topic": chance.choice(_TOPICS)},
        )

    def _number(self) -> str:
        prefix, first, last, digits = self._chance.choice(FICTIONAL_RANGES)
        return f"{prefix}{self._chance.randint(first, last):0{digits}d}"
