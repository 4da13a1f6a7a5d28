"""The rules on creation: in their order, each at its edge."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ringback.callbacks import queue
from ringback.callbacks.limits import LimitReached
from ringback.callbacks.states import State
from ringback.database.pool import Database
from ringback.errors import Refused
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.services.catalog import ServiceNotFound
from ringback.services.model import AtClosing, Mode
from ringback.services.schedule import CallingHours, OpenRange, Weekday
from tests.integration.reception import NUMBER, OTHER, Reception

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
BLOCKED = NumberRules(blocked=[BlockedPattern(kind=PatternKind.PREFIX, pattern="+4930")])
TUESDAY_NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
async def reception(database: Database) -> Reception:
    """With a service as it is by default."""
    reception = Reception(database)
    await reception.set()
    return reception


def open_from(opens: str, closes: str) -> dict[Weekday, list[OpenRange]]:
    """The same hours each day."""
    return {weekday: [OpenRange(opens, closes)] for weekday in Weekday}


# Each step: what is refused while it and everything after it is broken, and what mends it.
SCHEDULED_STEPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("service-not-found", {"service": "support"}, {}),
    ("service-disabled", {}, {"mode": Mode.RUNNING}),
    ("service-disabled", {}, {"is_scheduled_enabled": True}),
    ("offer-expired", {"offer_id": None}, {}),
    ("invalid-number", {"phone_number": "+493012"}, {}),
    ("number-refused", {"phone_number": NUMBER}, {}),
    ("number-refused", {}, {"number_rules": NumberRules(permitted_countries=["US"])}),
    ("number-refused", {}, {"number_rules": NumberRules()}),
    ("already-waiting", {}, {"max_waiting_per_number": 0}),
    ("too-many-requests", {}, {"number_limit": 0}),
    ("too-many-requests", {}, {"creation_limit": 0}),
    ("unknown-time-zone", {"time_zone": None}, {}),
    ("too-far-ahead", {"desired_at": datetime(2026, 11, 22, 2, 0, tzinfo=UTC)}, {}),
    ("in-the-past", {"desired_at": TUESDAY_NIGHT}, {}),
    ("outside-calling-hours", {}, {"calling_hours": None}),
    ("closed", {"desired_at": TUESDAY}, {}),
    ("slot-full", {}, {"slot_capacity": 1}),
]


async def test_the_rules_of_a_scheduled_one_hold_in_their_order_when_all_are_broken(reception: Reception) -> None:
    await reception.ask()
    await reception.set(
        mode=Mode.CLOSED,
        is_scheduled_enabled=False,
        number_rules=BLOCKED,
        number_limit=1,
        creation_limit=1,
        calling_hours=CallingHours(),
        hours=open_from("09:00", "17:00"),
        slot_capacity=0,
    )
    wanted: dict[str, Any] = {
        "service": "none",
        "offer_id": uuid4(),
        "phone_number": "hello",
        "time_zone": "Moon/Far_Side",
        "desired_at": reception.now + 60 * DAY,
    }
    for code, change, mending in SCHEDULED_STEPS:
        assert (await reception.refusal(**wanted)).code == code
        wanted |= change
        await reception.set(**mending)
    assert (await reception.ask(**wanted)).state is State.SCHEDULED


async def test_the_rules_of_an_immediate_one_hold_in_their_order_when_all_are_broken(reception: Reception) -> None:
    await reception.past_callback()
    await reception.ask()
    await reception.pace(600)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("service-disabled", {"mode": Mode.PAUSED}),
        ("service-disabled", {"is_immediate_enabled": True}),
        ("number-refused", {"number_rules": NumberRules()}),
        ("already-waiting", {"max_waiting_per_number": 0}),
        ("too-many-requests", {"number_limit": 0}),
        ("too-many-requests", {"creation_limit": 0}),
        ("too-many-requests", {"queue_limit": 2}),
        ("outside-calling-hours", {"calling_hours": CallingHours()}),
        ("closed", {"hours": open_from("09:00", "10:15")}),
        ("cannot-keep-promise", {"hours": open_from("09:00", "10:21")}),
    ]
    await reception.set(
        mode=Mode.DRAINING,
        is_immediate_enabled=False,
        number_rules=BLOCKED,
        number_limit=1,
        creation_limit=1,
        queue_limit=1,
        calling_hours=CallingHours(starts="12:00", ends="13:00"),
        hours=open_from("18:00", "19:00"),
    )
    for code, mending in steps:
        assert (await reception.refusal()).code == code
        await reception.set(**mending)
    assert (await reception.ask()).state is State.QUEUED


@pytest.mark.parametrize(("mode", "is_taken"), [(mode, mode in (Mode.RUNNING, Mode.PAUSED)) for mode in Mode])
async def test_a_service_takes_callbacks_by_its_mode(reception: Reception, mode: Mode, is_taken: bool) -> None:
    await reception.set(mode=mode)
    kinds: list[dict[str, Any]] = [{}, {"desired_at": TUESDAY}]
    for wanted in kinds:
        if is_taken:
            await reception.cancel((await reception.ask(**wanted)).id)
        else:
            refusal = await reception.refusal(**wanted)
            assert (refusal.code, refusal.details["mode"]) == ("service-disabled", mode)


async def test_a_service_may_take_one_kind_only(reception: Reception) -> None:
    await reception.set(is_immediate_enabled=False)
    assert "takes no callbacks for now" in str(await reception.refusal())
    await reception.cancel((await reception.ask(desired_at=TUESDAY)).id)
    await reception.set(is_immediate_enabled=True, is_scheduled_enabled=False)
    assert "takes no callbacks at a chosen time" in str(await reception.refusal(desired_at=TUESDAY))
    assert (await reception.ask()).state is State.QUEUED


async def test_a_number_is_screened_by_the_rules_of_its_service(reception: Reception) -> None:
    await reception.set(number_rules=BLOCKED)
    assert (await reception.refusal()).code == "number-refused"
    assert (await reception.ask("+498912345678")).state is State.QUEUED


def limit_of(refusal: Refused) -> tuple[object, object, int]:
    assert isinstance(refusal, LimitReached)
    return refusal.details["limit"], refusal.details["value"], refusal.retry_after_seconds


async def test_a_number_asks_six_times_within_a_day_by_default(reception: Reception) -> None:
    for _ in range(6):
        await reception.cancel((await reception.ask()).id)
        reception.clock.jump(60)
    assert limit_of(await reception.refusal()) == ("number_limit", 6, 86_400 - 360)
    assert limit_of(await reception.refusal(desired_at=TUESDAY))[0] == "number_limit"
    await reception.set(number_limit=7)
    assert (await reception.ask()).state is State.QUEUED
    assert (await reception.ask(OTHER)).state is State.QUEUED


async def test_the_limit_of_a_number_is_over_when_it_says_and_not_before(reception: Reception) -> None:
    await reception.set(number_limit=2, number_limit_seconds=3_600, max_waiting_per_number=0)
    await reception.ask()
    reception.clock.jump(600)
    await reception.ask()
    reception.clock.jump(100.5)
    assert limit_of(await reception.refusal()) == ("number_limit", 2, 2_900)
    reception.clock.jump(2_899)
    assert limit_of(await reception.refusal()) == ("number_limit", 2, 1)
    reception.clock.jump(0.5)
    await reception.ask()
    assert limit_of(await reception.refusal()) == ("number_limit", 2, 600)


@pytest.mark.parametrize(
    ("limits", "refused_as"),
    [
        ({"max_waiting_per_number": 2}, "already-waiting"),
        ({"max_waiting_per_number": 0, "number_limit": 2}, "too-many-requests"),
    ],
)
async def test_what_a_number_may_do_twice_it_does_twice_however_many_ask_at_once(
    reception: Reception, limits: dict[str, int], refused_as: str
) -> None:
    await reception.set(**limits)
    answers = await asyncio.gather(*(reception.ask() for _ in range(15)), return_exceptions=True)
    assert Counter(getattr(answer, "code", "taken") for answer in answers) == {"taken": 2, refused_as: 13}


async def test_the_limit_of_a_number_is_of_each_service(reception: Reception) -> None:
    await reception.set(number_limit=1)
    await reception.ask()
    other = Reception(reception.database)
    async with reception.database.transaction() as connection:
        await connection.execute("UPDATE services SET name = 'sales'")
    await other.set(number_limit=1)
    assert (await other.ask()).state is State.QUEUED


async def test_a_service_is_asked_only_so_often_whoever_asks(reception: Reception) -> None:
    await reception.set(creation_limit=2, creation_limit_seconds=60)
    await reception.ask()
    reception.clock.jump(59)
    await reception.ask(OTHER)
    assert limit_of(await reception.refusal("+498912345678", desired_at=TUESDAY)) == ("creation_limit", 2, 1)
    reception.clock.jump(1)
    assert (await reception.ask("+498912345678")).state is State.QUEUED


async def test_a_full_queue_takes_nobody_more_but_for_later(reception: Reception) -> None:
    await reception.past_callback()
    await reception.set(queue_limit=2)
    await reception.ask()
    await reception.ask("+498912345678", desired_at=TUESDAY)
    first = await reception.ask(OTHER)
    assert limit_of(await reception.refusal("+493011111")) == ("queue_limit", 2, 60)
    await reception.pace(90)
    assert limit_of(await reception.refusal("+493011111")) == ("queue_limit", 2, 90)
    assert (await reception.ask("+493011111", desired_at=TUESDAY)).state is State.SCHEDULED
    await reception.cancel(first.id)
    assert (await reception.ask("+493022222")).state is State.QUEUED


async def test_limits_of_zero_do_not_limit(reception: Reception) -> None:
    await reception.set(number_limit=0, creation_limit=0, queue_limit=0, max_waiting_per_number=0)
    for _ in range(8):
        await reception.ask()


async def test_a_time_is_at_most_31_days_ahead_and_not_over(reception: Reception) -> None:
    await reception.set(max_waiting_per_number=0)
    now = reception.now
    assert (await reception.refusal(desired_at=now + 31 * DAY + SECOND)).code == "too-far-ahead"
    assert (await reception.refusal(desired_at=now - SECOND)).code == "in-the-past"
    assert (await reception.ask(desired_at=now + 31 * DAY)).desired_at == now + 31 * DAY
    assert (await reception.ask(desired_at=now)).state is State.SCHEDULED


@pytest.mark.parametrize(
    ("berlin", "is_taken"), [("07:59:59", False), ("08:00:00", True), ("20:59:59", True), ("21:00:00", False)]
)
async def test_the_calling_hours_hold_at_their_edges(reception: Reception, berlin: str, is_taken: bool) -> None:
    await reception.set(calling_hours=CallingHours())
    desired_at = datetime.fromisoformat(f"2026-11-24T{berlin}+01:00")
    if is_taken:
        assert (await reception.ask(desired_at=desired_at)).desired_at == desired_at
    else:
        refusal = await reception.refusal(desired_at=desired_at)
        assert (refusal.code, refusal.details["zones"]) == ("outside-calling-hours", ["Europe/Berlin"])


async def test_the_zone_that_the_customer_states_wins_over_the_number(reception: Reception) -> None:
    await reception.set(calling_hours=CallingHours())
    assert (await reception.refusal(time_zone="America/New_York")).code == "outside-calling-hours"
    told = await reception.ask(desired_at=datetime(2026, 11, 24, 14, 0, tzinfo=UTC), time_zone="America/New_York")
    row = await reception.row(told.id)
    assert (row.zone_is_stated, f"{row.promised_local:%H:%M}", row.promised_zone) == (True, "09:00", "America/New_York")


@pytest.mark.parametrize(
    ("berlin", "is_taken"), [("08:59:59", False), ("09:00:00", True), ("16:59:59", True), ("17:00:00", False)]
)
async def test_the_hours_hold_at_their_edges_and_the_next_opening_is_told(
    reception: Reception, berlin: str, is_taken: bool
) -> None:
    await reception.set(hours=open_from("09:00", "17:00"))
    desired_at = datetime.fromisoformat(f"2026-11-24T{berlin}+01:00")
    if is_taken:
        assert (await reception.ask(desired_at=desired_at)).desired_at == desired_at
    else:
        refusal = await reception.refusal(desired_at=desired_at)
        opens_at = datetime(2026, 11, 24 if berlin < "09" else 25, 8, 0, tzinfo=UTC)
        assert (refusal.code, refusal.details["next_opening"]) == ("closed", opens_at)


async def test_an_immediate_one_is_refused_while_it_is_closed(reception: Reception) -> None:
    await reception.set(hours={Weekday.TUESDAY: [OpenRange("09:00", "17:00")]})
    refusal = await reception.refusal()
    assert (refusal.code, refusal.details["next_opening"]) == ("closed", datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    await reception.set(hours={})
    assert (await reception.refusal()).details["next_opening"] is None


@pytest.mark.parametrize("at_closing", AtClosing)
async def test_an_immediate_one_must_be_forecast_before_closing(reception: Reception, at_closing: AtClosing) -> None:
    await reception.past_callback()
    await reception.set(hours=open_from("09:00", "10:30"), at_closing=at_closing)
    await reception.pace(30 * 60)
    refusal = await reception.refusal()
    assert (refusal.code, refusal.details["estimated_wait_seconds"]) == ("cannot-keep-promise", 1_800)
    following = {"starts_at": datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "free": None}
    assert refusal.details["slots"][0] == following  # pyright: ignore
    reception.clock.jump(-1)
    assert (await reception.ask()).state is State.QUEUED


async def test_a_wait_that_nobody_can_tell_refuses_nothing(reception: Reception) -> None:
    await reception.set(hours=open_from("09:00", "10:01"))
    assert (await reception.ask()).estimated_wait is None


async def test_a_full_slot_is_refused_with_the_nearest_free_ones_and_keeps_nothing(reception: Reception) -> None:
    await reception.set(slot_capacity=1)
    first = await reception.ask(desired_at=TUESDAY)
    assert (await reception.row(first.id)).slot_at == TUESDAY
    refusal = await reception.refusal(OTHER, desired_at=TUESDAY + timedelta(minutes=29))
    assert (refusal.code, refusal.details["slot_at"]) == ("slot-full", TUESDAY)
    half_hours = [TUESDAY + timedelta(minutes=30) * n for n in (-2, -1, 1, 2, 3, 4)]
    assert [slot["starts_at"] for slot in refusal.details["slots"]] == half_hours  # pyright: ignore
    assert (await reception.ask(OTHER, desired_at=TUESDAY + timedelta(minutes=30))).state is State.SCHEDULED


async def test_the_free_slots_told_are_within_the_calling_hours_of_the_number(reception: Reception) -> None:
    await reception.set(slot_capacity=1, calling_hours=CallingHours(starts="10:00", ends="11:00"))
    await reception.ask(desired_at=TUESDAY)
    refusal = await reception.refusal(OTHER, desired_at=TUESDAY)
    told: list[datetime] = [slot["starts_at"] for slot in refusal.details["slots"]]  # pyright: ignore
    assert len(told) == 6
    assert {f"{at:%H:%M}" for at in told} == {"09:00", "09:30"}


async def test_what_was_promised_is_kept_with_the_callback(reception: Reception) -> None:
    await reception.past_callback()
    await reception.set(window_seconds=300, default_priority=7)
    scheduled = await reception.ask(desired_at=TUESDAY)
    assert (scheduled.promised_by, scheduled.priority) == (TUESDAY + timedelta(seconds=300), 7)
    unknown = await reception.ask(OTHER, priority=0)
    assert (unknown.promised_by, unknown.priority) == (None, 0)
    await reception.cancel(unknown.id)
    await reception.pace(60)
    known = await reception.ask("+498912345678")
    assert known.estimated_wait
    assert known.promised_by == reception.now + timedelta(seconds=known.estimated_wait.high)


async def test_the_wait_of_a_service_that_was_deleted_meanwhile_is_refused(reception: Reception) -> None:
    async with reception.database.connection() as connection:
        with pytest.raises(ServiceNotFound):
            await queue.expected_wait(connection, 0, reception.clock.now())
