"""A contact centre for acceptance tests: Ringback in processes of its own, and real SIP phones on 127.0.0.1.

Everything that a test does goes over HTTP or happens at a telephone; only services and API keys, which HTTP cannot
make yet, are made by their use cases.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import msgspec

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.agents.model import Presence
from ringback.agents.roster import AgentView
from ringback.api.health import Readiness
from ringback.callbacks.states import Result, State
from ringback.callbacks.trace import CallbackTrace
from ringback.callbacks.views import CallbackView
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from tests.acceptance.sip.processes import RingbackProcess, run_command
from tests.acceptance.sip.waiting import until_seen
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import FarEnd, ReceivedCall, SippPhone

T = TypeVar("T")
SERVICE = "support"
CONNECTIONS = "5"


def number(behaviour: Behaviour | FarEnd) -> str:
    """The telephone number of a customer who behaves like this."""
    return f"+4930123456{behaviour}"


class Site:
    """A server, engines, a SIP trunk where all customers are, and a SIP phone that all agents share.

    `trunk` answers for every customer's number, `phone` for every agent; the last two digits of the number or the
    agent's name say how they behave.
    """

    def __init__(self, database: Database, directory: Path, trunk: SippPhone, phone: SippPhone) -> None:
        self.trunk, self.phone = trunk, phone
        self._database, self._directory = database, directory
        self._processes: list[RingbackProcess] = []
        self._http = httpx.AsyncClient(timeout=30.0)

    async def open(self) -> None:
        """Start the server, and get a key for its API."""
        server = self._start("serve", {"RINGBACK_PORT": "0"})
        key = await api_keys.create(self._database, SystemClock(), ENGINE, "acceptance", list(Scope))
        self._http.headers["X-API-Key"] = key.secret
        self._http.base_url = (await server.says("serving"))["url"]

    async def close(self) -> None:
        """End every process, and show its log (pytest does so when a test has failed)."""
        await self._http.aclose()
        for process in self._processes:
            process.kill()
            sys.stdout.write(f"--- {process.name}\n{process.log}\n")

    @property
    def complaints(self) -> list[str]:
        """What the processes logged as errors."""
        return [complaint for process in self._processes for complaint in process.complaints]

    # What an operator does

    def start_engine(self, *, link: str = "", lease_seconds: float = 6.0) -> RingbackProcess:
        """Start an engine on the trunk; `link`: what the link's URL says besides."""
        settings = {
            "RINGBACK_LINKS": self._link(link),
            "RINGBACK_LINK_LEASE_SECONDS": str(lease_seconds),
        }
        return self._start("engine", settings)

    async def link_is_up(self) -> None:
        """Wait until the engine started last has connected, and /readyz has nothing to say against its link."""
        await self._processes[-1].says("link up")
        await until_seen(self.warnings, lambda warnings: not warnings, "the telephony link")

    async def warnings(self) -> list[str]:
        """What /readyz warns of."""
        return (await self._get("/readyz", Readiness)).warnings

    async def add_service(self, **choices: Any) -> None:
        """The service; without wrap-up unless chosen."""
        chosen = msgspec.convert({"wrap_up_seconds": 0, **choices}, ServiceChoices)
        await catalog.create(self._database, SystemClock(), ENGINE, SERVICE, chosen)

    async def add_agent(self, name: str, behaviour: Behaviour) -> str:
        """An agent of the service, READY; the name with the digits of the behaviour."""
        name = f"{name}{behaviour}"
        body = {"endpoint": self.phone.uri(name), "services": [SERVICE]}
        await self._send("PUT", f"/api/v1/agents/{name}", body)
        await self._send("POST", f"/api/v1/agents/{name}/presence", {"state": Presence.READY})
        return name

    # What clients of the API do

    async def create(self, phone_number: str, **more: object) -> UUID:
        """Ask for a callback; its id."""
        body = {"service": SERVICE, "phone_number": phone_number, **more}
        return msgspec.json.decode(await self._send("POST", "/api/v1/callbacks", body), type=CallbackView).id

    async def cancel(self, callback_id: UUID) -> None:
        """Cancel a callback."""
        await self._send("POST", f"/api/v1/callbacks/{callback_id}/cancel", {"reason": "not wanted any more"})

    async def callback(self, callback_id: UUID | str) -> CallbackView:
        """The callback as the API shows it."""
        return await self._get(f"/api/v1/callbacks/{callback_id}", CallbackView)

    async def metrics(self, callback_id: UUID | str) -> CallbackTrace:
        """All that is known of the callback."""
        return await self._get(f"/api/v1/callbacks/{callback_id}/metrics", CallbackTrace)

    async def agent(self, name: str) -> AgentView:
        """The agent as the API shows it."""
        return await self._get(f"/api/v1/agents/{name}", AgentView)

    # What a test waits for

    async def wait_for(self, callback_id: UUID | str, state: State, result: Result | None = None) -> CallbackView:
        """Wait until the callback is in a state, and check its result."""
        callback = await self.wait_until(callback_id, lambda seen: seen.state is state, f"{callback_id} in {state}")
        assert callback.result is result, msgspec.json.format(msgspec.json.encode(await self.metrics(callback_id)))
        return callback

    async def wait_until(
        self, callback_id: UUID | str, is_right: Callable[[CallbackView], bool], what: str
    ) -> CallbackView:
        """Wait until the callback looks right."""
        return await until_seen(lambda: self.callback(callback_id), is_right, what)

    async def requeued(self, callback_id: UUID) -> CallbackView:
        """Wait until an attempt has failed and the callback is back in the queue."""
        return await self.wait_until(
            callback_id, lambda seen: seen.state is State.QUEUED and seen.attempts > 0, f"{callback_id} to be requeued"
        )

    async def joined(self, callback_id: UUID) -> None:
        """Wait until customer and agent hear each other."""
        await until_seen(
            lambda: self.metrics(callback_id), lambda story: story.attempts[-1].joined_at is not None, "the bridge"
        )

    async def presence(self, name: str, presence: Presence) -> AgentView:
        """Wait until the agent's presence is that."""
        return await until_seen(lambda: self.agent(name), lambda seen: seen.presence is presence, f"{name} {presence}")

    async def rings(self, telephone: SippPhone, dialled: str) -> ReceivedCall:
        """Wait until a telephone has begun to ring, and return the call."""
        calls = await until_seen(
            lambda: _calls(telephone, dialled), lambda calls: any(180 in call.statuses for call in calls), dialled
        )
        return calls[-1]

    async def is_cancelled(self, telephone: SippPhone, dialled: str) -> ReceivedCall:
        """Wait until the latest call to a telephone was cancelled by us, and return it."""
        calls = await until_seen(
            lambda: _calls(telephone, dialled),
            lambda calls: bool(calls) and calls[-1].is_cancelled,
            f"the call to {dialled} to be cancelled",
        )
        return calls[-1]

    async def command(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a `ringback` command to its end; what it says."""
        settings = {**self._settings, "RINGBACK_PORT": "0", "RINGBACK_LINKS": self._link()}
        said, code = await run_command(arguments, settings)
        assert code == exit_code, said
        return said

    def _link(self, more: str = "") -> str:
        return f"main=sip:{self.trunk.address}{more}"

    @property
    def _settings(self) -> dict[str, str]:
        return {"RINGBACK_DATABASE_URL": self._database.url, "RINGBACK_DATABASE_CONNECTIONS": CONNECTIONS}

    def _start(self, command: str, settings: dict[str, str]) -> RingbackProcess:
        log = self._directory / f"{len(self._processes)}-{command}.log"
        self._processes.append(RingbackProcess(command, log, {**self._settings, **settings}))
        return self._processes[-1]

    async def _get(self, path: str, form: type[T]) -> T:
        return msgspec.json.decode(await self._send("GET", path), type=form)

    async def _send(self, method: str, path: str, body: object = None) -> bytes:
        content = None if body is None else msgspec.json.encode(body)
        answer = await self._http.request(method, path, content=content)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.content


async def _calls(telephone: SippPhone, dialled: str) -> list[ReceivedCall]:
    return telephone.calls(dialled)
