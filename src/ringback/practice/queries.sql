-- name: services
SELECT name FROM services
WHERE is_practice AND mode = ANY (:modes::text[])
ORDER BY name

-- name: waiting
SELECT count(*)
FROM (
    SELECT
    FROM callbacks
    WHERE state IN ('SCHEDULED', 'QUEUED') AND service_id IN (SELECT id FROM services WHERE is_practice)
    LIMIT :limit
) AS counted

-- name: rested_agents
SELECT name FROM agents WHERE is_practice AND presence = 'NOT_READY' AND presence_since <= :since ORDER BY name

-- name: offers
SELECT t.id AS attempt_id, t.agent_id, t.opened_at
FROM attempts AS t
JOIN agents AS a ON a.id = t.agent_id
WHERE t.closed_at IS NULL AND t.strategy = 'PREVIEW' AND t.agent_answer IS NULL
    AND a.is_practice AND a.desk_seen_at IS NULL
ORDER BY t.opened_at

-- name: forget
DELETE FROM callbacks
WHERE id IN (
    SELECT c.id
    FROM services AS s
    JOIN callbacks AS c ON c.service_id = s.id
    WHERE s.is_practice AND c.state = 'COMPLETED' AND c.desired_at < :before
    LIMIT :limit
)

-- name: close_services
UPDATE services SET mode = 'CLOSED' WHERE is_practice

-- name: cancellable
SELECT c.id
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
WHERE s.is_practice AND c.state IN ('SCHEDULED', 'QUEUED', 'ROUTING')

-- name: calls_under_way
-- Calls that a living engine works on: their attempts close by themselves.
SELECT count(*)
FROM attempts AS t
JOIN services AS s ON s.id = t.service_id
JOIN links AS l ON l.id = t.link_id
WHERE s.is_practice AND t.closed_at IS NULL AND l.holder IS NOT NULL AND l.expires_at > :now

-- name: remove_callbacks
-- Their notes too, which waits for whoever counts them just now: no count comes after the counts are removed.
WITH old AS (
    SELECT c.id FROM callbacks AS c JOIN services AS s ON s.id = c.service_id WHERE s.is_practice LIMIT :limit
), notes AS (
    DELETE FROM uncounted AS u USING old WHERE u.callback_id = old.id
)
DELETE FROM callbacks AS c USING old WHERE c.id = old.id

-- name: remove_services
DELETE FROM services WHERE is_practice

-- name: remove_counts
DELETE FROM hourly_counts WHERE is_practice

-- name: remove_trunks
DELETE FROM trunks AS t WHERE t.is_practice AND NOT EXISTS (SELECT FROM services AS s WHERE s.trunk_id = t.id)

-- name: keep_agents_of_real_calls
-- What was really called is told with the agent's name: such an agent becomes a real one, who is not there.
UPDATE agents AS a
SET is_practice = false, presence = 'OFFLINE', presence_since = :now, presence_reason = NULL, wanted_presence = NULL,
    wanted_reason = NULL, wrap_up_ends_at = NULL
WHERE a.is_practice
  AND (
      EXISTS (SELECT FROM attempts AS t WHERE t.agent_id = a.id)
      OR EXISTS (SELECT FROM legs AS l WHERE l.agent_id = a.id)
      OR EXISTS (SELECT FROM transitions AS t WHERE t.agent_id = a.id)
      OR EXISTS (SELECT FROM callbacks AS c WHERE c.agent_id = a.id)
  )

-- name: remove_agents
DELETE FROM agents WHERE is_practice

-- name: remove_api_keys
DELETE FROM api_keys WHERE is_practice

-- name: remove_link
DELETE FROM links AS l
WHERE l.id = :id
  AND (l.holder IS NULL OR l.expires_at <= :now)
  AND NOT EXISTS (SELECT FROM attempts AS t WHERE t.link_id = l.id)
