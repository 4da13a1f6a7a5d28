"""How things stand, as gauges for Prometheus: what deploy/prometheus/alerts.yml looks at."""

from prometheus_client import CollectorRegistry, Gauge

from ringback.api.backend import Backend
from ringback.bulk import jobs
from ringback.callbacks import queue
from ringback.callbacks.queue import Count
from ringback.errors import DatabaseUnavailable
from ringback.reports import counting

# The name after "ringback_", what it means, and its labels: a service and something of it, or none.
_OF_SERVICES = {
    "callbacks": ("Callbacks not COMPLETED", "state"),
    "callbacks_late": ("Callbacks that no agent has although the time they were wanted at is over", "state"),
    "agents": ("Agents of a service", "presence"),
}
_SINGLE = {
    "trunks_paused": "Trunks paused because their calls failed alike",
    "bulk_callbacks_waiting": "Callbacks that bulk work has not come to yet",
    "callbacks_uncounted": "COMPLETED callbacks not in the hourly counts yet",
    "database_up": "Whether the database answers",
}


class Gauges:
    """The gauges of one server, all of them read from the database at once."""

    def __init__(self, backend: Backend, registry: CollectorRegistry) -> None:
        self._backend = backend
        self._links = Gauge(
            "ringback_link_up", "Whether an engine holds a telephony link and it is up", ["link"], registry=registry
        )
        self._of_services = {
            name: Gauge(f"ringback_{name}", meaning, ["service", label], registry=registry)
            for name, (meaning, label) in _OF_SERVICES.items()
        }
        self._single = {
            name: Gauge(f"ringback_{name}", meaning, registry=registry) for name, meaning in _SINGLE.items()
        }

    async def read(self) -> None:
        """Set them as things stand now; without a database only that it is away."""
        now = self._backend.clock.now()
        try:
            async with self._backend.database.connection() as connection:
                counts = {
                    "callbacks": await queue.uncompleted(connection),
                    "callbacks_late": await queue.late(connection, now),
                    "agents": await queue.presences(connection),
                }
                numbers = {
                    "trunks_paused": len(await queue.paused_trunks(connection, now)),
                    "bulk_callbacks_waiting": await jobs.waiting(connection),
                    "callbacks_uncounted": await counting.uncounted(connection),
                    "database_up": 1,
                }
                links = await queue.links(connection, now)
        except DatabaseUnavailable:
            self._single["database_up"].set(0)
            return
        self._set(counts, numbers, {link.name: link.is_up for link in links})

    def _set(self, counts: dict[str, list[Count]], numbers: dict[str, int], links: dict[str, bool]) -> None:
        for name, number in numbers.items():
            self._single[name].set(number)
        for name, gauge in self._of_services.items():
            gauge.clear()
            for count in counts[name]:
                gauge.labels(count.service, count.what).set(count.number)
        self._links.clear()
        for link, is_up in links.items():
            self._links.labels(link).set(is_up)
