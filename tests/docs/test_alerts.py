"""The alarms that operators get look at numbers that there are."""

import re
from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.integration.world import World

from ringback.api.app import create_app
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.settings import Settings

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))[
    "groups"
][0]["rules"]
METRIC = re.compile(r"\bringback_\w+")


async def test_every_alarm_looks_at_a_number_that_is_served(database: Database) -> None:
    world = World(database)
    await world.add_service()
    await world.add_agent("anna")
    await world.start_engine()
    await world.ask("+12025550133", in_seconds=-600)
    served = await metrics(database)
    for rule in RULES:
        named = set(METRIC.findall(rule["expr"]))
        assert named <= served, rule["alert"]
        assert named or rule["expr"].startswith("up{"), rule["alert"]
    await world.kill_engine()


def test_the_guide_tells_what_to_do_about_each_alarm() -> None:
    guide = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(Ringback\w+)` \|", guide, re.MULTILINE) == [rule["alert"] for rule in RULES]


async def metrics(database: Database) -> set[str]:
    """The names of what /metrics tells."""
    app = create_app(database, Settings(), SystemClock())
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        await client.get("/healthz")
        text = (await client.get("/metrics")).text
    return {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
