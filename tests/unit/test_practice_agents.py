"""What agents of practice answer to offers."""

from collections import Counter
from uuid import UUID

from ringback.callbacks.rules import AgentAnswer
from ringback.practice.agents import LATEST_SECONDS, SOONEST_SECONDS, reply

OFFERS = [UUID(int=number) for number in range(2000)]


def test_most_offers_are_accepted_and_every_answer_is_given_now_and_then() -> None:
    told = Counter(reply(7, offer).answer for offer in OFFERS)
    assert set(told) == {*AgentAnswer, None}
    assert told[AgentAnswer.ACCEPTED] > 0.75 * len(OFFERS)


def test_the_same_offer_gets_the_same_answer_however_often_it_is_looked_at() -> None:
    assert [reply(7, offer) for offer in OFFERS] == [reply(7, offer) for offer in OFFERS]
    assert [reply(7, offer) for offer in OFFERS] != [reply(8, offer) for offer in OFFERS]


def test_agents_take_a_few_seconds_and_only_a_snooze_has_a_time() -> None:
    for said in (reply(7, offer) for offer in OFFERS):
        assert SOONEST_SECONDS <= said.after_seconds <= LATEST_SECONDS
        assert (said.snooze_seconds is not None) is (said.answer is AgentAnswer.SNOOZED)
