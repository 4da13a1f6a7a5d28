-- name: agents
SELECT
    a.name, a.display_name, a.endpoint, a.presence, a.presence_since, a.presence_reason, a.wanted_presence,
    a.wanted_reason, a.wrap_up_ends_at, a.is_practice,
    ARRAY(
        SELECT s.name
        FROM agent_services AS link
        JOIN services AS s ON s.id = link.service_id
        WHERE link.agent_id = a.id
        ORDER BY s.name
    ) AS services
FROM agents AS a
WHERE (:name::text IS NULL OR a.name = :name)
  AND (
      :service_id::int IS NULL
      OR EXISTS (SELECT FROM agent_services AS link WHERE link.agent_id = a.id AND link.service_id = :service_id)
  )
ORDER BY a.name

-- name: save
INSERT INTO agents (name, display_name, endpoint, presence_since, is_practice)
VALUES (:name, coalesce(:display_name, :name), :endpoint, :now, :is_practice)
ON CONFLICT (name) DO UPDATE
SET display_name = coalesce(:display_name, agents.display_name), endpoint = EXCLUDED.endpoint
RETURNING id

-- name: leave_services
DELETE FROM agent_services WHERE agent_id = :id AND service_id <> ALL (:service_ids::int[])

-- name: join_services
INSERT INTO agent_services (agent_id, service_id)
SELECT :id, service_id FROM unnest(:service_ids::int[]) AS service_id
ON CONFLICT DO NOTHING

-- name: delete
DELETE FROM agents WHERE name = :name
