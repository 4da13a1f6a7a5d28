"""The customer's name as spoken, up and down over HTTP, and how long it is kept."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from ringback.callbacks import recordings
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.recordings import wav

Body = Callable[..., dict[str, object]]
DAYS = timedelta(days=4)


async def made(client: httpx.AsyncClient, body: dict[str, object]) -> str:
    return str((await client.post("/api/v1/callbacks", json=body)).json()["id"])


def path(callback_id: str) -> str:
    return f"/api/v1/callbacks/{callback_id}/name-recording"


@pytest.fixture
async def callback_id(client: httpx.AsyncClient, request_body: Body) -> str:
    return await made(client, request_body())


async def test_a_recording_comes_back_byte_for_byte_and_the_view_tells_of_it(
    client: httpx.AsyncClient, callback_id: str
) -> None:
    before = (await client.get(f"/api/v1/callbacks/{callback_id}")).json()
    kept = await client.put(path(callback_id), content=wav(), headers={"Content-Type": "audio/wav"})
    assert (kept.status_code, kept.content) == (204, b"")
    after = (await client.get(f"/api/v1/callbacks/{callback_id}")).json()
    assert (before["has_name_recording"], after["has_name_recording"]) == (False, True)
    played = await client.get(path(callback_id))
    assert (played.status_code, played.content) == (200, wav())
    assert (played.headers["content-type"], played.headers["content-length"]) == ("audio/wav", "1000")
    assert played.headers["accept-ranges"] == "bytes"


async def test_the_last_recording_counts_whatever_content_type_it_had(
    client: httpx.AsyncClient, callback_id: str
) -> None:
    for sample, kind in ((b"\x01", "audio/wav"), (b"\x02", "application/json"), (b"\x03", "multipart/form-data")):
        sent = await client.put(path(callback_id), content=wav(sample=sample), headers={"Content-Type": kind})
        assert sent.status_code == 204
    assert (await client.get(path(callback_id))).content == wav(sample=b"\x03")


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=0-", 0, 1_000),
        ("bytes=900-", 900, 1_000),
        ("bytes=990-5000", 990, 1_000),
        ("bytes=999-999", 999, 1_000),
        ("bytes=-10", 990, 1_000),
        ("bytes=-5000", 0, 1_000),
    ],
)
async def test_a_part_is_answered_to_a_browser_that_asks_for_one(
    client: httpx.AsyncClient, callback_id: str, wanted: str, start: int, end: int
) -> None:
    await client.put(path(callback_id), content=wav())
    part = await client.get(path(callback_id), headers={"Range": wanted})
    assert (part.status_code, part.content) == (206, wav()[start:end])
    assert part.headers["content-range"] == f"bytes {start}-{end - 1}/1000"
    assert part.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "wanted", ["bytes=1000-", "bytes=5-4", "bytes=-0", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=-", ""]
)
async def test_a_range_that_names_no_single_part_is_answered_with_the_whole(
    client: httpx.AsyncClient, callback_id: str, wanted: str
) -> None:
    await client.put(path(callback_id), content=wav())
    whole = await client.get(path(callback_id), headers={"Range": wanted})
    assert (whole.status_code, whole.content) == (200, wav())


async def test_a_megabyte_is_taken_though_other_bodies_may_be_smaller_and_a_byte_more_is_not(
    server: httpx.AsyncClient, request_body: Body
) -> None:
    callback_id = await made(server, request_body())
    kept = await server.put(path(callback_id), content=wav(recordings.MAX_BYTES))
    assert kept.status_code == 204
    refused = await server.put(path(callback_id), content=wav(recordings.MAX_BYTES + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert refused.json()["details"] == {"limit_bytes": 1_048_576}
    assert len((await server.get(path(callback_id))).content) == recordings.MAX_BYTES


@pytest.mark.parametrize("content", [b"", b"ID3\x04 an mp3", wav()[:-1], b'{"audio": "UklGRg=="}'])
async def test_what_is_no_wav_file_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, callback_id: str, content: bytes
) -> None:
    await client.put(path(callback_id), content=wav())
    refused = await client.put(path(callback_id), content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-recording")
    assert (await client.get(path(callback_id))).content == wav()


async def test_no_callback_and_no_recording_are_told_apart(client: httpx.AsyncClient, callback_id: str) -> None:
    nowhere = path(str(uuid4()))
    assert (await client.get(path(callback_id))).json()["code"] == "recording-not-found"
    assert (await client.get(nowhere)).json()["code"] == "callback-not-found"
    missing = await client.put(nowhere, content=wav())
    assert (missing.status_code, missing.json()["code"]) == (404, "callback-not-found")


async def test_a_completed_callback_keeps_its_recording_and_takes_none(
    client: httpx.AsyncClient, callback_id: str
) -> None:
    await client.put(path(callback_id), content=wav())
    await client.post(f"/api/v1/callbacks/{callback_id}/cancel")
    refused = await client.put(path(callback_id), content=wav(sample=b"\x02"))
    assert (refused.status_code, refused.json()["code"]) == (409, "callback-completed")
    assert (await client.get(path(callback_id))).content == wav()


async def test_a_recording_is_removed_four_days_after_completion_and_not_before(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, request_body: Body
) -> None:
    ids = [await made(client, request_body(phone_number=f"+4930123456{digit}")) for digit in range(4)]
    for callback_id in ids:
        await client.put(path(callback_id), content=wav())
    for callback_id in ids[:3]:
        await client.post(f"/api/v1/callbacks/{callback_id}/cancel")
    now = clock.now()
    removed: list[int] = []
    for at in (now + DAYS - timedelta(seconds=1), now + DAYS, now + DAYS, now + DAYS):
        async with database.transaction() as connection:
            removed.append(await recordings.remove_expired(connection, at, batch=2))
    assert removed == [0, 2, 1, 0]
    codes = [(await client.get(path(callback_id))).status_code for callback_id in ids]
    assert codes == [404, 404, 404, 200]


async def test_a_recording_that_another_process_removes_just_now_is_left_to_it(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, callback_id: str
) -> None:
    await client.put(path(callback_id), content=wav())
    await client.post(f"/api/v1/callbacks/{callback_id}/cancel")
    at = clock.now() + DAYS
    async with database.transaction() as one:
        assert await recordings.remove_expired(one, at, batch=10) == 1
        async with database.transaction() as other:
            assert await recordings.remove_expired(other, at, batch=10) == 0


async def test_a_recreated_callback_gets_its_own_copy_within_four_days(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, request_body: Body
) -> None:
    old = await made(client, request_body())
    await client.put(path(old), content=wav())
    new = await made(client, request_body(phone_number="+49307654321"))

    async def copied(days: timedelta, to: str = new) -> bool:
        async with database.transaction() as connection:
            return await recordings.copy(connection, UUID(old), UUID(to), clock.now() + days)

    other = await made(client, request_body(phone_number="+49307654322"))
    assert await copied(timedelta(), other)  # what follows a talk may be made before the talk is over
    await client.post(f"/api/v1/callbacks/{old}/cancel")
    assert not await copied(DAYS)
    assert (await client.get(path(new))).status_code == 404
    assert await copied(DAYS - timedelta(seconds=1))
    async with database.transaction() as connection:
        await recordings.remove_expired(connection, clock.now() + DAYS, batch=10)
    assert (await client.get(path(old))).status_code == 404
    assert (await client.get(path(new))).content == wav()
