-- name: situations
SELECT
    s.id, s.name, s.display_name, s.mode, is_open(s, :now) AS is_open,
    s.is_always_open OR coalesce(s.openings_until > :now, false) AS openings_are_written,
    (SELECT min(o.opens_at) FROM openings AS o WHERE o.service_id = s.id AND o.opens_at > :now) AS opens_at,
    t.name AS trunk, t.link_id,
    agents.presences,
    departures.count AS departure_count, departures.first AS first_departure, departures.last AS last_departure,
    coalesce(l.holder IS NOT NULL AND l.expires_at > :now, false) AS link_is_held,
    coalesce(l.is_up AND l.expires_at > :now, false) AS link_is_up,
    l.problem AS link_problem,
    CASE WHEN t.paused_until > :now THEN t.paused_until END AS trunk_paused_until,
    t.pause_reason AS trunk_pause_reason,
    has_room(t, :now) AS trunk_has_room,
    coalesce(live.waiting, 0) AS live_waiting, live.longest_wait_seconds AS live_longest_wait_seconds,
    live.answered AS live_answered, live.answered_within_seconds AS live_answered_within_seconds,
    live.reported_at AS live_reported_at
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
LEFT JOIN links AS l ON l.id = t.link_id
LEFT JOIN live_queues AS live ON live.service_id = s.id AND live.reported_at >= :live_since
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(presence, number), '{}') AS presences
    FROM (
        SELECT a.presence, count(*) AS number
        FROM agent_services AS served
        JOIN agents AS a ON a.id = served.agent_id
        WHERE served.service_id = s.id
        GROUP BY a.presence
    ) AS counted
) AS agents
CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(opened_at) AS first, max(opened_at) AS last
    FROM (
        -- An offer that was not taken is back in its place.
        SELECT opened_at FROM attempts
        WHERE service_id = s.id AND (outcome IS NULL OR outcome NOT IN ('DECLINED', 'SNOOZED'))
        ORDER BY opened_at DESC
        LIMIT :departures
    ) AS newest
) AS departures
WHERE s.id = ANY (:service_ids::int[])

-- name: positions
-- Position 1 is the next of the callbacks. Only as much of each queue is read as lies before the last callback asked for.
WITH asked AS (
    SELECT id, service_id, place_at FROM callbacks WHERE id = ANY (:ids::uuid[]) AND state = 'QUEUED'
), ends AS (
    SELECT service_id, max(place_at) AS place_at FROM asked GROUP BY service_id
), ranked AS (
    SELECT q.id, row_number() OVER (PARTITION BY q.service_id ORDER BY q.place_at, q.id) AS position
    FROM ends
    JOIN callbacks AS q ON q.service_id = ends.service_id AND q.state = 'QUEUED' AND q.place_at <= ends.place_at
)
SELECT id, position FROM ranked WHERE id IN (SELECT id FROM asked)

-- name: places_of_new_callers
SELECT s.id, before.number + 1 AS position
FROM unnest(:service_ids::int[]) AS s (id)
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM callbacks WHERE service_id = s.id AND state = 'QUEUED' AND place_at <= :now
) AS before

-- name: links
SELECT
    id AS name,
    coalesce(holder IS NOT NULL AND expires_at > :now, false) AS is_held,
    coalesce(is_up AND expires_at > :now, false) AS is_up,
    problem
FROM links
ORDER BY id

-- name: paused_trunks
SELECT name, paused_until, pause_reason AS reason FROM trunks WHERE paused_until > :now ORDER BY name

-- name: uncompleted
SELECT s.name AS service, c.state AS what, count(*) AS number
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
WHERE c.state <> 'COMPLETED'
GROUP BY s.name, c.state

-- name: late
SELECT s.name AS service, c.state AS what, count(*) AS number
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
WHERE c.state <> 'COMPLETED' AND c.state = ANY (:states::text[]) AND c.desired_at < :now
    AND c.desired_at < :now - make_interval(secs => s.window_seconds)
GROUP BY s.name, c.state

-- name: presences
SELECT s.name AS service, a.presence AS what, count(*) AS number
FROM agent_services AS served
JOIN services AS s ON s.id = served.service_id
JOIN agents AS a ON a.id = served.agent_id
GROUP BY s.name, a.presence

-- name: live_queue
SELECT waiting, longest_wait_seconds, answered, answered_within_seconds, reported_at
FROM live_queues
WHERE service_id = :service_id

-- name: report_live_queue
-- Of two reports at once the later one stays, in whichever order they come.
INSERT INTO live_queues (service_id, waiting, longest_wait_seconds, answered, answered_within_seconds, reported_at)
VALUES (:service_id, :waiting, :longest_wait_seconds, :answered, :answered_within_seconds, :reported_at)
ON CONFLICT (service_id) DO UPDATE
SET waiting = excluded.waiting,
    longest_wait_seconds = excluded.longest_wait_seconds,
    answered = excluded.answered,
    answered_within_seconds = excluded.answered_within_seconds,
    reported_at = excluded.reported_at
WHERE excluded.reported_at >= live_queues.reported_at
