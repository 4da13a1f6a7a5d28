"""The export: every callback of a filter as CSV that spreadsheets and programs read alike, or no file at all."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import RequestFactory
from litestar.types import HTTPDisconnectEvent, Message
from structlog.testing import capture_logs

from ringback.api.tables import Table, Write
from ringback.clock import ManualClock
from ringback.database import pool
from ringback.database.pool import Database
from ringback.database.queries import ALL_QUERIES, Query
from ringback.errors import DatabaseUnavailable
from tests.api.conftest import Servers
from tests.api.tables import read

CALLBACKS = "/api/v1/callbacks"
EXPORT = f"{CALLBACKS}/export"
MANY = 20_000  # 2 kB each: far more than fits between PostgreSQL and a client that reads nothing

_FILL = """
INSERT INTO callbacks (
    id, service_id, phone_number, state, is_scheduled, desired_at, promised_local, promised_zone, waits_alone,
    created_at, updated_at, user_data
)
SELECT
    gen_random_uuid(), (SELECT id FROM services), '+4930' || 1000000 + n, 'SCHEDULED', true,
    '2026-11-24 08:00Z'::timestamptz + n * interval '1 second', '2026-11-24 09:00', 'Europe/Berlin', true,
    '2026-11-23 08:00Z', '2026-11-23 08:00Z', jsonb_build_object('note', repeat('x', 2000))
FROM generate_series(1, $1) AS s(n)
"""
_READING = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'"


async def create(client: httpx.AsyncClient, number: int, **fields: object) -> str:
    body = {"service": "support", "phone_number": f"+4930123450{number:02}", **fields}
    answer = await client.post(CALLBACKS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
async def streaming(servers: Servers, database_url: str, secret: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a real server whose ordinary statements are cut off after half a second, and many callbacks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "STATEMENT_SECONDS", 0.5)
        async with Database(database_url) as database:
            url = await servers.start(database)
            async with database.transaction() as connection:
                await connection.execute(_FILL, MANY, timeout=60)
            async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=60) as client:
                yield client


async def reading(database: Database, condition: str = "") -> bool:
    async with database.connection() as connection:
        return bool(await connection.fetch("SELECT " + _READING + condition))


async def until_reading(database: Database, condition: str = "", *, is_over: bool = False) -> None:
    async with asyncio.timeout(60):
        while await reading(database, condition) is is_over:  # noqa: ASYNC110 (another process has to get there)
            await asyncio.sleep(0.02)


async def test_an_export_is_a_file_of_crlf_lines_with_a_header(client: httpx.AsyncClient, clock: ManualClock) -> None:
    callback_id = await create(client, 1, customer_name="Ada", user_data={"order": "7,5"}, language="de")
    answer = await client.get(EXPORT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="callbacks-2026-11-23.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 2
    [line] = read(answer)
    assert (line["id"], line["state"], line["result"], line["service"]) == (callback_id, "QUEUED", "", "support")
    assert (line["phone_number"], line["customer_name"], line["language"]) == ("+493012345001", "Ada", "de")
    assert (line["user_data"], line["attempts"], line["agent"]) == ('{"order": "7,5"}', "0", "")


async def test_times_are_in_utc_and_by_the_clock_of_the_service(client: httpx.AsyncClient) -> None:
    await create(client, 1, desired_at="2026-11-24T09:30:00+01:00", time_zone="America/New_York")
    [line] = read(await client.get(EXPORT))
    assert (line["desired_at_utc"], line["desired_at_local"]) == ("2026-11-24T08:30:00Z", "2026-11-24 09:30:00")
    assert (line["created_at_utc"], line["created_at_local"]) == ("2026-11-23T09:00:00Z", "2026-11-23 10:00:00")
    assert (line["completed_at_utc"], line["completed_at_local"]) == ("", "")
    assert (line["time_zone"], line["promised_zone"]) == ("Europe/Berlin", "America/New_York")
    assert line["promised_local"] == "2026-11-24 03:30:00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
async def test_no_cell_begins_like_a_formula(client: httpx.AsyncClient, start: str) -> None:
    name = f'{start}HYPERLINK("http://127.0.0.1","x")'
    await create(client, 1, customer_name=name, language=start)
    [line] = read(await client.get(EXPORT))
    assert (line["customer_name"], line["language"]) == ("'" + name, "'" + start)
    assert line["phone_number"] == "+493012345001"


@pytest.mark.parametrize(
    "name", ["O'Neil", "Ann=Eva", '"Al"', "a,b", "two\nlines", "two\r\nlines", "Zoë 🙂", "\\.", " x "]
)
async def test_other_names_come_out_as_they_went_in(client: httpx.AsyncClient, name: str) -> None:
    await create(client, 1, customer_name=name)
    assert [line["customer_name"] for line in read(await client.get(EXPORT))] == [name]


_NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20) | st.text(
    st.sampled_from("=+-@\t\r\n\"',;a\\"), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(_NAMES, min_size=20, max_size=60))
def test_any_names_come_out_as_they_went_in_but_for_the_apostrophe(database_url: str, names: list[str]) -> None:
    query = Query(
        "test.names", "SELECT cell(name) AS name, 1 AS one FROM unnest(:names::text[]) AS n (name)", type(None)
    )
    ALL_QUERIES.remove(query)
    pieces: list[bytes] = []

    async def write(piece: bytes) -> None:
        pieces.append(piece)

    async def copy() -> None:
        async with Database(database_url) as database, database.stream() as connection:
            await query.copy_csv(connection, write, names=names)

    asyncio.run(copy())
    lines = csv.DictReader(io.StringIO(b"".join(pieces).decode(), newline=""), strict=True)
    assert [line["name"] for line in lines] == ["'" + name if name[:1] in set("=+-@\t\r\n") else name for name in names]


async def test_a_byte_order_mark_comes_when_asked_for(client: httpx.AsyncClient) -> None:
    plain = (await client.get(EXPORT)).content
    assert plain.startswith(b"id,state,")
    assert (await client.get(EXPORT, params={"bom": "true"})).content == b"\xef\xbb\xbf" + plain


async def test_an_export_of_nothing_is_its_header(client: httpx.AsyncClient) -> None:
    answer = await client.get(EXPORT, params={"state": "PROCESSING"})
    assert (read(answer), answer.content.count(b"\r\n")) == ([], 1)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "open=true",
        "open=false",
        "state=QUEUED",
        "state=SCHEDULED&state=COMPLETED",
        "result=CANCELLED",
        "service=sales",
        "from=2026-11-24T00:00:00Z",
        "to=2026-11-24T00:00:00Z&service=support&service=sales",
        "needs_attention=true",
        "search=45003",
        "id={first}&id={last}",
        "search=sal&search_by=service",
        "search=2026-11-24&search_by=desired_at",
        "search=CANC&search_by=state",
    ],
)
async def test_an_export_has_what_the_list_shows_in_its_order(client: httpx.AsyncClient, query: str) -> None:
    await client.put("/api/v1/services/sales", json={"default_region": "DE"})
    ids: list[str] = []
    for number in range(8):
        hours = f"2026-11-{24 + number % 3}T{9 + number % 2:02}:00:00Z"
        service = "sales" if number % 3 == 0 else "support"
        callback_id = await create(client, number, service=service, **({"desired_at": hours} if number % 4 else {}))
        ids.append(callback_id)
        if number % 5 == 1:
            await client.post(f"{CALLBACKS}/{callback_id}/cancel")
    query = query.format(first=ids[0], last=ids[-1])
    listed = (await client.get(f"{CALLBACKS}?{query}")).json()["items"]
    exported = read(await client.get(f"{EXPORT}?{query}"))
    assert [line["id"] for line in exported] == [item["id"] for item in listed]
    assert bool(listed) is (query != "needs_attention=true")


async def test_an_export_takes_every_filter_of_the_list(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    of_list, of_export = ({each["name"] for each in paths[path]["get"]["parameters"]} for path in (CALLBACKS, EXPORT))
    assert of_export == of_list - {"sort", "limit", "cursor", "total"} | {"bom"}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("service=suport", 404, "service-not-found"),
        ("from=2026-11-24T00:00:00", 422, "time-without-offset"),
        ("state=WAITING", 422, "invalid-request"),
        ("limit=5", 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_exported_is_told_as_a_problem(
    client: httpx.AsyncClient, query: str, status: int, code: str
) -> None:
    refusal = await client.get(f"{EXPORT}?{query}")
    assert (refusal.status_code, refusal.json()["code"]) == (status, code)
    assert refusal.headers["content-type"] == "application/problem+json"


async def test_more_exports_at_once_than_there_are_streams_are_asked_to_wait(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with AsyncExitStack() as streams:
        for _ in range(pool.STREAMS):
            await streams.enter_async_context(database.stream())
        refusal = await client.get(EXPORT)
        assert (refusal.status_code, refusal.json()["code"]) == (429, "too-many-exports")
        assert int(refusal.headers["retry-after"]) > 0
    assert (await client.get(EXPORT)).status_code == 200


async def test_a_slow_client_holds_the_export_back_and_still_gets_all_of_it(
    streaming: httpx.AsyncClient, database: Database
) -> None:
    async with streaming.stream("GET", EXPORT) as answer:
        pieces = answer.aiter_raw()
        got = [await anext(pieces)]
        await until_reading(database, " AND wait_event = 'ClientWrite' AND now() - query_start > interval '0.7 s'")
        got += [piece async for piece in pieces]
    lines = list(csv.DictReader(io.StringIO(b"".join(got).decode(), newline=""), strict=True))
    assert len({line["id"] for line in lines}) == MANY
    assert lines == sorted(lines, key=lambda line: datetime.fromisoformat(line["desired_at_utc"]))


async def test_a_client_that_goes_away_ends_its_export(streaming: httpx.AsyncClient, database: Database) -> None:
    for _ in range(pool.STREAMS + 1):
        async with streaming.stream("GET", EXPORT) as answer:
            pieces = answer.aiter_raw()  # let go of, it would close the connection by itself
            await anext(pieces)
            await until_reading(database)
        await until_reading(database, is_over=True)


async def test_a_client_that_goes_away_is_no_failure_of_ours() -> None:
    has_begun = asyncio.Event()

    async def rows(write: Write) -> None:
        await write(b"id\r\n")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise DatabaseUnavailable("as asyncpg puts a COPY that is cancelled") from None

    async def receive() -> HTTPDisconnectEvent:
        await has_begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            has_begun.set()

    request = RequestFactory().get()
    sending = Table(rows, filename="t.csv", has_mark=False).to_asgi_response(request.app, request)
    with capture_logs() as lines:
        await sending(request.scope, receive, send)
    assert [line["event"] for line in lines] == ["the client of a table went away"]


async def test_an_export_that_fails_in_the_middle_breaks_the_connection(
    streaming: httpx.AsyncClient, database: Database
) -> None:
    async with streaming.stream("GET", EXPORT) as answer:
        pieces = answer.aiter_raw()
        await anext(pieces)
        await until_reading(database, " AND wait_event = 'ClientWrite'")
        async with database.connection() as connection:
            await connection.fetch("SELECT pg_terminate_backend(pid) " + _READING)
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in pieces:
                pass
    assert (await streaming.get(CALLBACKS, params={"limit": 1})).status_code == 200
