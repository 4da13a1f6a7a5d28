-- name: lock_grid
-- Waits for who is taking a seat, and lets nobody take one until the change is committed (booking.seats).
SELECT pg_advisory_xact_lock(:service_id::bigint)

-- name: lock_seated
-- Waits for whoever is giving a seat back or moving it; new ones wait for the lock on the grid.
-- Those in ROUTING are left alone, because who lets them ring holds them and waits for the service; their slot has begun.
SELECT FROM callbacks
WHERE service_id = :service_id AND state IN ('SCHEDULED', 'QUEUED') AND slot_at IS NOT NULL
ORDER BY id
FOR UPDATE

-- name: move_seats
-- The same as booking.rules.slot_start, which a test compares: where the local minute is a multiple of the slot's
-- length, or where the clocks were changed since.
UPDATE callbacks AS c
SET slot_at = CASE
        WHEN (w.slot_at AT TIME ZONE s.time_zone) - (w.slot_at AT TIME ZONE 'UTC') = w.clock THEN w.slot_at
        ELSE (
            SELECT min(minute)
            FROM generate_series(w.slot_at, c.desired_at, interval '1 minute') AS minute
            WHERE (minute AT TIME ZONE s.time_zone) - (minute AT TIME ZONE 'UTC') = w.clock
        )
    END
FROM services AS s, (
    SELECT c.id, l.local - (c.desired_at AT TIME ZONE 'UTC') AS clock, c.desired_at - make_interval(
        mins => extract(minute FROM l.local)::int % s.slot_minutes, secs => extract(second FROM l.local)::float
    ) AS slot_at
    FROM callbacks AS c
    JOIN services AS s ON s.id = c.service_id
    CROSS JOIN LATERAL (SELECT c.desired_at AT TIME ZONE s.time_zone AS local) AS l
    WHERE c.service_id = :service_id AND c.state IN ('SCHEDULED', 'QUEUED') AND c.slot_at IS NOT NULL
) AS w
WHERE w.id = c.id AND s.id = c.service_id

-- name: forget_slots
DELETE FROM slots WHERE service_id = :service_id

-- name: count_seats
INSERT INTO slots (service_id, starts_at, booked)
SELECT service_id, slot_at, count(*)
FROM callbacks
WHERE service_id = :service_id AND state <> 'COMPLETED' AND slot_at IS NOT NULL
GROUP BY service_id, slot_at
