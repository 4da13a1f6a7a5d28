"""Every route of the API: who may use it, and what of the services it names. Written out, not derived from the code.

Roles: Monitor, Supervisor, Administrator, Developer, aGent. Scopes: create, read, manage, agents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from ringback.accounts.rules import Role, Scope

ROLES = {
    "M": Role.MONITOR,
    "S": Role.SUPERVISOR,
    "A": Role.ADMINISTRATOR,
    "D": Role.DEVELOPER,
    "G": Role.AGENT,
}
SCOPES = {"c": Scope.CREATE, "r": Scope.READ, "m": Scope.MANAGE, "a": Scope.AGENTS}
DAY = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-25T00:00:00Z"}
WHOLE_DAY = f"from={DAY['from']}&to={DAY['to']}"
TOMORROW = "2026-11-24T10:00:00Z"
NUMBER = "+4930555000111"
WAV = (
    b"RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"
    b"\x08\x00\x00\x00" + bytes(8)
)


class Kind(Enum):
    """What a route has to do with services."""

    PUBLIC = auto()
    """Nothing; it needs nobody."""
    OF_USERS = auto()
    """Nothing; it is for any user who is logged in, and for no API key."""
    SHARED = auto()
    """Nothing: the permission decides."""
    ONE = auto()
    """It names something of a service: one that is not theirs is answered as what does not exist."""
    ONE_OR_NEW = auto()
    """Likewise, but what does not exist is made."""
    OWN_AGENT = auto()
    """Likewise; who is let in by their desk alone has nothing but their own, whatever services they are given."""
    MANY = auto()
    """It shows things of services: theirs and no others."""
    MINE = auto()
    """It shows what they did themselves, without naming a service."""
    GIVEN = auto()
    """Everybody sees that it is there; `also`: what is told who would change it without all of its services."""
    ALL = auto()
    """It is for who is given all services."""
    STREAM = auto()
    """Its answer does not end; what it shows is tested with it."""


@dataclass(frozen=True)
class Route:
    """A call of a route. `{service_name}` and so on in `at`, `query` and `body` are filled with what is named.

    `at`: the path, if it names something else than its parameters say. `also`: a code of 403 or 404 that says more
    than that it is closed, or not there.
    """

    method: str
    path: str
    roles: str
    scopes: str
    kind: Kind
    body: Any = None
    query: str = ""
    at: str = ""
    also: str = ""
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def allows(self, roles: frozenset[Role], scopes: frozenset[Scope]) -> bool:
        """Whether one of these is enough."""
        return any(ROLES[one] in roles for one in self.roles) or any(SCOPES[one] in scopes for one in self.scopes)

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' if self.query else ''}{self.query}"


V1 = "/api/v1"
CALLBACK = f"{V1}/callbacks/{{callback_id}}"
SERVICE = f"{V1}/services/{{service_name}}"
DOCUMENTS = ("hours", "special-days", "capacity", "number-rules")
PAGES = ("callbacks", "tools", "services", "agents", "desk", "reports", "users", "audit", "developer")
CONSOLE = (
    "/",
    *(f"/{page}" for page in PAGES),
    *(f"/{page}/{{page_path}}" for page in PAGES),
    "/icon.svg",
    "/color-scheme.js",
    "/assets/{asset}",
)
PUBLIC = ("/healthz", "/readyz", "/metrics", "/api", "/api/docs", "/api/openapi.json", "/api/{path}", *CONSOLE)

CALLBACKS = [
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.MANY),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.MANY, query="search=s&search_by=service&sort=-service"),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.MANY, query="total=exact&sort=agent&open=true"),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.MANY, query="search=+4930&cursor=last"),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.MANY, query="search=2026&search_by=desired_at"),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.ONE, query="service={service_name}"),
    Route("GET", f"{V1}/callbacks", "MSA", "r", Kind.ONE, query="search={callback_id}&search_by=id&total=exact"),
    Route("GET", f"{V1}/callbacks/export", "SA", "r", Kind.MANY),
    Route("GET", f"{V1}/callbacks/export", "SA", "r", Kind.ONE, query="service={service_name}&bom=true"),
    Route("GET", CALLBACK, "MSA", "r", Kind.ONE),
    Route("GET", f"{CALLBACK}/metrics", "MSA", "r", Kind.ONE),
    Route("GET", f"{CALLBACK}/name-recording", "SA", "r", Kind.ONE),
    Route("PUT", f"{CALLBACK}/name-recording", "SA", "c", Kind.ONE, content=WAV),
    Route("POST", f"{V1}/callbacks", "SA", "c", Kind.ONE, body={"service": "{service_name}", "phone_number": NUMBER}),
    Route(
        "POST",
        f"{V1}/callbacks",
        "SA",
        "c",
        Kind.ONE,
        body={"service": "{service_name}", "phone_number": NUMBER},
        headers={"Idempotency-Key": "once"},
    ),
    Route(
        "POST",
        f"{V1}/callbacks",
        "SA",
        "c",
        Kind.ONE,
        body={"service": "support", "phone_number": NUMBER, "offer_id": "{offer_id}"},
    ),
    Route(
        "POST",
        f"{V1}/callbacks/ring-in",
        "MSA",
        "r",
        Kind.ONE,
        body={"service": "{service_name}", "phone_number": "{phone_number}"},
    ),
    Route("POST", f"{CALLBACK}/reschedule", "SA", "m", Kind.ONE, body={"desired_at": TOMORROW}),
    Route("POST", f"{CALLBACK}/call-now", "SA", "m", Kind.ONE),
    Route("POST", f"{CALLBACK}/recreate", "SA", "m", Kind.ONE, at=f"{V1}/callbacks/{{completed_id}}/recreate"),
    Route("POST", f"{CALLBACK}/claim", "SA", "m", Kind.ONE),
    Route("POST", f"{CALLBACK}/cancel", "SA", "m", Kind.ONE),
]

SERVICES = [
    Route("GET", f"{V1}/services", "SA", "r", Kind.MANY),
    Route("GET", SERVICE, "SA", "r", Kind.ONE),
    Route("PUT", SERVICE, "A", "m", Kind.ONE, body={"display_name": "Renamed"}),
    Route("DELETE", SERVICE, "A", "m", Kind.ALL),
    *(Route("GET", f"{SERVICE}/{part}", "SA", "r", Kind.ONE) for part in DOCUMENTS),
    *(Route("PUT", f"{SERVICE}/{part}", "A", "m", Kind.ONE, body={}) for part in DOCUMENTS),
    Route("POST", f"{SERVICE}/number-rules/test", "SA", "r", Kind.ONE, body={"phone_number": NUMBER}),
    Route("GET", f"{SERVICE}/status", "MSA", "r", Kind.ONE),
    Route("GET", f"{V1}/service-statuses", "MSA", "r", Kind.MANY),
    Route("GET", f"{SERVICE}/slots", "MSA", "cr", Kind.ONE),
    Route("GET", f"{SERVICE}/live-queue", "MSA", "r", Kind.ONE),
    Route("PUT", f"{SERVICE}/live-queue", "A", "a", Kind.ONE, body={"waiting": 2}),
    Route("POST", f"{SERVICE}/offers", "SA", "c", Kind.ONE),
]

TRUNKS = [
    Route("GET", f"{V1}/trunks", "SA", "r", Kind.SHARED),
    Route("GET", f"{V1}/trunks/{{trunk_name}}", "SA", "r", Kind.SHARED),
    Route("PUT", f"{V1}/trunks/{{trunk_name}}", "A", "m", Kind.ALL, body={"channels": 3}),
    Route("POST", f"{V1}/trunks/{{trunk_name}}/resume", "A", "m", Kind.ALL),
    Route("DELETE", f"{V1}/trunks/{{trunk_name}}", "A", "m", Kind.ALL),
]

AGENT = f"{V1}/agents/{{agent_name}}"
AGENTS = [
    Route("GET", f"{V1}/agents", "MSA", "r", Kind.MANY),
    Route("GET", f"{V1}/agents", "MSA", "r", Kind.ONE, query="service={service_name}"),
    Route("GET", AGENT, "MSAG", "r", Kind.OWN_AGENT),
    Route("PUT", AGENT, "A", "a", Kind.ONE_OR_NEW, body={"endpoint": "1", "services": ["support"]}),
    Route(
        "PUT", AGENT, "A", "a", Kind.ONE, body={"endpoint": "1", "services": ["{service_name}"]}, at=f"{V1}/agents/anna"
    ),
    Route(
        "POST",
        f"{V1}/agents/import",
        "A",
        "a",
        Kind.ONE,
        body={"items": [{"name": "anna", "endpoint": "1", "services": ["{service_name}"]}]},
    ),
    Route("POST", f"{AGENT}/presence", "SAG", "a", Kind.OWN_AGENT, body={"state": "READY"}),
    # Before its body is looked at: else a wrong one would show who is there.
    Route("POST", f"{AGENT}/presence", "SAG", "a", Kind.OWN_AGENT, body={"state": 1}),
]

REPORTS = [
    Route("GET", f"{V1}/reports", "MSA", "r", Kind.MANY, query=WHOLE_DAY),
    Route("GET", f"{V1}/reports", "MSA", "r", Kind.ONE, query="service={service_name}"),
    Route("GET", f"{V1}/reports/export", "MSA", "r", Kind.MANY, query=WHOLE_DAY),
    Route("GET", f"{V1}/reports/export", "MSA", "r", Kind.ONE, query="service={service_name}"),
    Route("DELETE", f"{V1}/customers/{{phone_number}}", "A", "m", Kind.ALL, at=f"{V1}/customers/{NUMBER}"),
]


def _bulk(name: str, job: str, what: Mapping[str, object]) -> list[Route]:
    path, ids = f"{V1}/{name}", {**what, "ids": ["{callback_id}"]}
    many = {**what, **DAY, "all": True, "service": ["{service_name}"]}
    at = f"{path}/{{{job}}}"
    return [
        *(Route("POST", f"{path}{part}", "SA", "m", Kind.ONE, body=ids) for part in ("", "/preview")),
        *(Route("POST", f"{path}{part}", "SA", "m", Kind.ONE, body=many) for part in ("", "/preview")),
        Route("GET", path, "SA", "r", Kind.MINE),
        Route("GET", f"{path}/{{job_id}}", "SA", "r", Kind.ONE, at=at),
        Route("GET", f"{path}/{{job_id}}/items", "SA", "r", Kind.ONE, at=f"{at}/items"),
        Route("GET", f"{path}/{{job_id}}/callbacks", "SA", "r", Kind.ONE, at=f"{at}/callbacks"),
        Route("GET", f"{path}/{{job_id}}/summary", "SA", "r", Kind.ONE, at=f"{at}/summary"),
    ]


BULK = [
    *_bulk("cancellations", "cancellation_id", {}),
    *_bulk("reschedulings", "rescheduling_id", {"shift_seconds": 60}),
    *_bulk("recreations", "recreation_id", {}),
    Route("GET", f"{V1}/cancellations/recent", "SA", "r", Kind.MINE),
    Route("GET", f"{V1}/cancellations/recent/callbacks", "SA", "r", Kind.MANY),
    Route("GET", f"{V1}/cancellations/recent/summary", "SA", "r", Kind.MANY),
]

USER = f"{V1}/users/{{user_name}}"
USERS = [
    Route("GET", f"{V1}/users", "SA", "", Kind.MANY),
    Route("GET", USER, "SA", "", Kind.ONE),
    Route("PUT", USER, "A", "", Kind.ONE_OR_NEW, body={"display_name": "Renamed"}),
    Route("PUT", USER, "A", "", Kind.ONE, body={"services": ["{service_name}"]}, at=f"{V1}/users/olga"),
    Route("PUT", USER, "A", "", Kind.ONE, body={"agent": "{agent_name}"}, at=f"{V1}/users/olga"),
    Route("POST", f"{USER}/reset-password", "A", "", Kind.ONE),
]

KEY = f"{V1}/api-keys/{{key_name}}"
KEYS = [
    Route("GET", f"{V1}/api-keys", "AD", "", Kind.MANY),
    Route(
        "POST",
        f"{V1}/api-keys",
        "AD",
        "",
        Kind.ONE,
        body={"name": "new", "scopes": ["read"], "services": ["{service_name}"]},
    ),
    Route("PUT", KEY, "AD", "", Kind.GIVEN, body={"scopes": ["read"]}, also="beyond-your-services"),
    Route("PUT", KEY, "AD", "", Kind.ONE, body={"services": ["{service_name}"]}, at=f"{V1}/api-keys/shop"),
    Route("POST", f"{KEY}/revoke", "AD", "", Kind.GIVEN, also="beyond-your-services"),
    # Of which keys it shows errors is tested in test_api_errors.
    Route("GET", f"{V1}/api-errors", "AD", "", Kind.SHARED),
]

AUDIT = [
    Route("GET", f"{V1}/audit", "SA", "", Kind.MANY),
    Route("GET", f"{V1}/audit/export", "SA", "", Kind.MANY),
    Route("GET", f"{V1}/audit/seals/latest", "SA", "", Kind.SHARED, also="no-seal-yet"),
]

DESK = f"{V1}/desk/{{attempt_id}}"
OF_AGENTS = [
    Route("GET", f"{V1}/desk", "G", "", Kind.MINE),
    Route("GET", f"{DESK}/name-recording", "G", "", Kind.OWN_AGENT),
    Route("POST", f"{DESK}/accept", "G", "", Kind.OWN_AGENT),
    Route("POST", f"{DESK}/reject", "G", "", Kind.OWN_AGENT),
    Route("POST", f"{DESK}/snooze", "G", "", Kind.OWN_AGENT),
    Route("POST", f"{DESK}/finish", "G", "", Kind.OWN_AGENT, body={"disposition": "Resolved"}),
]

PASSWORDS = {"current_password": "a wrong one", "new_password": "some other words"}
OF_USERS = [
    Route("POST", f"{V1}/session", "", "", Kind.PUBLIC, body={}),
    Route("GET", f"{V1}/session", "", "", Kind.OF_USERS),
    Route("GET", f"{V1}/session/preferences", "", "", Kind.OF_USERS),
    Route("PUT", f"{V1}/session/preferences", "", "", Kind.OF_USERS, body={}),
    Route("POST", f"{V1}/session/password", "", "", Kind.OF_USERS, body=PASSWORDS, also="wrong-password"),
    Route("DELETE", f"{V1}/session", "", "", Kind.OF_USERS),
]

EVENTS = [Route("GET", f"{V1}/events", "MSAG", "cr", Kind.STREAM)]

# The order in which they are tried: whoever logs out comes last.
TABLE = [
    *(Route("GET", path, "", "", Kind.PUBLIC) for path in PUBLIC),
    *CALLBACKS,
    *TRUNKS,
    *AGENTS,
    *REPORTS,
    *BULK,
    *SERVICES,
    *USERS,
    *KEYS,
    *AUDIT,
    *OF_AGENTS,
    *EVENTS,
    *OF_USERS,
]
