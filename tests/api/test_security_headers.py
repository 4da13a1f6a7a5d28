"""What every answer tells browsers."""

import base64
import hashlib
import re

import httpx
import pytest
from litestar import Litestar, Response, get

from ringback.api.app import create_app
from ringback.api.security import HEADERS, POLICY, Secured, console_policy, new_nonce
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.settings import Settings

STRICT = "strict-transport-security"


def policy(answer: httpx.Response) -> dict[str, str]:
    """The policy of an answer by directive."""
    parts = (part.strip().partition(" ") for part in answer.headers[POLICY].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/docs", 200),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/callbacks", 200),
        ("GET", "/api/v1/callbacks/export", 200),
        ("OPTIONS", "/api/v1/callbacks", 204),
        ("POST", "/api/v1/callbacks", 422),
        ("DELETE", "/api/v1/callbacks", 405),
        ("GET", "/api/v1/callbacks?limit=0", 422),
    ],
)
async def test_every_answer_has_all_of_them_once(
    server: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await server.request(method, path)
    assert answer.status_code == status
    assert "unsafe" not in answer.headers[POLICY]
    assert policy(answer)["default-src"] == "'none'"
    for name, value in HEADERS.items():
        given = answer.headers.get_list(name)
        assert len(given) == 1
        assert name == POLICY or given == [value]
    assert "server" not in answer.headers
    assert STRICT not in answer.headers


async def test_answers_without_a_key_and_unforeseen_ones_have_them_too(
    database: Database, client: httpx.AsyncClient
) -> None:
    refused = await client.get("/api/v1/callbacks", headers={"X-API-Key": "rbk_wrong"})
    async with database.transaction() as connection:
        await connection.execute("ALTER TABLE callbacks ADD CONSTRAINT nonsense CHECK (false) NOT VALID")
    body = {"service": "support", "phone_number": "+49301234567"}
    failed = await client.post("/api/v1/callbacks", json=body)
    assert (refused.status_code, failed.status_code) == (401, 500)
    for answer in (refused, failed):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_the_page_of_the_api_may_have_its_own_style_and_nothing_else(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")
    (style,) = re.findall("<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy(page) == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not re.search(r"style=|<script|\son\w+=", page.text)


async def test_browsers_come_back_over_tls_when_they_came_over_tls(database: Database, clock: ManualClock) -> None:
    app = create_app(database, Settings(), clock)
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        plain = await client.get("/healthz")
        over_tls = await client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
        missing = await client.get("/nothing", headers={"X-Forwarded-Proto": "https"})
    assert STRICT not in plain.headers
    assert over_tls.headers[STRICT] == missing.headers[STRICT] == "max-age=31536000"


def test_pages_of_the_console_load_only_what_is_ours() -> None:
    nonce = new_nonce()
    assert console_policy(nonce).split("; ") == [
        "default-src 'self'",
        "script-src 'self'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    ]


def test_no_two_answers_have_the_same_nonce() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", nonce) for nonce in nonces)


async def test_a_page_may_say_otherwise_itself() -> None:
    @get("/page")
    async def page() -> Response[str]:
        own = {POLICY: console_policy("abc"), "Cache-Control": "private"}
        return Response("", headers=own)

    app = Litestar([page])
    app.asgi_handler = Secured(app.asgi_handler)
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.get("/page")
    assert answer.headers.get_list(POLICY) == [console_policy("abc")]
    assert answer.headers.get_list("cache-control") == ["private"]
    assert answer.headers["x-frame-options"] == "DENY"
