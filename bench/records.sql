-- name: attempts_of_the_oldest
-- What the data set leaves out: an attempt with two legs for each callback that is going to be removed.
WITH oldest AS (
    SELECT id, service_id, phone_number, desired_at, last_agent_id
    FROM callbacks
    WHERE state = 'COMPLETED' AND last_agent_id IS NOT NULL
    ORDER BY desired_at
    LIMIT :callbacks
), tried AS (
    INSERT INTO attempts (
        id, callback_id, service_id, trunk_id, link_id, link_token, number, strategy, agent_id, opened_at, closed_at,
        outcome
    )
    SELECT
        gen_random_uuid(), o.id, o.service_id, s.trunk_id, 'main', 1, 1, s.strategy, o.last_agent_id, o.desired_at,
        o.desired_at + interval '1 minute', 'JOINED'
    FROM oldest AS o
    JOIN services AS s ON s.id = o.service_id
    RETURNING id, callback_id, agent_id, opened_at, closed_at
)
INSERT INTO legs (
    id, attempt_id, callback_id, role, agent_id, destination, created_at, dial_permitted_at, ended_at, outcome
)
SELECT
    gen_random_uuid(), t.id, t.callback_id, side.role, CASE WHEN side.role = 'AGENT' THEN t.agent_id END,
    '+49301234567', t.opened_at, t.opened_at, t.closed_at, 'NORMAL'
FROM tried AS t
CROSS JOIN (VALUES ('CUSTOMER'), ('AGENT')) AS side (role)

-- name: desired_time_of
-- The desired time of the oldest callback but so many.
SELECT desired_at FROM callbacks WHERE state = 'COMPLETED' ORDER BY desired_at OFFSET :place LIMIT 1

-- name: any_ids
SELECT id FROM callbacks TABLESAMPLE SYSTEM (0.2) WHERE state = 'SCHEDULED' LIMIT 1000
