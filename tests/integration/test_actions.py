"""What is done with callbacks that are there: seats that come free, call now, recreate, ring in and claim, offers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ringback.booking.seats import SlotFull
from ringback.callbacks import offers, recordings, requests, ring_in, standing, trace
from ringback.callbacks.lifecycle import TransitionRefused
from ringback.callbacks.model import Channel
from ringback.callbacks.offers import Offer, OfferRequest
from ringback.callbacks.ring_in import RingInRequest
from ringback.callbacks.states import Event, Result, State
from ringback.callbacks.views import CallbackView
from ringback.database.pool import Database
from ringback.engine.promoter import Promoter
from ringback.errors import Refused
from ringback.services.model import Mode
from ringback.services.schedule import CallingHours, OpenRange, Weekday
from tests.api import states
from tests.integration.bookings import booked, seated
from tests.integration.reception import NUMBER, OTHER, Reception
from tests.integration.world import TESTER
from tests.unit.test_wav import of_the_standard_library

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
Act = Callable[..., Awaitable[CallbackView]]


@pytest.fixture
async def reception(database: Database) -> Reception:
    """With one seat in each slot."""
    reception = Reception(database)
    await reception.set(slot_capacity=1)
    return reception


@pytest.fixture
def act(reception: Reception) -> Act:
    """Does to a callback what is named."""

    async def do(name: str, callback_id: UUID, *details: Any) -> CallbackView:
        command = getattr(requests, name)
        return await command(reception.database, reception.clock, TESTER, callback_id, *details)

    return do


async def refused(act: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        await act
    return refusal.value


async def slots_agree(reception: Reception) -> dict[datetime, int]:
    """What is taken, by the slots' own count, which is the callbacks'."""
    taken = await booked(reception.database)
    assert taken == await seated(reception.database)
    return taken


@pytest.mark.parametrize(
    ("command", "result"), [("cancel", Result.CANCELLED), ("claim", Result.CLAIMED_BY_CALLER), ("call_now", None)]
)
async def test_whoever_no_longer_needs_the_seat_gives_it_back(
    reception: Reception, act: Act, command: str, result: Result | None
) -> None:
    told = await reception.ask(desired_at=TUESDAY)
    assert await slots_agree(reception) == {TUESDAY: 1}
    assert (await act(command, told.id)).result is result
    assert await slots_agree(reception) == {}
    assert (await reception.ask(OTHER, desired_at=TUESDAY)).state is State.SCHEDULED


async def test_a_seat_is_given_back_once_whoever_else_wants_to(reception: Reception, act: Act) -> None:
    await reception.set(slot_capacity=2)
    told = await reception.ask(desired_at=TUESDAY)
    await reception.ask(OTHER, desired_at=TUESDAY)
    acts = [act("cancel", told.id), act("claim", told.id), act("call_now", told.id), act("cancel", told.id)]
    answers = await asyncio.gather(*acts, return_exceptions=True)
    assert any(isinstance(answer, CallbackView) for answer in answers)
    assert await slots_agree(reception) == {TUESDAY: 1}


async def test_a_rescheduled_one_moves_its_seat(reception: Reception, act: Act) -> None:
    told = await reception.ask(desired_at=TUESDAY)
    moved = await act("reschedule", told.id, TUESDAY + HALF_HOUR)
    assert await slots_agree(reception) == {TUESDAY + HALF_HOUR: 1}
    assert moved.promised_by == TUESDAY + HALF_HOUR + timedelta(seconds=120)
    again = await act("reschedule", told.id, TUESDAY + HALF_HOUR + timedelta(minutes=10))
    assert again.desired_at == TUESDAY + HALF_HOUR + timedelta(minutes=10)
    assert await slots_agree(reception) == {TUESDAY + HALF_HOUR: 1}


async def test_a_full_slot_leaves_the_rescheduled_one_where_it_was(reception: Reception, act: Act) -> None:
    told = await reception.ask(desired_at=TUESDAY)
    await reception.ask(OTHER, desired_at=TUESDAY + HALF_HOUR)
    assert isinstance(await refused(act("reschedule", told.id, TUESDAY + HALF_HOUR)), SlotFull)
    assert (await reception.row(told.id)).slot_at == TUESDAY
    assert await slots_agree(reception) == {TUESDAY: 1, TUESDAY + HALF_HOUR: 1}


async def test_rescheduling_to_and_fro_at_once_loses_no_seat(reception: Reception, act: Act) -> None:
    await reception.set(slot_capacity=4, max_waiting_per_number=0, number_limit=0)
    times = [TUESDAY, TUESDAY + HALF_HOUR]
    made = [await reception.ask(desired_at=times[n % 2]) for n in range(6)]
    for n in range(3):
        moves = [act("reschedule", told.id, times[(place + n + 1) % 2]) for place, told in enumerate(made)]
        for answer in await asyncio.gather(*moves, return_exceptions=True):
            assert isinstance(answer, CallbackView | SlotFull), answer
    assert sum((await slots_agree(reception)).values()) == 6


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"hours": {Weekday.WEDNESDAY: [OpenRange("09:00", "17:00")]}}, "closed"),
        ({"calling_hours": CallingHours("12:00", "13:00")}, "outside-calling-hours"),
        ({"slot_capacity": 0}, "slot-full"),
    ],
)
async def test_rescheduling_keeps_the_rules_about_time_and_no_others(
    reception: Reception, act: Act, choices: dict[str, Any], code: str
) -> None:
    told = await reception.ask(desired_at=TUESDAY)
    await reception.set(number_limit=1, mode=Mode.CLOSED)
    assert (await act("reschedule", told.id, TUESDAY + HALF_HOUR)).state is State.SCHEDULED
    await reception.set(**choices)
    assert (await refused(act("reschedule", told.id, TUESDAY))).code == code
    assert (await refused(act("reschedule", told.id, reception.now - HALF_HOUR))).code == "in-the-past"
    too_far = reception.now + timedelta(days=32)
    assert (await refused(act("reschedule", told.id, too_far))).code == "too-far-ahead"


async def test_a_called_now_one_waits_as_if_it_had_been_asked_for_now(reception: Reception, act: Act) -> None:
    told = await reception.ask(desired_at=TUESDAY, time_zone="America/New_York", priority=0)
    await reception.ask(OTHER)
    reception.clock.jump(60)
    called = await act("call_now", told.id)
    assert (called.state, called.position_in_queue, called.is_scheduled) == (State.QUEUED, 2, True)
    assert called.desired_at == called.queued_at == called.eligible_at == reception.now
    row = await reception.row(told.id)
    assert (f"{row.promised_local:%H:%M}", row.promised_zone, row.slot_at) == ("04:01", "America/New_York", None)
    known = await trace.trace(reception.database, reception.clock, told.id)
    assert (known.transitions[-1].event, known.transitions[-1].reason) == (
        Event.CALLED_NOW,
        "instead of 2026-11-24 04:00 America/New_York",
    )


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"mode": Mode.PAUSED}, "service-disabled"),
        ({"mode": Mode.CLOSED}, "service-disabled"),
        ({"calling_hours": CallingHours("12:00", "13:00")}, "outside-calling-hours"),
        ({"hours": {Weekday.TUESDAY: [OpenRange("09:00", "17:00")]}}, "closed"),
    ],
)
async def test_nobody_is_called_now_whom_nobody_could_call(
    reception: Reception, act: Act, choices: dict[str, Any], code: str
) -> None:
    told = await reception.ask(desired_at=TUESDAY + 4 * HALF_HOUR)
    await reception.set(**choices)
    assert (await refused(act("call_now", told.id))).code == code
    assert (await reception.row(told.id)).state is State.SCHEDULED
    assert await slots_agree(reception) == {TUESDAY + 4 * HALF_HOUR: 1}


async def test_a_draining_service_still_calls_now_what_it_has(reception: Reception, act: Act) -> None:
    told = await reception.ask(desired_at=TUESDAY)
    await reception.set(mode=Mode.DRAINING)
    assert (await act("call_now", told.id)).state is State.QUEUED
    assert isinstance(await refused(act("call_now", told.id)), TransitionRefused)


async def test_call_now_promoter_and_cancel_at_once_make_one_story(reception: Reception, act: Act) -> None:
    await reception.set(max_waiting_per_number=0, number_limit=0, slot_capacity=None)
    promoter = Promoter(reception.database, reception.clock)
    made = [await reception.ask(desired_at=reception.now) for _ in range(6)]
    acts = [act(name, told.id) for told in made for name in ("call_now", "cancel")]
    answers = await asyncio.gather(promoter.run_once(), *acts, promoter.run_once(), return_exceptions=True)
    assert all(isinstance(answer, int | CallbackView | TransitionRefused) for answer in answers), answers
    for told in made:
        events = [
            change.event for change in (await trace.trace(reception.database, reception.clock, told.id)).transitions
        ]
        assert events[0] is Event.SCHEDULED
        assert events[-1] is Event.CANCELLED
        assert len(events) <= 3
    assert await slots_agree(reception) == {}


async def completed(reception: Reception, **wanted: Any) -> UUID:
    told = await reception.ask(**wanted)
    await reception.cancel(told.id)
    return told.id


async def test_a_recreated_one_has_its_customer_and_is_linked_both_ways(reception: Reception) -> None:
    old_id = await completed(
        reception,
        customer_name="Ada",
        language="de",
        channel=Channel.WEB,
        priority=3,
        user_data={"order": 7},
        time_zone="America/New_York",
    )
    database, clock = reception.database, reception.clock
    new = (await requests.recreate(database, clock, TESTER, old_id, TUESDAY)).callback
    assert (new.state, new.desired_at, new.recreated_from) == (State.SCHEDULED, TUESDAY, old_id)
    assert (new.customer_name, new.language, new.channel, new.priority) == ("Ada", "de", Channel.WEB, 3)
    assert (new.user_data, new.promised_zone, new.phone_number) == ({"order": 7}, "America/New_York", NUMBER)
    assert (await reception.row(new.id)).zone_is_stated
    await reception.cancel(new.id)
    newest = (await requests.recreate(database, clock, TESTER, new.id)).callback
    known = await trace.trace(database, clock, new.id)
    assert (known.recreated_from, known.recreated_as) == (old_id, [newest.id])
    assert newest.state is State.QUEUED


async def test_only_a_completed_one_is_recreated_and_by_the_rules_on_creation(reception: Reception) -> None:
    database, clock = reception.database, reception.clock
    waiting = await reception.ask()
    refusal = await refused(requests.recreate(database, clock, TESTER, waiting.id))
    assert (refusal.code, refusal.details) == ("transition-refused", {"state": State.QUEUED, "event": "RECREATED"})
    await reception.cancel(waiting.id)
    other = await reception.ask()
    refusal = await refused(requests.recreate(database, clock, TESTER, waiting.id))
    assert (refusal.code, refusal.details["id"]) == ("already-waiting", other.id)
    await reception.cancel(other.id)
    await reception.set(mode=Mode.CLOSED)
    assert (await refused(requests.recreate(database, clock, TESTER, waiting.id))).code == "service-disabled"
    assert (await refused(requests.recreate(database, clock, TESTER, uuid4()))).code == "callback-not-found"


async def test_of_many_who_recreate_one_at_once_one_does(reception: Reception) -> None:
    old_id = await completed(reception)
    acts = [requests.recreate(reception.database, reception.clock, TESTER, old_id) for _ in range(6)]
    answers = await asyncio.gather(*acts, return_exceptions=True)
    codes = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert codes == ["already-waiting"] * 5


async def test_recreating_within_a_transaction_leaves_it_usable_after_a_refusal(reception: Reception) -> None:
    old_id = await completed(reception)
    async with reception.database.transaction() as connection:
        new_id = await requests.recreate_with(connection, reception.now, TESTER, old_id)
        refusal = await refused(requests.recreate_with(connection, reception.now, TESTER, old_id))
        assert (refusal.code, refusal.details["id"]) == ("already-waiting", new_id)
    assert (await reception.row(new_id)).recreated_from == old_id


@pytest.mark.parametrize(("days", "comes_along"), [(3.99, True), (4, False)])
async def test_the_name_recording_comes_along_for_four_days(
    reception: Reception, days: float, comes_along: bool
) -> None:
    database, clock = reception.database, reception.clock
    told = await reception.ask()
    audio = of_the_standard_library(channels=1, width=2, rate=8_000)
    await recordings.put(database, clock, TESTER, told.id, audio)
    await reception.cancel(told.id)
    clock.jump(days * 86_400)
    new = (await requests.recreate(database, clock, TESTER, told.id)).callback
    if comes_along:
        assert await recordings.get(database, clock, TESTER, new.id) == audio
    else:
        assert (await refused(recordings.get(database, clock, TESTER, new.id))).code == "recording-not-found"


async def look(reception: Reception, number: str = NUMBER) -> CallbackView | None:
    request = RingInRequest(phone_number=number, service="support")
    found = await ring_in.look(reception.database, reception.clock, request)
    assert found.is_waiting is (found.callback is not None)
    return found.callback


async def test_who_rings_in_is_told_what_is_called_first_and_can_be_served(reception: Reception, act: Act) -> None:
    await reception.set(max_waiting_per_number=0)
    assert await look(reception) is None
    await reception.ask(OTHER)
    later = await reception.ask(desired_at=TUESDAY)
    queued = await reception.ask()
    found = await look(reception)
    assert found
    assert (found.id, found.state, found.position_in_queue) == (queued.id, State.QUEUED, 2)
    claimed = await act("claim", queued.id, "served by Anna")
    assert (claimed.state, claimed.result) == (State.COMPLETED, Result.CLAIMED_BY_CALLER)
    found = await look(reception, "+49 (30) 123-4567")
    assert found
    assert (found.id, found.state) == (later.id, State.SCHEDULED)
    assert isinstance(await refused(act("claim", queued.id)), TransitionRefused)


async def test_who_is_joined_already_is_not_claimed(reception: Reception, act: Act) -> None:
    await reception.past_callback()
    await reception.pace(10)
    told = await reception.ask()
    await states.route(reception.database, reception.clock, told.id, "anna")
    found = await look(reception)
    assert found
    assert (found.id, found.position_in_queue) == (told.id, 0)
    await states.join(reception.database, reception.clock, told.id, "anna")
    assert await look(reception) is None
    assert (await refused(act("claim", told.id))).details["state"] is State.PROCESSING


async def offer(reception: Reception, **known: Any) -> Offer:
    return await offers.make(reception.database, reception.clock, "support", OfferRequest(**known))


def reasons(made: Offer) -> tuple[str | None, str | None]:
    immediate, scheduled = made.why_not_immediate, made.why_not_scheduled
    assert (made.offers_immediate, made.offers_scheduled) == (immediate is None, scheduled is None)
    return immediate and immediate.code, scheduled and scheduled.code


async def test_an_offer_tells_what_creation_would_refuse(reception: Reception) -> None:
    made = await offer(reception)
    assert (reasons(made), made.place_of_new_caller, made.estimated_wait) == ((None, None), 1, None)
    assert [slot.starts_at for slot in made.slots] == [reception.now + HALF_HOUR * n for n in range(6)]
    assert reasons(await offer(reception, phone_number="hello")) == ("invalid-number", "invalid-number")
    await reception.ask()
    assert reasons(await offer(reception, phone_number=NUMBER)) == ("already-waiting", "already-waiting")
    assert reasons(await offer(reception, phone_number=OTHER)) == (None, None)
    await reception.set(queue_limit=1)
    assert reasons(await offer(reception)) == ("too-many-requests", None)
    await reception.set(hours={Weekday.TUESDAY: [OpenRange("09:00", "17:00")]}, queue_limit=0)
    made = await offer(reception)
    assert (reasons(made), made.slots[0].starts_at) == (("closed", None), datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    await reception.set(slot_capacity=0)
    assert reasons(await offer(reception)) == ("closed", "slot-full")
    await reception.set(mode=Mode.CLOSED)
    assert reasons(await offer(reception)) == ("service-disabled", "service-disabled")


async def test_the_slots_of_an_offer_are_within_the_calling_hours_of_who_asks(reception: Reception) -> None:
    await reception.set(calling_hours=CallingHours())
    made = await offer(reception, phone_number=NUMBER, time_zone="America/New_York")
    assert reasons(made) == ("outside-calling-hours", None)
    assert made.slots[0].starts_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


async def test_who_can_never_be_called_is_told_so_without_trying_every_slot(reception: Reception) -> None:
    await reception.set(slot_minutes=5, calling_hours=CallingHours(starts="08:00", ends="09:00"))
    # Of sixteen time zones that have no such hour in common.
    made = await offer(reception, phone_number="+79123456789")
    assert reasons(made) == ("outside-calling-hours", "slot-full")


async def test_what_was_offered_is_kept_with_the_callback(reception: Reception) -> None:
    await reception.past_callback()
    await reception.pace(60)
    made = await offer(reception)
    await reception.ask(OTHER)
    reception.clock.jump(300)
    told = await reception.ask(offer_id=made.id)
    assert made.estimated_wait
    assert told.promised_by == reception.now + timedelta(seconds=made.estimated_wait.high)
    known = await trace.trace(reception.database, reception.clock, told.id)
    assert known.offer
    assert (known.offer.id, known.offer.wait_high_seconds) == (made.id, made.estimated_wait.high)
    assert known.promised_by == told.promised_by


async def test_an_offer_holds_for_an_hour_and_for_its_service(reception: Reception) -> None:
    made = await offer(reception)
    reception.clock.jump(3_600)
    assert (await reception.refusal(offer_id=made.id)).code == "offer-expired"
    reception.clock.jump(-1)
    async with reception.database.transaction() as connection:
        await connection.execute("UPDATE services SET name = 'sales'")
    await reception.set()
    assert (await reception.refusal(offer_id=made.id)).code == "offer-expired"
    assert (await reception.ask(service="sales", offer_id=made.id)).state is State.QUEUED


async def test_the_status_tells_the_hours_with_no_engine_running(reception: Reception) -> None:
    async def told() -> tuple[bool, datetime | None, datetime | None, bool, bool]:
        now = await standing.status(reception.database, reception.clock, "support")
        return now.is_open, now.closes_at, now.opens_at, now.offer_immediate, now.offer_scheduled

    assert await told() == (True, None, None, True, True)
    await reception.set(hours={Weekday.MONDAY: [OpenRange("09:00", "17:00")]})
    assert await told() == (True, datetime(2026, 11, 23, 16, 0, tzinfo=UTC), None, True, True)
    reception.clock.jump(7 * 3_600)
    assert await told() == (False, None, datetime(2026, 11, 30, 8, 0, tzinfo=UTC), False, True)
    await reception.set(hours={}, mode=Mode.CLOSED)
    assert await told() == (False, None, None, False, False)
