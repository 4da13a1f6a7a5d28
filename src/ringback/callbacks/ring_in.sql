-- name: first_waiting
-- The one that will be called first.
SELECT id
FROM callbacks
WHERE service_id = :service_id AND phone_number = :phone_number AND state IN ('SCHEDULED', 'QUEUED', 'ROUTING')
ORDER BY array_position(ARRAY['ROUTING', 'QUEUED', 'SCHEDULED'], state), place_at, desired_at, id
LIMIT 1
