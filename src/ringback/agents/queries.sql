-- name: lock
SELECT * FROM agents WHERE id = :id FOR UPDATE

-- name: lock_named
SELECT * FROM agents WHERE name = :name FOR UPDATE

-- name: reserve_longest_idle
UPDATE agents
SET presence = 'RESERVED', presence_since = :now, presence_reason = NULL
WHERE id = (
    SELECT a.id
    FROM agents AS a
    JOIN agent_services AS s ON s.agent_id = a.id
    WHERE s.service_id = :service_id AND a.presence = 'READY'
    ORDER BY
        EXISTS (
            SELECT FROM attempts AS t
            WHERE t.callback_id = :callback_id::uuid AND t.outcome = 'DECLINED' AND t.agent_id = a.id
        ),
        EXISTS (SELECT FROM legs AS l WHERE l.attempt_id = :attempt_id::uuid AND l.agent_id = a.id),
        a.idle_since,
        a.id
    LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
)
RETURNING *

-- name: set_presence
UPDATE agents
SET presence = :presence,
    presence_since = :since,
    presence_reason = :reason,
    idle_since = :idle_since,
    wrap_up_ends_at = :wrap_up_ends_at,
    missed_calls = :missed_calls,
    wanted_presence = :wanted_presence,
    wanted_reason = :wanted_reason
WHERE id = :id
RETURNING *

-- name: want_presence
UPDATE agents SET wanted_presence = :presence, wanted_reason = :reason WHERE id = :id RETURNING *

-- name: end_wrap_up
UPDATE agents
SET presence = 'READY', presence_since = :now, presence_reason = NULL, idle_since = :now, wrap_up_ends_at = NULL
WHERE id = :id AND presence = 'WRAP_UP' AND presence_since = :since

-- name: note_desk
UPDATE agents SET desk_seen_at = :now
WHERE id = :id AND coalesce(desk_seen_at <= :before::timestamptz, true)

-- name: leave_closed_desks
-- Who is in a call stays in it: the wish takes effect afterwards.
UPDATE agents
SET desk_seen_at = NULL,
    presence = CASE WHEN presence IN ('READY', 'WRAP_UP') THEN 'NOT_READY' ELSE presence END,
    presence_since = CASE WHEN presence IN ('READY', 'WRAP_UP') THEN :now ELSE presence_since END,
    presence_reason = CASE WHEN presence IN ('READY', 'WRAP_UP') THEN :reason ELSE presence_reason END,
    wrap_up_ends_at = NULL,
    wanted_presence = CASE WHEN is_leaving THEN 'NOT_READY' ELSE wanted_presence END,
    wanted_reason = CASE WHEN is_leaving THEN :reason ELSE wanted_reason END
FROM (
    SELECT id AS stale_id, presence IN ('RESERVED', 'TALKING') AND coalesce(wanted_presence = 'READY', true) AS is_leaving
    FROM agents
    WHERE desk_seen_at < :before
    ORDER BY desk_seen_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
) AS stale
WHERE id = stale_id

-- name: end_wrap_ups
UPDATE agents
SET presence = 'READY', presence_since = :now, presence_reason = NULL, idle_since = :now, wrap_up_ends_at = NULL
WHERE id IN (
    SELECT id FROM agents
    WHERE presence = 'WRAP_UP' AND wrap_up_ends_at <= :now
    ORDER BY wrap_up_ends_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
