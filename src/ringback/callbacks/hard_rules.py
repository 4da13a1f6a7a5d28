"""The rules that the database itself keeps, whatever a program does: constraint or index -> what it says.

The schema test compares this list with the schema; a violation that reaches a user is told in these words.
"""

from collections.abc import Mapping
from types import MappingProxyType

ONE_WAITING = "one_uncompleted_callback_per_service_and_number"

HARD_RULES: Mapping[str, str] = MappingProxyType(
    {
        ONE_WAITING: "a number waits at most once in a service that says so",
        "one_answer_per_idempotency_key": "an idempotency key of an API key or a user has one answer",
        "idempotency_key_is_of_one_asker": "an idempotency key is of an API key, or of a user",
        "one_open_attempt_per_callback": "a callback has at most one open attempt",
        "one_open_attempt_per_agent": "an agent is in at most one open attempt",
        "one_live_leg_per_callback_and_side": "no leg is made while an earlier one of its side may ring or talk",
        "one_number_per_attempt": "the attempts of a callback are numbered without repetition",
        "rings_only_when_permitted": "a leg rings only after its permission was committed",
        "joined_only_when_permitted": "two legs are joined only after their permission was committed",
        "outcome_exactly_when_closed": "an attempt has an outcome exactly when it is closed",
        "leg_outcome_exactly_when_ended": "a leg has an outcome exactly when it is over",
        "agent_exactly_on_agent_legs": "a leg has an agent exactly when it is the agent's",
        "agent_answers_only_offers": "an agent answers only what was offered at the desk",
        "answered_at_exactly_when_answered": "an offer has a time of its answer exactly when it has one",
        "snooze_only_when_snoozed": "an offer has a time for which it is put off only if it was put off",
        "bridge_only_when_accepted": "two legs are joined after an offer only if it was accepted",
        "finish_only_of_a_talk": "only a call in which the two were joined is finished by the agent",
        "disposition_exactly_when_finished": "a call has a disposition exactly when its agent finished it",
        "note_only_with_a_disposition": "a call has a note only beside a disposition",
        "finished_only_when_asked": "a call is finished only when its agent asked for it",
        "follow_up_only_with_a_disposition": "something follows a talk only by its agent's word",
        "call_again_exactly_when_it_follows": "a time to call again is of a callback that follows at that time",
        "not_reached_only_when_said": "a person was not reached in a talk only if the agent said so",
        "created_once": "a callback is created once",
        "completed_once": "a callback completes once",
        "transition_is_legal": "a state changes only as the state machine allows",
        "result_exactly_when_completing": "a change has a result exactly when it completes the callback",
        "result_exactly_when_completed": "a callback has a result exactly when it is COMPLETED",
        "completed_at_exactly_when_completed": "a callback has a time of completion exactly when it is COMPLETED",
        "agent_only_in_routing_and_processing": (
            "a callback has an agent in PROCESSING, and in ROUTING unless the customer holds for the next"
        ),
        "customer_held_only_in_routing": "a customer holds for the next agent only in ROUTING",
        "place_in_queue_from_queued_on": "a callback has a place in the queue from QUEUED on, never before",
        "only_scheduled_ones_begin_scheduled": "only a callback with a chosen time is SCHEDULED",
        "wanted_presence_only_while_engaged": "a presence is kept for later only while the agent is in a call",
        "wrap_up_ends_only_in_wrap_up": "a wrap-up has an end exactly while it lasts",
        "booked_at_most_capacity": "no slot has more seats taken than it has",
        "opens_before_it_closes": "a service opens before it closes",
        "pause_has_a_reason": "a trunk that is paused has a reason",
        "one_trunk_per_name": "a trunk's name is its own",
        "slots_divide_the_hour": "a slot is 5, 10, 15, 30 or 60 minutes long",
        "recording_is_at_most_1_mb": "a name recording has at most 1 MB",
        "progress_adds_up": "bulk work has succeeded with no more callbacks than it has done, nor done more than asked",
        "finished_only_when_all_is_done": "bulk work is finished only when nothing is left of it",
        "one_bulk_job_per_idempotency_key": "an idempotency key begins one piece of bulk work",
        "lease_ends_only_when_held": "a link has a lease exactly when somebody holds it",
        "up_only_when_held": "a link is up only when somebody holds it",
        "one_service_per_name": "a service's name is its own",
        "one_agent_per_name": "an agent's name is its own",
        "one_api_key_per_name": "an API key's name is its own",
        "one_api_key_per_hash": "an API key's secret is its own",
        "one_user_per_name": "a user's name is their own",
        "one_user_per_agent": "an agent is at most one user",
        "one_session_per_token": "a session's token is its own",
    }
)
