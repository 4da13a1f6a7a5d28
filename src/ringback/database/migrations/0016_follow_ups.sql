-- What follows a talk by its agent's word, and what an agent's desk reads of the past.

ALTER TABLE attempts
    ADD COLUMN follow_up text,
    ADD COLUMN follow_up_id uuid REFERENCES callbacks ON DELETE SET NULL,
    ADD COLUMN call_again_at timestamptz,
    ADD COLUMN call_again_zone text,
    ADD CONSTRAINT follow_up_is_known CHECK (
        follow_up IN ('RETRY', 'NEW_RETRY', 'WAITS_ALREADY', 'NO_MORE_RETRIES', 'CALL_AGAIN')
    ),
    ADD CONSTRAINT follow_up_only_with_a_disposition CHECK (follow_up IS NULL OR disposition IS NOT NULL),
    ADD CONSTRAINT call_again_exactly_when_it_follows CHECK (
        (call_again_at IS NOT NULL) = (follow_up IS NOT DISTINCT FROM 'CALL_AGAIN')
    );
CREATE INDEX attempts_that_led_to_a_callback ON attempts (follow_up_id) WHERE follow_up_id IS NOT NULL;
CREATE INDEX attempts_of_an_agent ON attempts (agent_id, closed_at);
CREATE INDEX legs_of_an_agent ON legs (agent_id, created_at) WHERE agent_id IS NOT NULL;

-- Whoever is to be called at another time is not retried besides, whatever the agent said of the talk.
CREATE OR REPLACE VIEW open_calls AS
SELECT
    a.id AS attempt_id, a.callback_id, a.link_id, a.link_token, a.trunk_id, t.calls_per_second, a.strategy, c.state,
    a.agent_id, a.opened_at, a.bridge_permitted_at, a.joined_at, c.customer_held_until, s.reserve_timeout_seconds,
    s.customer_hold_seconds + s.max_talk_seconds AS max_seconds,
    a.agent_answer, a.answered_at, a.snooze_seconds,
    CASE WHEN a.follow_up = 'CALL_AGAIN' THEN 'CALL_AGAIN' ELSE a.disposition END AS disposition,
    a.finish_asked_at
FROM attempts AS a
JOIN callbacks AS c ON c.id = a.callback_id
JOIN services AS s ON s.id = a.service_id
JOIN trunks AS t ON t.id = a.trunk_id
WHERE a.closed_at IS NULL;
