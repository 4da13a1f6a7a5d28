-- name: numbers
SELECT
    s.id AS service_id,
    count(*) FILTER (WHERE c.state = 'SCHEDULED') AS scheduled,
    count(*) FILTER (WHERE c.state = 'QUEUED') AS waiting,
    count(*) FILTER (WHERE c.state = 'ROUTING') AS routing,
    count(*) FILTER (WHERE c.state = 'PROCESSING') AS processing
FROM unnest(:service_ids::int[]) AS s (id)
LEFT JOIN callbacks AS c ON c.service_id = s.id AND c.state <> 'COMPLETED'
GROUP BY s.id
