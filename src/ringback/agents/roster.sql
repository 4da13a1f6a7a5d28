-- Those who serve one of some services (NULL: all), or none at all.

-- part: visible
(
      :within::int[] IS NULL
      OR EXISTS (SELECT FROM agent_services AS link WHERE link.agent_id = a.id AND link.service_id = ANY (:within))
      OR NOT EXISTS (SELECT FROM agent_services AS link WHERE link.agent_id = a.id)
  )

-- name: agents
SELECT
    a.name, a.display_name, a.endpoint, a.presence, a.presence_since, a.presence_reason, a.wanted_presence,
    a.wanted_reason, a.wrap_up_ends_at, a.is_practice,
    ARRAY(
        SELECT s.name
        FROM agent_services AS link
        JOIN services AS s ON s.id = link.service_id
        WHERE link.agent_id = a.id AND (:within::int[] IS NULL OR s.id = ANY (:within))
        ORDER BY s.name
    ) AS services,
    (
        SELECT jsonb_build_object(
            'id', c.id, 'service', s.name, 'state', c.state,
            'since', (SELECT t.at FROM transitions AS t WHERE t.callback_id = c.id ORDER BY t.id DESC LIMIT 1)
        )
        FROM attempts AS o
        JOIN callbacks AS c ON c.id = o.callback_id AND c.agent_id = a.id
        JOIN services AS s ON s.id = c.service_id
        WHERE o.agent_id = a.id AND o.closed_at IS NULL AND (:within::int[] IS NULL OR s.id = ANY (:within))
    ) AS callback
FROM agents AS a
WHERE (:name::text IS NULL OR a.name = :name)
  AND (:name IS NOT NULL OR {visible})
  AND (
      :service_id::int IS NULL
      OR EXISTS (SELECT FROM agent_services AS link WHERE link.agent_id = a.id AND link.service_id = :service_id)
  )
ORDER BY a.name

-- name: is_visible
SELECT {visible} FROM agents AS a WHERE a.name = :name

-- name: foreign_among
SELECT a.name FROM agents AS a WHERE a.name = ANY (:names::text[]) AND NOT {visible}

-- name: shared_among
-- Those who serve other services, too.
SELECT a.name
FROM agents AS a
WHERE a.name = ANY (:names::text[])
    AND EXISTS (SELECT FROM agent_services AS link WHERE link.agent_id = a.id AND link.service_id <> ALL (:within::int[]))

-- name: add_all
INSERT INTO agents (name, display_name, endpoint, presence_since, is_practice)
SELECT w.name, coalesce(w.display_name, w.name), w.endpoint, :now, :is_practice
FROM unnest(:names::text[], :display_names::text[], :endpoints::text[]) AS w (name, display_name, endpoint)
ORDER BY w.name
ON CONFLICT (name) DO NOTHING
RETURNING name

-- name: lock_all
-- In one order, so that two who save the same agents do not wait for each other for ever.
SELECT
    a.name, a.display_name, a.endpoint,
    ARRAY(
        SELECT s.name
        FROM agent_services AS link
        JOIN services AS s ON s.id = link.service_id
        WHERE link.agent_id = a.id
        ORDER BY s.name
    ) AS services
FROM agents AS a
WHERE a.name = ANY (:names::text[])
ORDER BY a.name
FOR NO KEY UPDATE OF a

-- name: change_all
UPDATE agents AS a
SET display_name = coalesce(w.display_name, a.display_name), endpoint = w.endpoint
FROM unnest(:names::text[], :display_names::text[], :endpoints::text[]) AS w (name, display_name, endpoint)
WHERE a.name = w.name
  AND (a.display_name, a.endpoint) IS DISTINCT FROM (coalesce(w.display_name, a.display_name), w.endpoint)
RETURNING a.name

-- name: serve_all
-- A pair for each service that an agent is to serve; whose services changed is returned. Services that are not among
-- those that may be changed stay.
WITH wanted AS (
    SELECT a.id AS agent_id, s.id AS service_id
    FROM unnest(:agents::text[], :services::text[]) AS pair (agent, service)
    JOIN agents AS a ON a.name = pair.agent
    JOIN services AS s ON s.name = pair.service
), gone AS (
    DELETE FROM agent_services AS link
    USING agents AS a
    WHERE a.name = ANY (:names::text[]) AND link.agent_id = a.id
      AND (:within::int[] IS NULL OR link.service_id = ANY (:within))
      AND NOT EXISTS (SELECT FROM wanted AS w WHERE (w.agent_id, w.service_id) = (link.agent_id, link.service_id))
    RETURNING link.agent_id
), come AS (
    INSERT INTO agent_services (agent_id, service_id)
    SELECT agent_id, service_id FROM wanted ORDER BY agent_id, service_id
    ON CONFLICT DO NOTHING
    RETURNING agent_id
)
SELECT name FROM agents WHERE id IN (SELECT agent_id FROM gone UNION SELECT agent_id FROM come)

-- name: practice_among
SELECT name FROM agents WHERE is_practice AND name = ANY (:names::text[])

-- name: delete
DELETE FROM agents WHERE name = :name
