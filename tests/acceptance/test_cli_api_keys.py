"""`ringback api-keys` and `ringback api-errors`, as a person at a terminal uses them."""

from pathlib import Path

import httpx
import pytest

from tests.acceptance.command import Command, until


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, which is migrated and has the services "support" and "sales"."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support")
    ringback.does("services", "add", "sales")
    return ringback


def test_a_key_is_for_services_and_is_changed_where_it_is_said(ringback: Command) -> None:
    ringback.does("api-keys", "create", "shop", "--scope", "read", "--service", "support", "--service", "sales")
    ringback.does("api-keys", "create", "all", "--scope", "read")
    of_all, of_shop = ringback.json("api-keys", "list")
    assert (of_all["services"], of_shop["services"]) == (None, ["sales", "support"])
    assert "sales, support" in ringback.does("api-keys", "list")

    ringback.does("api-keys", "change", "shop", "--expires", "2099-01-01T00:00Z")
    changed = ringback.json("api-keys", "change", "shop", "--service", "sales", "--scope", "create")
    assert (changed["services"], changed["scopes"]) == (["sales"], ["create"])
    assert changed["expires_at"] == "2099-01-01T00:00:00Z"
    changed = ringback.json("api-keys", "change", "shop", "--all-services", "--never-expires")
    assert (changed["services"], changed["scopes"], changed["expires_at"]) == (None, ["create"], None)


def test_what_cannot_be_a_key_is_told_in_one_line(ringback: Command) -> None:
    refused = ringback.refuses("api-keys", "create", "shop", "--scope", "read", "--service", "nowhere")
    assert "There is no service 'nowhere'" in refused
    assert "none of them a slash" in ringback.refuses("api-keys", "create", "a/b", "--scope", "read")
    assert "There is no API key 'shop'" in ringback.refuses("api-keys", "change", "shop", "--all-services")
    assert ringback.json("api-keys", "list") == []


def test_what_a_client_was_refused_is_listed(ringback: Command) -> None:
    assert "No call" in ringback.does("api-errors")
    secret = ringback.does("api-keys", "create", "shop", "--scope", "read").strip()
    with ringback.start("serve", RINGBACK_PORT="0") as serving:
        url = serving.entry("serving")["url"]
        headers = {"X-API-Key": secret, "X-Correlation-Id": "order-4711"}
        assert httpx.get(f"{url}/api/v1/services/nowhere", headers=headers).status_code == 404
        until(lambda: "order-4711" in ringback.does("api-errors"), "the error is kept")
    (error,) = ringback.json("api-errors", "--api-key", "shop", "--code", "service-not-found")["items"]
    assert (error["route"], error["status"]) == ("/api/v1/services/{service_name}", 404)
    for words in (("--api-key", "other"), ("--correlation-id", "x"), ("--to", "2026-01-01T00:00Z")):
        assert "No call" in ringback.does("api-errors", *words)
