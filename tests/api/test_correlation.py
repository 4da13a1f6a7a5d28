"""The correlation id: the same for the client, in the answer and in the log."""

import re

import httpx
import pytest

from ringback.database.pool import Database

HEADER = "X-Correlation-Id"
SERVICES = "/api/v1/services"


async def test_every_answer_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    calls = [("GET", SERVICES), ("GET", "/nowhere"), ("DELETE", SERVICES), ("POST", "/api/v1/callbacks")]
    public = [("GET", "/healthz"), ("OPTIONS", SERVICES), ("HEAD", "/metrics")]
    answers = [await client.request(method, path) for method, path in calls + public]
    answers.append(await client.get(SERVICES, headers={"X-API-Key": "rbk_wrong"}))
    ids = [answer.headers[HEADER] for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("own", ["order-4711", "a", "A.b_c-9", "x" * 64])
async def test_a_clients_own_id_is_taken_over(client: httpx.AsyncClient, own: str) -> None:
    for path in (SERVICES, "/nowhere"):
        assert (await client.get(path, headers={HEADER: own})).headers.get_list(HEADER) == [own]


@pytest.mark.parametrize("own", ["", "x" * 65, "a b", "a\tb", "ü", "a;b", "<a>", "493012345678", "030-123.45"])
async def test_an_id_that_does_not_fit_or_may_be_a_number_is_replaced(client: httpx.AsyncClient, own: str) -> None:
    told = (await client.get(SERVICES, headers=[(HEADER.encode(), own.encode())])).headers.get_list(HEADER)
    assert len(told) == 1
    assert re.fullmatch("[0-9a-f]{32}", told[0])


async def test_each_line_that_a_request_logs_has_its_id(
    client: httpx.AsyncClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database.transaction() as connection:
        await connection.execute("ALTER TABLE services ALTER COLUMN strategy DROP NOT NULL")
        await connection.execute("UPDATE services SET strategy = NULL")
    answer = await client.get(SERVICES, headers={HEADER: "mine"})
    assert answer.json()["details"] == {"correlation_id": "mine"}
    await client.get(SERVICES, headers={HEADER: "another"})
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    found = {
        (word, own)
        for word in ("unforeseen error", "request  ")
        for own in ("mine", "another")
        for line in lines
        if word in line and f"correlation_id={own} " in line
    }
    assert len(found) == 4
