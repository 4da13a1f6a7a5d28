-- name: shown
SELECT
    c.id, c.service_id, s.name AS service, c.phone_number, c.state, c.result, c.is_scheduled, c.desired_at,
    c.promised_local, c.promised_zone, c.customer_name, c.language, c.channel, c.priority, c.user_data,
    c.created_at, c.updated_at, c.queued_at, c.place_at, c.eligible_at, c.completed_at,
    c.promised_by, c.recreated_from,
    a.name AS agent, c.attempts, s.window_seconds,
    EXISTS (SELECT FROM name_recordings AS r WHERE r.callback_id = c.id) AS has_name_recording,
    s.caller_id, (SELECT t.name FROM trunks AS t WHERE t.id = coalesce(last_route.trunk_id, s.trunk_id)) AS trunk,
    c.state = 'ROUTING' AND EXISTS (
        SELECT FROM attempts AS t
        WHERE t.callback_id = c.id AND t.closed_at IS NULL AND t.strategy = 'PREVIEW' AND t.agent_answer IS NULL
    ) AS is_offered,
    coalesce(sides.rung, '{}') AS rung,
    coalesce(sides.answered, '{}') AS answered
FROM unnest(:ids::uuid[]) WITH ORDINALITY AS asked(id, place)
JOIN callbacks AS c ON c.id = asked.id
JOIN services AS s ON s.id = c.service_id
LEFT JOIN LATERAL (
    SELECT
        array_agg(l.role) FILTER (WHERE l.answered_at IS NULL AND l.dial_permitted_at IS NOT NULL) AS rung,
        array_agg(l.role) FILTER (WHERE l.answered_at IS NOT NULL) AS answered
    FROM legs AS l
    WHERE l.callback_id = c.id AND l.ended_at IS NULL AND c.state IN ('ROUTING', 'PROCESSING')
) AS sides ON true
LEFT JOIN LATERAL (
    SELECT t.trunk_id FROM attempts AS t WHERE c.attempts > 0 AND t.callback_id = c.id ORDER BY t.number DESC LIMIT 1
) AS last_route ON true
LEFT JOIN agents AS a ON a.id = CASE c.state WHEN 'COMPLETED' THEN c.last_agent_id ELSE c.agent_id END
ORDER BY asked.place

-- name: service_of
SELECT service_id FROM callbacks WHERE id = :id
