"""Whatever is said to Ringback about people, and every secret, is looked for in all that its processes have logged."""

import asyncio
import re
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.acceptance.command import Command, Running, until

NUMBER = "+493012340987"
OTHER_NUMBER = "+493012345678"
NAME = "Zacharias Quux"
DATA = "allergic to cassia"
SECRETS = {"RINGBACK_ADMIN_PASSWORD": "a-long-first-passphrase-77", "RINGBACK_SIP_PASSWORD": "sip-s3cr3t-phrase"}
WRONG_PASSWORD = "not-the-right-passphrase-42"
WRONG_KEY = "rbk_not-a-key-at-all-0815"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, telling all that it can."""
    settings = {"RINGBACK_DATABASE_URL": database_url, "RINGBACK_LOG_LEVEL": "debug", **SECRETS}
    return Command(tmp_path, settings)


class Talk:
    """A client that remembers what must not be found again."""

    def __init__(self, url: str, key: str) -> None:
        self.client = httpx.Client(base_url=f"{url}/api/v1", headers={"X-API-Key": key})
        self.secrets = [key, WRONG_KEY, WRONG_PASSWORD, *SECRETS.values()]

    def ask(self, number: str, **more: Any) -> httpx.Response:
        """Ask for a call."""
        data = {"note": DATA}
        body = {"service": "support", "phone_number": number, "customer_name": NAME, "user_data": data, **more}
        return self.client.post("/callbacks", json=body)

    def log_in(self, password: str) -> None:
        """Log in, or try to."""
        with httpx.Client(base_url=self.client.base_url) as browser:
            answer = browser.post("/session", json={"name": "admin", "password": password})
            self.secrets += [answer.cookies.get("ringback_session", WRONG_KEY), answer.text[-60:]]


def mistakes(talk: Talk) -> None:
    """Everything that a client may do wrong, with people's data in it."""
    client = talk.client
    for path in (f"/callbacks/{NUMBER}", f"/agents/{NAME}", f"/nothing/{NUMBER}", f"/callbacks?phone={NUMBER}"):
        assert client.get(path).status_code in (404, 422)
    assert client.get("/callbacks", params={"search": NUMBER}).status_code == 200
    assert client.get("/callbacks", params={"search": NAME, "limit": "many"}).status_code == 422
    assert client.post("/callbacks", content=f'{{"phone_number": "{NUMBER}", {NAME}').status_code == 400
    assert talk.ask(f"{NUMBER} {NAME}").status_code == 422
    assert talk.ask(NUMBER, priority=NAME).status_code == 422
    assert talk.ask(OTHER_NUMBER, user_data={"\0": DATA}).status_code == 422
    assert client.get("/services", headers={"X-API-Key": WRONG_KEY}).status_code == 401
    for password in (WRONG_PASSWORD, SECRETS["RINGBACK_ADMIN_PASSWORD"]):
        talk.log_in(password)


async def _break(database_url: str, *statements: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def crash(talk: Talk, running: Running, database_url: str) -> None:
    """A 500, whose cause in the database has the whole row in it."""
    rule = "ALTER TABLE callbacks ADD CONSTRAINT nonsense CHECK (false) NOT VALID"
    asyncio.run(_break(database_url, rule))
    assert talk.ask(OTHER_NUMBER).status_code == 500
    running.entry("unforeseen error")
    asyncio.run(_break(database_url, "ALTER TABLE callbacks DROP CONSTRAINT nonsense"))


def test_nothing_that_anybody_said_and_no_secret_is_in_the_logs(ringback: Command, database_url: str) -> None:
    with ringback.start("run") as running:
        url = running.entry("serving")["url"]
        running.entry("link up")
        key = re.findall(
            r"rbk_\S+", ringback.does("api-keys", "create", "shop", "--scope", "create", "--scope", "read")
        )
        ringback.does("services", "add", "support", "time_zone=UTC", "default_region=DE")
        ringback.does("agents", "add", "anna", "--endpoint", "sip:anna@127.0.0.1", "--service", "support")
        ringback.does("agents", "presence", "anna", "READY")
        talk = Talk(url, key[0])
        with talk.client:
            assert talk.ask(NUMBER).status_code == 201
            mistakes(talk)
            crash(talk, running, database_url)
        until(lambda: ringback.json("callbacks", "list")["items"][0]["state"] != "QUEUED", "it is called")
        told = [
            ringback.run("callbacks", "show", NUMBER),
            ringback.run("erase", NUMBER, "--yes"),
            ringback.run("doctor"),
        ]
        running.stop()
        log = running.log + "".join(done.stderr for done in told[1:]) + told[2].stdout
    people = [NUMBER[-8:], OTHER_NUMBER[-8:], NAME, "Quux", DATA]
    assert [each for each in (*people, *talk.secrets) if str(each) in log] == []
    assert "query" not in log
    assert "?" not in "".join(re.findall(r'"route": ?"[^"]*"', log))
