"""Many agents at once over the API: all of them, or none and every mistake named."""

import asyncio
from typing import Any

import httpx

from ringback.database.pool import Database

PATH = "/api/v1/agents/import"


def agent(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "endpoint": f"sip:{name}@10.0.0.7", "services": ["support"], **changes}


async def test_agents_are_created_changed_or_left_and_repeating_it_is_harmless(client: httpx.AsyncClient) -> None:
    await client.put("/api/v1/agents/anna", json={"endpoint": "1", "services": [], "display_name": "Anna Berg"})
    await client.put("/api/v1/agents/ben", json={"endpoint": "sip:ben@10.0.0.7", "services": ["support"]})
    items = [agent("anna"), agent("ben"), agent("chloe", display_name="Chloé", services=[])]
    expected = {"created": ["chloe"], "changed": ["anna"], "unchanged": 1}
    rehearsed = await client.post(PATH, json={"items": items}, params={"dry_run": "true"})
    assert (rehearsed.status_code, rehearsed.json()) == (200, expected)
    assert len((await client.get("/api/v1/agents")).json()["items"]) == 2
    assert (await client.post(PATH, json={"items": items})).json() == expected
    assert (await client.post(PATH, json={"items": items})).json() == {"created": [], "changed": [], "unchanged": 3}
    told = (await client.get("/api/v1/agents")).json()["items"]
    assert [(each["name"], each["display_name"], each["services"], each["presence"]) for each in told] == [
        ("anna", "Anna Berg", ["support"], "OFFLINE"),
        ("ben", "ben", ["support"], "OFFLINE"),
        ("chloe", "Chloé", [], "OFFLINE"),
    ]


async def test_every_mistake_is_named_with_its_place_and_nothing_is_taken(client: httpx.AsyncClient) -> None:
    items = [
        agent("anna"),
        agent("ben", endpoint=" "),
        agent("chloe", services=["suport", "support", "sales"]),
        agent("anna", endpoint="2"),
        agent("import"),
        agent("d\u0000"),
    ]
    refusal = await client.post(PATH, json={"items": items})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid-import")
    problems = refusal.json()["details"]["problems"]
    assert [(problem["place"], problem["name"]) for problem in problems] == [
        ("items[1]", "ben"),
        ("items[2]", "chloe"),
        ("items[2]", "chloe"),
        ("items[3]", "anna"),
        ("items[4]", "import"),
        ("items[5]", "d\u0000"),
    ]
    assert "there is no service 'sales'" in problems[1]["problem"]
    assert "items[0]" in problems[3]["problem"]
    assert (await client.get("/api/v1/agents")).json()["items"] == []


async def test_ten_thousand_agents_are_taken_in_one_request_and_one_more_is_not(client: httpx.AsyncClient) -> None:
    items = [agent(f"agent-{number:05}") for number in range(10_001)]
    refusal = await client.post(PATH, json={"items": items})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid-request")
    told = (await client.post(PATH, json={"items": items[:-1]})).json()
    assert (len(told["created"]), told["changed"], told["unchanged"]) == (10_000, [], 0)


async def test_lists_in_opposite_order_at_once_do_not_wait_for_each_other_for_ever(server: httpx.AsyncClient) -> None:
    names = [f"agent-{number}" for number in range(300)]
    await server.post(PATH, json={"items": [agent(name) for name in names]})
    lists = [
        [agent(name, endpoint=str(turn)) for name in (names if turn % 2 else reversed(names))] for turn in range(6)
    ]
    answers = await asyncio.gather(*(server.post(PATH, json={"items": items}) for items in lists))
    assert [(answer.status_code, len(answer.json()["changed"])) for answer in answers] == [(200, 300)] * 6
    told = (await server.get("/api/v1/agents")).json()["items"]
    assert len({each["endpoint"] for each in told}) == 1


async def test_a_new_agent_is_201_and_a_changed_one_200(client: httpx.AsyncClient) -> None:
    path, body = "/api/v1/agents/anna", {"endpoint": "1", "services": ["support"]}
    assert [(await client.put(path, json=body)).status_code for _ in range(2)] == [201, 200]


async def test_an_agent_of_practice_is_not_imported_over(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO agents (name, display_name, endpoint, is_practice) VALUES ('anna', 'Anna', '101', true)"
        )
    refusal = await client.post(PATH, json={"items": [agent("anna")]})
    assert "of practice" in refusal.json()["detail"]
