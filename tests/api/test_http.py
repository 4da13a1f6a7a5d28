"""The server keeps to HTTP: methods, repeated parameters, clients that go away, and what monitoring sees of it."""

import asyncio
import re
from email.utils import format_datetime

import httpx
import pytest

from ringback.clock import ManualClock
from tests.api.conftest import NUMBER
from tests.api.test_bad_input import problem

CALLBACKS = "/api/v1/callbacks"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", CALLBACKS, "/api/v1/services/support", "/api/openapi.json"])
async def test_head_is_answered_like_get_without_the_body(server: httpx.AsyncClient, path: str) -> None:
    told, asked = await server.get(path), await server.head(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == told.headers["content-length"]
    assert asked.headers["content-type"] == told.headers["content-type"]


async def test_every_answer_tells_the_time_once(server: httpx.AsyncClient, clock: ManualClock) -> None:
    for path in ("/healthz", CALLBACKS, "/nothing"):
        assert (await server.get(path)).headers.get_list("date") == [format_datetime(clock.now(), usegmt=True)]


async def test_head_needs_the_key_and_finds_nothing_where_get_finds_nothing(server: httpx.AsyncClient) -> None:
    assert (await server.head(CALLBACKS, headers={"X-API-Key": "rbk_wrong"})).status_code == 401
    assert (await server.head("/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/healthz", {"GET", "HEAD", "OPTIONS"}), (CALLBACKS, {"GET", "HEAD", "POST", "OPTIONS"})],
)
async def test_what_a_path_can_do_is_told_without_a_key(
    server: httpx.AsyncClient, path: str, methods: set[str]
) -> None:
    told = await server.options(path, headers={"X-API-Key": ""})
    assert told.status_code == 204
    assert set(told.headers["allow"].split(", ")) == methods
    refused = await server.patch(path)
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == methods


async def test_options_of_nothing_finds_nothing(client: httpx.AsyncClient) -> None:
    problem(await client.options("/nothing"), 404, "route-not-found")


async def test_the_numbers_name_their_character_set_once(client: httpx.AsyncClient) -> None:
    told = await client.get("/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("value", ["20261124", "1800000000", "-5", "1.5"])
async def test_a_date_without_its_signs_is_not_taken_for_seconds_since_1970(
    client: httpx.AsyncClient, value: str
) -> None:
    told = problem(await client.get(CALLBACKS, params={"from": value}), 422, "invalid-request")
    assert told["detail"].startswith(f"from: {value!r} is no time")


@pytest.mark.parametrize("query", ["limit=5&limit=6", "open=true&open=false", "sort=id&sort=state"])
async def test_a_parameter_given_twice_is_refused_and_not_half_ignored(client: httpx.AsyncClient, query: str) -> None:
    told = problem(await client.get(f"{CALLBACKS}?{query}"), 422, "invalid-request")
    assert repr(query.partition("=")[0]) in told["detail"]


async def test_repeatable_parameters_may_be_repeated(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{CALLBACKS}?state=QUEUED&state=ROUTING&service=support")).status_code == 200


@pytest.mark.parametrize("name", ["from", "to", "state", "open", "limit"])
async def test_a_bad_parameter_is_called_by_its_documented_name(client: httpx.AsyncClient, name: str) -> None:
    told = problem(await client.get(f"{CALLBACKS}?{name}=?"), 422, "invalid-request")
    assert told["detail"].startswith(f"{name}: ")
    assert [each["key"] for each in told["details"]["problems"]] == [name]


async def test_a_bad_header_is_called_by_its_name(client: httpx.AsyncClient) -> None:
    body = {"service": "support", "phone_number": NUMBER}
    told = problem(await client.post(CALLBACKS, json=body, headers={"Idempotency-Key": ""}), 422, "invalid-request")
    assert told["detail"].startswith("Idempotency-Key: ")


@pytest.mark.parametrize("query", ["from=0001-01-01T00:00:00%2B23:59", "to=9999-12-31T23:59:59-23:59"])
async def test_a_time_beyond_the_calendar_is_refused_without_words_of_the_database(
    client: httpx.AsyncClient, query: str
) -> None:
    told = problem(await client.get(f"{CALLBACKS}?{query}"), 422, "invalid-request")
    assert "argument" not in told["detail"]


async def test_a_client_that_goes_away_within_its_request_is_no_error_of_the_server(server: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(server.base_url.host, server.base_url.port)
    key = server.headers["X-API-Key"]
    headers = ("Host: x", f"X-API-Key: {key}", "Content-Length: 50", "Expect: 100-continue")
    writer.write("\r\n".join((f"POST {CALLBACKS} HTTP/1.1", *headers, "", "")).encode())
    assert b"100" in await reader.readline()  # it waits for the body
    writer.write(b'{"service":')
    writer.close()
    told = ""
    while not told:
        numbers = (await server.get("/metrics")).text
        told = "".join(line for line in numbers.splitlines() if re.match(r'.*requests_total\{method="POST"', line))
    assert told == f'ringback_http_requests_total{{method="POST",route="{CALLBACKS}",status="400"}} 1.0'


async def test_methods_nobody_knows_make_no_numbers_of_their_own(client: httpx.AsyncClient) -> None:
    for method in ("BREW", "BREW2"):
        assert (await client.request(method, CALLBACKS)).status_code == 405
    numbers = (await client.get("/metrics")).text
    assert "BREW" not in numbers
    assert 'ringback_http_requests_total{method="other",route="unmatched",status="405"} 2.0' in numbers
