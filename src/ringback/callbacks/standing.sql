-- name: numbers
SELECT
    count(*) FILTER (WHERE state = 'SCHEDULED') AS scheduled,
    count(*) FILTER (WHERE state = 'QUEUED') AS waiting,
    count(*) FILTER (WHERE state = 'ROUTING') AS routing,
    count(*) FILTER (WHERE state = 'PROCESSING') AS processing,
    count(*) FILTER (WHERE state = 'QUEUED' AND place_at <= :now) AS before_a_new_caller
FROM callbacks
WHERE service_id = :service_id AND state <> 'COMPLETED'
