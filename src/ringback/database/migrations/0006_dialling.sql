-- Dialling: what the engine reads of its calls, and how much a trunk takes.

-- An open attempt as the dialer sees it.
CREATE VIEW open_calls AS
SELECT
    a.id AS attempt_id, a.callback_id, a.link_id, a.link_token, a.trunk_id, t.calls_per_second, a.strategy, c.state,
    a.agent_id, a.opened_at, a.bridge_permitted_at, a.joined_at, c.customer_held_until, s.reserve_timeout_seconds,
    s.customer_hold_seconds + s.max_talk_seconds AS max_seconds
FROM attempts AS a
JOIN callbacks AS c ON c.id = a.callback_id
JOIN services AS s ON s.id = a.service_id
JOIN trunks AS t ON t.id = a.trunk_id
WHERE a.closed_at IS NULL;

-- When the next customer's call may be begun on a trunk. What lies further ahead than any call could have put it was
-- written when the trunk was slower, or by a clock that has gone back since.
CREATE FUNCTION dials_from(t trunks, at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN t.next_dial_at <= at + make_interval(secs => 1 / t.calls_per_second + 5) THEN greatest(t.next_dial_at, at)
        ELSE at
    END
$$;

-- Whether a trunk takes one more reservation: it has a free channel, and does not have as many to dial already as it
-- can begin within five seconds.
CREATE FUNCTION has_room(t trunks, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
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
                    AND l.role = 'CUSTOMER' AND l.dial_permitted_at IS NULL AND l.ended_at IS NULL
            ) < greatest(1, 5 * t.calls_per_second)
        )
    )
$$;
