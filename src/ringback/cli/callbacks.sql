-- name: ids_ending
SELECT id FROM callbacks WHERE id::text LIKE '%' || :ending::text ORDER BY id LIMIT 2

-- name: latest_changes
SELECT
    t.id, t.callback_id, s.name AS service, t.at, t.from_state, t.to_state, t.event, t.result, t.reason,
    a.name AS agent
FROM transitions AS t
JOIN callbacks AS c ON c.id = t.callback_id
JOIN services AS s ON s.id = c.service_id
LEFT JOIN agents AS a ON a.id = t.agent_id
ORDER BY t.id DESC
LIMIT :limit

-- name: numbers_by_service
SELECT s.name AS service, counted.state, counted.number
FROM services AS s
CROSS JOIN LATERAL (
    SELECT c.state, count(*) AS number
    FROM callbacks AS c
    WHERE c.service_id = s.id AND c.state IN ('SCHEDULED', 'QUEUED', 'ROUTING', 'PROCESSING')
    GROUP BY c.state
    UNION ALL
    SELECT 'COMPLETED', count(*)
    FROM callbacks AS c
    WHERE c.service_id = s.id AND c.state = 'COMPLETED' AND c.desired_at >= :since
) AS counted
ORDER BY s.name
