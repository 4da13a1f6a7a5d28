"""The server as a process of its own, its documents, health and numbers."""

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

import ringback
from ringback.api.app import create_app
from ringback.api.problems import documented_errors
from ringback.api.server import AddressRefused, serve
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.settings import Settings
from tests.api.conftest import NUMBER, free_port, until_answered

ROOT = Path(ringback.__file__).parents[2]
PROGRAM = """
import asyncio, sys
from ringback.api.app import create_app
from ringback.api.server import serve
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.settings import Settings

async def main():
    settings = Settings(port=int(sys.argv[2]))
    async with Database(sys.argv[1]) as database:
        await serve(create_app(database, settings, SystemClock()), settings)

asyncio.run(main())
"""


class Process:
    """A server process and what it logged."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url


@pytest.fixture
async def process(database_url: str) -> AsyncGenerator[Process]:
    """A server in a process of its own."""
    port = free_port()
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, database_url, str(port), stdout=asyncio.subprocess.PIPE
    )
    url = f"http://127.0.0.1:{port}"
    await until_answered(url)
    yield Process(started, url)
    if started.returncode is None:
        started.kill()
        await started.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_signal_ends_the_server_cleanly(process: Process, number: signal.Signals) -> None:
    process.process.send_signal(number)
    output, _ = await process.process.communicate()
    assert process.process.returncode == 0
    assert b"stopped serving" in output


async def test_the_log_has_each_request_and_no_telephone_number(process: Process, secret: str) -> None:
    async with httpx.AsyncClient(base_url=process.url, headers={"X-API-Key": secret}) as client:
        body = {"service": "support", "phone_number": NUMBER}
        made = await client.post("/api/v1/callbacks", json=body)
        await client.post("/api/v1/callbacks", json=body)
        await client.get(made.headers["location"], params={"phone": NUMBER})
    process.process.terminate()
    output, _ = await process.process.communicate()
    log = output.decode()
    assert re.findall(r"status.*?(\d{3})", re.sub(r"\x1b\[[0-9;]*m", "", log))[-3:] == ["201", "409", "422"]
    assert NUMBER.removeprefix("+") not in log


async def test_a_port_in_use_is_told_with_what_to_do(database: Database, clock: ManualClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(port=taken.getsockname()[1])
        with pytest.raises(AddressRefused, match=f"127.0.0.1:{settings.port}: another program.*RINGBACK_PORT"):
            await serve(create_app(database, settings, clock), settings)


async def test_an_address_of_another_machine_is_told(database: Database, clock: ManualClock) -> None:
    settings = Settings(host="192.0.2.1", port=free_port())
    with pytest.raises(AddressRefused, match="RINGBACK_HOST"):
        await serve(create_app(database, settings, clock), settings)


async def test_readiness_warns_while_no_engine_holds_a_link(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert "No engine" in (await client.get("/readyz")).json()["warnings"][0]
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO links (id, adapter, holder, token, expires_at, is_up, problem) "
            "VALUES ('main', 'sip', 'me', 1, $1, false, 'trunk silent')",
            clock.now().replace(hour=10),
        )
    assert (await client.get("/readyz")).json()["warnings"] == ["The telephony link 'main' is down: trunk silent"]
    async with database.transaction() as connection:
        await connection.execute("UPDATE links SET is_up = true")
    assert (await client.get("/readyz")).json() == {"status": "ready", "warnings": []}


async def test_the_numbers_tell_requests_callbacks_and_agents(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/callbacks", json={"service": "support", "phone_number": NUMBER})
    await client.put("/api/v1/agents/anna", json={"endpoint": "sip:a@127.0.0.1", "services": ["support"]})
    text = (await client.get("/metrics")).text
    for line in (
        'ringback_callbacks{service="support",state="QUEUED"} 1.0',
        'ringback_agents{presence="OFFLINE",service="support"} 1.0',
        'ringback_http_requests_total{method="POST",route="/api/v1/callbacks",status="201"} 1.0',
        "ringback_database_up 1.0",
    ):
        assert line in text
    assert NUMBER not in text


async def test_the_numbers_tell_what_engines_have_not_come_to(client: httpx.AsyncClient, database: Database) -> None:
    ids: list[str] = []
    for number in (NUMBER, "+12025550134"):
        asked = await client.post("/api/v1/callbacks", json={"service": "support", "phone_number": number})
        ids.append(asked.json()["id"])
    await client.post(f"/api/v1/callbacks/{ids[0]}/cancel")
    await client.post("/api/v1/cancellations", json={"ids": ids})
    async with database.transaction() as connection:
        await connection.execute("UPDATE trunks SET paused_until = 'infinity', pause_reason = 'test'")
    text = (await client.get("/metrics")).text
    for line in (
        "ringback_trunks_paused 1.0",
        "ringback_bulk_callbacks_waiting 2.0",
        "ringback_callbacks_uncounted 1.0",
    ):
        assert line in text


async def test_every_type_of_the_api_says_what_it_means(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/api/openapi.json")).json()["components"]["schemas"]
    objects = {name: schema for name, schema in schemas.items() if "properties" in schema}
    assert [name for name, schema in objects.items() if not schema.get("description")] == []
    assert "until just before `closes`" in objects["OpenRange"]["description"]
    assert "until just before `closes`" in (await client.get("/api/docs")).text


async def test_what_is_accepted_is_never_described_as_created(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    for path in ("cancellations", "reschedulings", "recreations"):
        codes = paths[f"/api/v1/{path}"]["post"]["responses"]
        assert [code for code in codes if code < "300"] == ["202"]


async def test_the_openapi_document_describes_every_call_and_code(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    assert "/api/v1/callbacks/{callback_id}/reschedule" in document["paths"]
    create = document["paths"]["/api/v1/callbacks"]["post"]
    assert create["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/CallbackView")
    assert "application/problem+json" in create["responses"]["409"]["content"]
    for error in documented_errors():
        assert f"{error.status} `{error.code}`" in document["info"]["description"]
    json.dumps(document)


async def test_the_openapi_document_is_the_same_at_every_start(client: httpx.AsyncClient) -> None:
    """What is generated from it can be compared: it holds no examples that are made up anew."""
    document = (await client.get("/api/openapi.json")).json()
    assert '"examples"' not in json.dumps(document)


async def test_the_openapi_document_says_what_needs_neither_key_nor_body(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    assert document["security"] == [{"ApiKey": []}, {"Session": []}]
    for path in ("/healthz", "/readyz"):
        assert document["paths"][path]["get"]["security"] == [{}]
    assert "application/problem+json" in document["paths"]["/readyz"]["get"]["responses"]["503"]["content"]
    required = {
        path: call["requestBody"]["required"]
        for path, calls in document["paths"].items()
        for call in calls.values()
        if "requestBody" in call
    }
    actions = {f"/api/v1/callbacks/{{callback_id}}/{action}" for action in ("cancel", "claim", "recreate")}
    without_body_too = {path for path, is_required in required.items() if not is_required}
    answers = {f"/api/v1/desk/{{attempt_id}}/{answer}" for answer in ("reject", "snooze")}
    assert without_body_too == {*actions, *answers, "/api/v1/services/{service_name}/offers"}
    local = document["components"]["schemas"]["CallbackView"]["properties"]["promised_local"]
    assert (local["type"], local["format"]) == ("string", "date-time-local")  # a date-time would have an offset


async def test_the_page_of_the_api_loads_nothing_from_anywhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.findall(r"<script|https?://|src=|@import|url\(", page.text)
    assert all(f'id="{error.code}"' in page.text for error in documented_errors())
    anchors = set(re.findall(r'href="#([^"]+)"', page.text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page.text))


def test_the_guide_lists_exactly_the_codes_of_the_api() -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", guide, re.MULTILINE))
    assert listed == {(str(error.status), error.code) for error in documented_errors()}
