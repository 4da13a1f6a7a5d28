-- The agents' desk: a callback that is offered before anything rings, and what an agent says came of a talk.

ALTER TABLE services
    ADD COLUMN dispositions jsonb NOT NULL
        DEFAULT '["Resolved", "Follow-up needed", "Wrong number", "Not interested"]',
    ADD COLUMN crm_url text NOT NULL DEFAULT '',
    DROP CONSTRAINT strategy_is_known,
    ADD CONSTRAINT strategy_is_known CHECK (strategy IN ('CUSTOMER_FIRST', 'AGENT_FIRST', 'PREVIEW'));

-- An agent's own desk says every few seconds that it is open. NULL: it never was, or was closed.
ALTER TABLE agents ADD COLUMN desk_seen_at timestamptz;
CREATE INDEX agents_at_a_desk ON agents (desk_seen_at) WHERE desk_seen_at IS NOT NULL;

ALTER TABLE attempts
    ADD COLUMN agent_answer text,
    ADD COLUMN answered_at timestamptz,
    ADD COLUMN snooze_seconds int,
    ADD COLUMN disposition text,
    ADD COLUMN note text,
    ADD COLUMN finish_asked_at timestamptz,
    ADD COLUMN finished_at timestamptz,
    ADD COLUMN follow_up text,
    ADD COLUMN follow_up_id uuid REFERENCES callbacks ON DELETE SET NULL,
    ADD COLUMN call_again_at timestamptz,
    ADD COLUMN call_again_zone text,
    DROP CONSTRAINT attempt_strategy_is_known,
    ADD CONSTRAINT attempt_strategy_is_known CHECK (strategy IN ('CUSTOMER_FIRST', 'AGENT_FIRST', 'PREVIEW')),
    DROP CONSTRAINT attempt_outcome_is_known,
    ADD CONSTRAINT attempt_outcome_is_known CHECK (
        outcome IN (
            'JOINED', 'BUSY', 'NO_ANSWER', 'UNREACHABLE', 'ANSWERING_MACHINE', 'REJECTED', 'REDIRECTED',
            'INVALID_NUMBER', 'CONGESTION', 'TRUNK_ERROR', 'CUSTOMER_HUNG_UP', 'AGENT_UNAVAILABLE', 'DECLINED',
            'SNOOZED', 'NOT_REACHED', 'NOT_DIALLED', 'CANCELLED', 'UNKNOWN'
        )
    ),
    ADD CONSTRAINT agent_answer_is_known CHECK (agent_answer IN ('ACCEPTED', 'REJECTED', 'SNOOZED')),
    ADD CONSTRAINT agent_answers_only_offers CHECK (agent_answer IS NULL OR strategy = 'PREVIEW'),
    ADD CONSTRAINT answered_at_exactly_when_answered CHECK ((agent_answer IS NULL) = (answered_at IS NULL)),
    ADD CONSTRAINT snooze_only_when_snoozed CHECK (
        snooze_seconds IS NULL OR (agent_answer IS NOT DISTINCT FROM 'SNOOZED' AND snooze_seconds BETWEEN 10 AND 86400)
    ),
    ADD CONSTRAINT bridge_only_when_accepted CHECK (
        strategy <> 'PREVIEW' OR bridge_permitted_at IS NULL OR agent_answer IS NOT DISTINCT FROM 'ACCEPTED'
    ),
    ADD CONSTRAINT finish_only_of_a_talk CHECK (finish_asked_at IS NULL OR joined_at IS NOT NULL),
    ADD CONSTRAINT disposition_exactly_when_finished CHECK ((disposition IS NULL) = (finish_asked_at IS NULL)),
    ADD CONSTRAINT note_only_with_a_disposition CHECK (note IS NULL OR disposition IS NOT NULL),
    ADD CONSTRAINT finished_only_when_asked CHECK (finished_at IS NULL OR finish_asked_at IS NOT NULL),
    ADD CONSTRAINT not_reached_only_when_said CHECK (
        outcome IS DISTINCT FROM 'NOT_REACHED' OR disposition IS NOT DISTINCT FROM 'PERSON_NOT_REACHED'
    ),
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

-- The only way back from PROCESSING: an agent said that the person was not reached.
ALTER TABLE transitions
    DROP CONSTRAINT transition_is_legal,
    ADD CONSTRAINT transition_is_legal CHECK (
        (coalesce(from_state, ''), event, to_state) IN (
            ('', 'SCHEDULED', 'SCHEDULED'),
            ('', 'REQUESTED', 'QUEUED'),
            ('SCHEDULED', 'RESCHEDULED', 'SCHEDULED'),
            ('SCHEDULED', 'PROMOTED', 'QUEUED'),
            ('SCHEDULED', 'CALLED_NOW', 'QUEUED'),
            ('SCHEDULED', 'CLAIMED', 'COMPLETED'),
            ('SCHEDULED', 'CANCELLED', 'COMPLETED'),
            ('SCHEDULED', 'EXPIRED', 'COMPLETED'),
            ('QUEUED', 'AGENT_RESERVED', 'ROUTING'),
            ('QUEUED', 'BLOCKED', 'COMPLETED'),
            ('QUEUED', 'CLAIMED', 'COMPLETED'),
            ('QUEUED', 'CANCELLED', 'COMPLETED'),
            ('QUEUED', 'EXPIRED', 'COMPLETED'),
            ('ROUTING', 'AGENT_LOST', 'ROUTING'),
            ('ROUTING', 'NEXT_AGENT_RESERVED', 'ROUTING'),
            ('ROUTING', 'JOINED', 'PROCESSING'),
            ('ROUTING', 'REQUEUED', 'QUEUED'),
            ('ROUTING', 'FAILED', 'COMPLETED'),
            ('ROUTING', 'CLAIMED', 'COMPLETED'),
            ('ROUTING', 'CANCELLED', 'COMPLETED'),
            ('PROCESSING', 'FINISHED', 'COMPLETED'),
            ('PROCESSING', 'REQUEUED', 'QUEUED'),
            ('PROCESSING', 'FAILED', 'COMPLETED')
        )
    );

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

-- As before, but that nobody has to be dialled soon whom an agent still looks at.
CREATE OR REPLACE FUNCTION has_room(t trunks, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (
        t.channels IS NULL
        OR (SELECT count(*) FROM attempts AS a WHERE a.trunk_id = t.id AND a.closed_at IS NULL) < t.channels
    ) AND (
        t.calls_per_second IS NULL
        OR (
            dials_from(t, at) <= at + interval '5 seconds'
            AND (
                SELECT count(*)
                FROM attempts AS a
                JOIN legs AS l ON l.attempt_id = a.id
                WHERE a.trunk_id = t.id AND a.closed_at IS NULL
                    AND (a.strategy <> 'PREVIEW' OR a.agent_answer IS NOT NULL)
                    AND l.role = 'CUSTOMER' AND l.dial_permitted_at IS NULL AND l.ended_at IS NULL
            ) < greatest(1, 5 * t.calls_per_second)
        )
    )
$$;
