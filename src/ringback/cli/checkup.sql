-- name: links
SELECT id, holder, coalesce(holder IS NOT NULL AND expires_at > :now, false) AS is_held, is_up, problem,
    CASE WHEN paused_until > :now THEN paused_until END AS paused_until, pause_reason
FROM links

-- name: services
SELECT
    s.name, s.link_id, s.is_practice,
    count(a.id) AS agents,
    count(a.id) FILTER (WHERE a.presence <> 'OFFLINE') AS logged_in
FROM services AS s
LEFT JOIN agent_services AS served ON served.service_id = s.id
LEFT JOIN agents AS a ON a.id = served.agent_id
WHERE s.is_enabled
GROUP BY s.id
ORDER BY s.name
