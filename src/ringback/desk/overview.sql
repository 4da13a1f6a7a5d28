-- name: agent
-- With how many wait in each service that the agent serves, and since when it is today by the clock of the first.
SELECT
    a.id, a.name, a.display_name, a.presence, a.presence_since, a.presence_reason, a.wanted_presence,
    a.wanted_reason, a.wrap_up_ends_at, a.desk_seen_at, served.queue,
    date_trunc('day', :now::timestamptz, coalesce(served.time_zones[1], 'UTC')) AS today_since
FROM agents AS a
CROSS JOIN LATERAL (
    SELECT
        coalesce(
            jsonb_agg(
                jsonb_build_object('service', s.name, 'display_name', s.display_name, 'waiting', waiting.number)
                ORDER BY s.name
            ),
            '[]'
        ) AS queue,
        array_agg(s.time_zone ORDER BY s.name) AS time_zones
    FROM agent_services AS link
    JOIN services AS s ON s.id = link.service_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS number
        FROM (
            SELECT FROM callbacks AS c WHERE c.service_id = s.id AND c.state = 'QUEUED' LIMIT :most_counted
        ) AS counted
    ) AS waiting
    WHERE link.agent_id = a.id
) AS served
WHERE a.name = :name

-- name: calls
-- What is open, and the talks of the last minutes that are not finished: the newest first.
SELECT
    t.id AS attempt_id, t.callback_id, t.strategy, t.opened_at, t.agent_answer, t.joined_at, t.closed_at,
    t.disposition, c.state, c.phone_number, c.customer_name, c.promised_zone, s.name AS service, s.dispositions,
    s.reserve_timeout_seconds
FROM attempts AS t
JOIN callbacks AS c ON c.id = t.callback_id
JOIN services AS s ON s.id = t.service_id
WHERE t.agent_id = :agent_id
    AND (t.closed_at IS NULL OR (t.closed_at > :ended_after AND t.joined_at IS NOT NULL AND t.disposition IS NULL))
ORDER BY t.closed_at DESC NULLS FIRST

-- name: today
SELECT
    :since::timestamptz AS since,
    count(*) FILTER (WHERE t.joined_at IS NOT NULL) AS handled,
    coalesce(round(sum(extract(epoch FROM coalesce(t.closed_at, :now) - t.joined_at))), 0)::bigint AS talk_seconds,
    count(*) FILTER (WHERE t.agent_answer = 'REJECTED') AS declined,
    count(*) FILTER (WHERE t.outcome = 'DECLINED' AND t.agent_answer IS NULL) + (
        SELECT count(*)
        FROM legs AS l
        WHERE l.agent_id = :agent_id AND l.created_at >= :since AND l.dial_permitted_at IS NOT NULL
            AND l.answered_at IS NULL AND l.ended_by IN ('REMOTE', 'TIMEOUT')
    ) AS missed
FROM attempts AS t
WHERE t.agent_id = :agent_id AND (t.closed_at >= :since OR t.closed_at IS NULL)

-- name: in_hand
SELECT
    c.id, s.name AS service, s.display_name AS service_display_name, c.phone_number, c.customer_name, c.language,
    c.channel, c.desired_at, c.promised_local, c.promised_zone, c.is_scheduled, c.created_at, c.priority, c.user_data,
    c.recreated_from, s.crm_url AS crm_template,
    EXISTS (SELECT FROM name_recordings AS r WHERE r.callback_id = c.id) AS has_name_recording,
    coalesce(
        (
            SELECT
                jsonb_agg(
                    jsonb_build_object(
                        'number', e.number, 'opened_at', e.opened_at, 'outcome', e.outcome, 'agent', a.name
                    )
                    ORDER BY e.number
                )
            FROM attempts AS e
            LEFT JOIN agents AS a ON a.id = e.agent_id
            WHERE e.callback_id = c.id AND e.number < t.number
        ),
        '[]'
    ) AS attempts
FROM attempts AS t
JOIN callbacks AS c ON c.id = t.callback_id
JOIN services AS s ON s.id = t.service_id
WHERE t.id = :attempt_id

-- name: legs
-- The newest of each side is the one that counts.
SELECT DISTINCT ON (role) role, dial_permitted_at, ringing_at, answered_at, ended_at
FROM legs
WHERE attempt_id = :attempt_id
ORDER BY role, created_at DESC, id DESC

-- name: history
SELECT
    c.id, s.name AS service, c.desired_at, c.state, c.result, a.name AS agent, said.disposition, said.note
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
LEFT JOIN agents AS a ON a.id = c.last_agent_id
LEFT JOIN LATERAL (
    SELECT t.disposition, t.note
    FROM attempts AS t
    WHERE t.callback_id = c.id AND t.disposition IS NOT NULL
    ORDER BY t.number DESC
    LIMIT 1
) AS said ON true
WHERE c.phone_number = :phone_number AND c.id <> :but
    AND EXISTS (SELECT FROM agent_services AS x WHERE x.agent_id = :agent_id AND x.service_id = c.service_id)
ORDER BY c.created_at DESC, c.id DESC
LIMIT :most
