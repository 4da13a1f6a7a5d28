"""The simulated exchange itself: what it notes, whom it refuses, and far ends that are the same for the same seed."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ringback.clock import ManualClock
from ringback.errors import SetupError
from ringback.telephony.port import (
    DialRefused,
    DialRequest,
    Event,
    HangupReason,
    LegEnded,
    LegExists,
    LegGone,
    LegRole,
    LinkRestored,
    Outcome,
)
from ringback.telephony.simulator import (
    Exchange,
    Fact,
    FactKind,
    FarEnd,
    Habits,
    InProcessSimulator,
    JournalFile,
    LocalControl,
    OrdinaryFarEnds,
    SimulatorClient,
    SimulatorOptions,
    StatisticalFarEnds,
    make_exchange,
    open_simulator,
    read_journal,
)


class Listener:
    """A controller that remembers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[Event] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)

    def cut_off(self, reason: str) -> None:
        raise AssertionError(f"cut off: {reason}")


def request(leg_id: str, destination: str = "+49301234", role: LegRole = LegRole.CUSTOMER) -> DialRequest:
    return DialRequest(
        leg_id=leg_id,
        role=role,
        destination=destination,
        caller_id="+4930111222",
        caller_name="Ringback",
        ring_timeout=timedelta(seconds=20),
        max_duration=timedelta(hours=1),
        hold=True,
        labels={"callback": f"cb-{leg_id}"},
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def facts() -> list[Fact]:
    return []


@pytest.fixture
async def exchange(clock: ManualClock, facts: list[Fact]) -> AsyncIterator[Exchange]:
    exchange = Exchange(clock, OrdinaryFarEnds(ring_seconds=2, talk_seconds=10), journal=facts.append)
    yield exchange
    await exchange.close()


def kinds(facts: list[Fact], leg_id: str) -> list[FactKind]:
    return [fact.kind for fact in facts if fact.leg_id == leg_id]


async def test_journal_tells_a_whole_call(exchange: Exchange, clock: ManualClock, facts: list[Fact]) -> None:
    exchange.take_control("main", Listener("engine 1"))
    for leg_id, role in [("c", LegRole.CUSTOMER), ("a", LegRole.AGENT)]:
        exchange.prepare(request(leg_id, role=role), "main", "engine 1")
        exchange.dial(leg_id, "engine 1")
    await clock.advance(3)
    exchange.bridge("call-1", "c", "a", "engine 1")
    await clock.advance(30)
    assert kinds(facts, "a") == [
        FactKind.PREPARED,
        FactKind.DIALLED,
        FactKind.RANG,
        FactKind.ANSWERED,
        FactKind.BRIDGED,
        FactKind.UNBRIDGED,
        FactKind.ENDED,
    ]
    assert kinds(facts, "c") == kinds(facts, "a")[:-1]
    dialled = next(fact for fact in facts if fact.kind is FactKind.DIALLED)
    assert (dialled.who, dialled.link, dialled.role) == ("engine 1", "main", LegRole.CUSTOMER)
    assert (dialled.destination, dialled.labels) == ("+49301234", {"callback": "cb-c"})
    ended = facts[-1]
    assert (ended.at - dialled.at).total_seconds() == pytest.approx(12.05)
    assert (ended.outcome, ended.epoch) == (Outcome.NORMAL, exchange.epoch)


async def test_repeated_bridge_changes_nothing(exchange: Exchange, clock: ManualClock, facts: list[Fact]) -> None:
    for leg_id in ("c", "a"):
        exchange.prepare(request(leg_id), "main")
        exchange.dial(leg_id)
    await clock.advance(3)
    exchange.bridge("call-1", "c", "a")
    before = list(facts)
    exchange.bridge("call-1", "c", "a")
    assert facts == before


async def test_customer_bridged_to_the_next_agent_leaves_the_former_bridge(
    exchange: Exchange, clock: ManualClock
) -> None:
    for leg_id in ("c", "a", "b"):
        exchange.prepare(request(leg_id), "main")
        exchange.dial(leg_id)
    await clock.advance(3)
    exchange.bridge("call-1", "c", "a")
    exchange.bridge("call-2", "c", "b")
    bridges = {leg.leg_id: leg.bridge for leg in exchange.snapshot("main").legs}
    assert bridges == {"c": "call-2", "a": None, "b": "call-2"}


async def test_removed_leg_is_noted_as_removed_and_its_late_dial_as_rejected(
    exchange: Exchange, facts: list[Fact]
) -> None:
    exchange.prepare(request("c"), "main")
    exchange.hangup("c", HangupReason.NOT_WANTED, "engine 2")
    with pytest.raises(LegGone):
        exchange.dial("c", "engine 1")
    assert kinds(facts, "c") == [FactKind.PREPARED, FactKind.REMOVED, FactKind.REJECTED]
    assert facts[-1].who == "engine 1"


async def test_ringing_a_leg_id_again_is_refused_and_noted_as_violation(
    exchange: Exchange, clock: ManualClock, facts: list[Fact]
) -> None:
    exchange.prepare(request("c"), "main")
    exchange.dial("c")
    with pytest.raises(LegGone):
        exchange.dial("c", "engine 2")
    exchange.hangup("c", HangupReason.CANCELLED)
    with pytest.raises(LegGone):
        exchange.dial("c", "engine 2")
    with pytest.raises(LegExists):
        exchange.prepare(request("c"), "main", "engine 2")
    await clock.advance(60)
    assert Counter(kinds(facts, "c")) == {
        FactKind.PREPARED: 1,
        FactKind.DIALLED: 1,
        FactKind.ENDED: 1,
        FactKind.VIOLATION: 2,
        FactKind.REJECTED: 1,
    }


async def test_removed_leg_that_never_rang_may_be_prepared_again(exchange: Exchange, clock: ManualClock) -> None:
    exchange.prepare(request("c"), "main")
    exchange.hangup("c", HangupReason.NOT_WANTED)
    exchange.prepare(request("c"), "main")
    exchange.dial("c")
    await clock.advance(3)
    assert [leg.state for leg in exchange.snapshot("main").legs] == ["ANSWERED"]


async def test_leg_without_a_destination_is_refused(exchange: Exchange) -> None:
    with pytest.raises(DialRefused) as refused:
        exchange.prepare(request("c", destination=""), "main")
    assert refused.value.outcome is Outcome.INVALID_NUMBER
    assert exchange.snapshot("main").legs == ()


async def test_links_of_one_exchange_hear_and_see_their_own_legs_only(exchange: Exchange, clock: ManualClock) -> None:
    north, south = Listener("north"), Listener("south")
    exchange.take_control("north", north)
    exchange.take_control("south", south)
    exchange.prepare(request("n"), "north")
    exchange.dial("n")
    await clock.advance(3)
    assert [type(event).__name__ for event in north.heard] == ["LinkRestored", "LegRinging", "LegAnswered"]
    assert [type(event) for event in south.heard] == [LinkRestored]
    assert exchange.snapshot("south").legs == ()


async def test_takeover_is_noted_with_both_names(exchange: Exchange, facts: list[Fact]) -> None:
    exchange.take_control("main", Listener("engine 1"))
    exchange.take_control("main", Listener("engine 2"))
    superseded, controlled = facts[-2:]
    assert (superseded.kind, superseded.who, superseded.text) == (FactKind.SUPERSEDED, "engine 1", "by engine 2")
    assert (controlled.kind, controlled.who) == (FactKind.CONTROLLED, "engine 2")


async def test_far_ends_can_be_driven_by_destination(exchange: Exchange, clock: ManualClock, facts: list[Fact]) -> None:
    control = LocalControl(exchange, clock)
    await control.set_far_end("+49301234", FarEnd(decides_after_seconds=None))
    exchange.prepare(request("c"), "main")
    with pytest.raises(LegGone):
        await control.far_end_answers("+49301234")
    exchange.dial("c")
    await control.pass_time(1)
    await control.far_end_answers("+49301234")
    await control.far_end_presses("c", "5")
    await control.far_end_hangs_up("+49301234")
    assert kinds(facts, "c")[2:] == [FactKind.RANG, FactKind.ANSWERED, FactKind.PRESSED, FactKind.ENDED]
    with pytest.raises(LegGone):
        await control.far_end_hangs_up("+49301234")


@pytest.mark.parametrize(("sip_status", "outcome"), [(486, Outcome.BUSY), (480, Outcome.NO_ANSWER)])
async def test_ringing_far_end_can_refuse_by_hand(
    exchange: Exchange, clock: ManualClock, sip_status: int, outcome: Outcome
) -> None:
    listener = Listener("engine")
    exchange.take_control("main", listener)
    exchange.prepare(request("c"), "main")
    exchange.dial("c")
    await clock.advance(1)
    with pytest.raises(ValueError, match="299"):
        exchange.far_end_hangs_up("c", 299)
    exchange.far_end_hangs_up("c", sip_status)
    ended = listener.heard[-1]
    assert isinstance(ended, LegEnded)
    assert (ended.outcome, ended.sip_status) == (outcome, sip_status)


def draws(far_ends: StatisticalFarEnds, destinations: list[str]) -> dict[str, FarEnd]:
    return {destination: far_ends.called(LegRole.CUSTOMER, destination) for destination in destinations}


def test_same_seed_draws_the_same_far_ends_in_any_order() -> None:
    numbers = [f"+4930{n}" for n in range(200)]
    forwards = draws(StatisticalFarEnds(7), numbers)
    backwards = draws(StatisticalFarEnds(7), numbers[::-1])
    assert forwards == backwards
    assert forwards != draws(StatisticalFarEnds(8), numbers)


def test_second_call_of_a_destination_is_drawn_anew() -> None:
    numbers = [f"+4930{n}" for n in range(200)]
    far_ends = StatisticalFarEnds(7)
    assert draws(far_ends, numbers) != draws(far_ends, numbers)


def test_drawn_far_ends_follow_their_habits() -> None:
    far_ends = StatisticalFarEnds(7, customers=Habits(answers=0.5, busy=0.25, ring=10, ring_spread=0.3))
    drawn = [far_ends.called(LegRole.CUSTOMER, f"+4930{n}") for n in range(4000)]
    answered = sorted(
        end.decides_after_seconds or 0.0 for end in drawn if end.refuses_with is None and end.talks_seconds is not None
    )
    assert len(answered) / len(drawn) == pytest.approx(0.5, abs=0.04)
    assert sum(end.refuses_with == 486 for end in drawn) / len(drawn) == pytest.approx(0.25, abs=0.04)
    assert answered[len(answered) // 2] == pytest.approx(10, rel=0.1)


async def test_same_seed_and_calls_give_the_same_journal() -> None:
    async def journal_of_a_day() -> list[tuple[object, ...]]:
        clock, facts = ManualClock(), list[Fact]()
        exchange = make_exchange(SimulatorOptions.from_pairs([("seed", "7")]), clock, facts.append)
        for number in range(50):
            exchange.prepare(request(f"c{number}", f"+4930{number}"), "main")
            exchange.dial(f"c{number}")
            await clock.advance(1)
        await clock.advance(4000)
        await exchange.close()
        assert len({fact.outcome for fact in facts}) > 3
        return [(fact.at, fact.kind, fact.leg_id, fact.outcome) for fact in facts]

    assert await journal_of_a_day() == await journal_of_a_day()


async def test_journal_file_is_only_appended_to_and_closes_a_torn_line(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "journal"
    with JournalFile(path) as journal:
        first = Exchange(clock, journal=journal)
    path.write_bytes(path.read_bytes() + b'{"kind":"dial')
    before = path.read_bytes()
    with JournalFile(path) as journal:
        second = Exchange(clock, journal=journal)
    assert path.read_bytes().startswith(before + b"\n")
    assert [fact.epoch for fact in read_journal(path)] == [first.epoch, second.epoch]
    assert first.epoch != second.epoch


async def test_leg_ids_of_an_earlier_run_never_ring_again(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "journal"
    with JournalFile(path) as journal:
        earlier = make_exchange(SimulatorOptions(), clock, journal, earlier=path)
        earlier.prepare(request("c"), "main")
        earlier.dial("c")
        await earlier.close()
        later = make_exchange(SimulatorOptions(), clock, journal, earlier=path)
        with pytest.raises(LegExists):
            later.prepare(request("c"), "main")
        await later.close()
    assert read_journal(path)[-1].kind is FactKind.REJECTED


async def test_url_opens_the_simulator_that_it_names(clock: ManualClock) -> None:
    inside = open_simulator("simulator:?far_ends=digits&talk_seconds=5", clock)
    assert isinstance(inside, InProcessSimulator)
    await inside.start()
    await inside.prepare(request("c", "+4930102"))
    await inside.dial("c")
    await clock.advance(1)
    assert (await inside.snapshot()).legs == ()
    await inside.close()
    assert isinstance(open_simulator("simulator://127.0.0.1:7070"), SimulatorClient)
    assert isinstance(open_simulator("simulator:///run/simulator.sock"), SimulatorClient)


@pytest.mark.parametrize(
    "url",
    [
        "sip:trunk",
        "simulator:7070",
        "simulator://",
        "simulator://127.0.0.1",
        "simulator://127.0.0.1:99999",
        "simulator://127.0.0.1:7070/path",
        "simulator://127.0.0.1:7070?seed=1",
        "simulator:?seed=many",
        "simulator:?unknown=1",
        "simulator:?customers.answers=1.5",
        "simulator:?agents.talk=0",
        "simulator:?customers.unknown=1",
        "simulator:?script=/does/not/exist",
    ],
)
def test_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(SetupError):
        open_simulator(url)


async def test_script_file_says_what_a_destination_does(tmp_path: Path, clock: ManualClock, facts: list[Fact]) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"+49301234": {"sign": "NONE", "decides_after_seconds": 1, "refuses_with": 404}}')
    exchange = make_exchange(SimulatorOptions(script=script), clock, facts.append)
    exchange.prepare(request("c"), "main")
    exchange.dial("c")
    await clock.advance(2)
    await exchange.close()
    assert (facts[-1].outcome, facts[-1].rang) == (Outcome.INVALID_NUMBER, False)


@pytest.mark.parametrize("wrong", ['{"refuses_with": 299}', '{"presses": "x"}', '{"unknown": 1}', "[]"])
def test_script_that_makes_no_sense_is_refused(tmp_path: Path, clock: ManualClock, wrong: str) -> None:
    script = tmp_path / "script.json"
    script.write_text(f'{{"+49301234": {wrong}}}')
    with pytest.raises(SetupError, match=r"script\.json"):
        make_exchange(SimulatorOptions(script=script), clock)
