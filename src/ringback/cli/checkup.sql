-- name: links
SELECT id, holder, coalesce(holder IS NOT NULL AND expires_at > :now, false) AS is_held, is_up, problem
FROM links

-- name: services
SELECT
    s.name, t.name AS trunk, t.link_id, s.is_practice,
    count(a.id) AS agents,
    count(a.id) FILTER (WHERE a.presence <> 'OFFLINE') AS logged_in
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
LEFT JOIN agent_services AS served ON served.service_id = s.id
LEFT JOIN agents AS a ON a.id = served.agent_id
WHERE s.mode <> 'CLOSED'
GROUP BY s.id, t.id
ORDER BY s.name

-- name: services_with_hours
SELECT s.*, t.name AS trunk
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
WHERE s.mode <> 'CLOSED' AND NOT s.is_always_open
ORDER BY s.name
