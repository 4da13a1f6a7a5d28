"""Who plays in practice: the services, the agents, and how the simulated people behave on the telephone.

Everything is faster than life, so that it can be watched: talks take seconds, and retries come within a minute.
"""

from collections.abc import Sequence

import msgspec

from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode, RetryChoice, Strategy

LINK = "practice"
SEED = 7

_HABITS = {
    "seed": str(SEED),
    "customers.answers": "0.78",
    "customers.busy": "0.08",
    "customers.rejects": "0.03",
    "customers.unavailable": "0.02",
    "customers.invalid": "0.01",
    "customers.ring": "2.5",
    "customers.talk": "90",
    "agents.answers": "0.95",
    "agents.ring": "1.5",
    "agents.talk": "10",
    "agents.talk_spread": "0.5",
}
LINK_URL = "simulator:?" + "&".join(f"{name}={value}" for name, value in _HABITS.items())


class PracticeService(msgspec.Struct, frozen=True):
    """A service to be made."""

    name: str
    choices: ServiceChoices


class PracticeAgent(msgspec.Struct, frozen=True):
    """An agent to be made; `services` are names as in `SERVICES`."""

    name: str
    display_name: str
    services: Sequence[str]


def _service(name: str, display_name: str, strategy: Strategy = Strategy.CUSTOMER_FIRST) -> PracticeService:
    soon = RetryChoice(limit=2, delay_seconds=20)
    choices = ServiceChoices(
        display_name=display_name,
        mode=Mode.RUNNING,
        default_region="US",
        trunk=LINK,
        number_limit=0,
        strategy=strategy,
        caller_id="+12025550100",
        caller_name=display_name,
        ring_timeout_seconds=12,
        agent_ring_timeout_seconds=8,
        customer_hold_seconds=20,
        max_talk_seconds=60,
        wrap_up_seconds=5,
        early_seconds=15,
        slot_minutes=15,
        slot_capacity=60,
        retries=dict.fromkeys(("BUSY", "NO_ANSWER", "UNREACHABLE", "AGENT_UNAVAILABLE", "UNKNOWN"), soon),
    )
    return PracticeService(name, choices)


SERVICES = (
    _service("support", "Support"),
    _service("sales", "Sales"),
    _service("billing", "Billing", Strategy.AGENT_FIRST),
)

AGENTS = (
    PracticeAgent("anna", "Anna Berg", ("support",)),
    PracticeAgent("ben", "Ben Okafor", ("support",)),
    PracticeAgent("chloe", "Chloé Martin", ("support", "billing")),
    PracticeAgent("david", "David Kim", ("support",)),
    PracticeAgent("elena", "Elena Rossi", ("support", "sales")),
    PracticeAgent("farid", "Farid Haddad", ("sales",)),
    PracticeAgent("grace", "Grace Mwangi", ("sales",)),
    PracticeAgent("hugo", "Hugo Silva", ("sales",)),
    PracticeAgent("ines", "Inês Costa", ("sales", "billing")),
    PracticeAgent("jonas", "Jonas Weber", ("billing",)),
    PracticeAgent("keiko", "Keiko Tanaka", ("billing",)),
    PracticeAgent("liam", "Liam Murphy", ("billing", "support")),
)
