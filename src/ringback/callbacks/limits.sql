-- name: lock_number
-- Until the end of the transaction. It is not one row, because a number that never asked has none.
SELECT pg_advisory_xact_lock(:service_id::int, hashtext(:phone_number))

-- name: waiting_of_number
SELECT id
FROM callbacks
WHERE service_id = :service_id AND phone_number = :phone_number AND state <> 'COMPLETED'
    AND id IS DISTINCT FROM :but::uuid
ORDER BY created_at
LIMIT :limit

-- name: let_another_wait
UPDATE callbacks SET waits_alone = false WHERE id = :id

-- name: reached
-- When the oldest of the last so many was created, if a limit's time holds so many; and who waits, up to the limit.
SELECT
    CASE WHEN :number_limit > 0 THEN (
        SELECT created_at FROM callbacks
        WHERE service_id = :service_id AND phone_number = :phone_number
            AND created_at > :now::timestamptz - make_interval(secs => :number_limit_seconds::int)
        ORDER BY created_at DESC
        OFFSET greatest(:number_limit::int, 1) - 1
        LIMIT 1
    ) END AS oldest_of_number,
    CASE WHEN :creation_limit > 0 THEN (
        SELECT created_at FROM callbacks
        WHERE service_id = :service_id
            AND created_at > :now::timestamptz - make_interval(secs => :creation_limit_seconds::int)
        ORDER BY created_at DESC
        OFFSET greatest(:creation_limit::int, 1) - 1
        LIMIT 1
    ) END AS oldest_of_service,
    (
        SELECT count(*)
        FROM (
            SELECT FROM callbacks WHERE service_id = :service_id AND state = 'QUEUED' LIMIT :queue_limit::int
        ) AS counted
    ) AS waiting

-- name: rooms
-- By the settings of each service. As above: what is older than a limit's time does not count, and the queue is counted
-- up to its limit.
SELECT id, NOT is_asked_too_much AS to_ask, NOT is_asked_too_much AND NOT is_full AS to_wait
FROM (
    SELECT
        s.id,
        s.creation_limit > 0 AND EXISTS (
            SELECT FROM callbacks
            WHERE service_id = s.id AND created_at > :now::timestamptz - make_interval(secs => s.creation_limit_seconds)
            OFFSET greatest(s.creation_limit, 1) - 1
        ) AS is_asked_too_much,
        s.queue_limit > 0 AND EXISTS (
            SELECT FROM callbacks WHERE service_id = s.id AND state = 'QUEUED' OFFSET greatest(s.queue_limit, 1) - 1
        ) AS is_full
    FROM services AS s
    WHERE s.id = ANY (:service_ids::int[])
) AS limited
