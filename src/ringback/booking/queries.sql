-- name: booked
SELECT s.service_id, s.starts_at, s.booked
FROM unnest(:service_ids::int[], :since::timestamptz[], :until::timestamptz[]) AS w (service_id, since, until)
JOIN slots AS s ON s.service_id = w.service_id AND s.starts_at >= w.since AND s.starts_at < w.until

-- Seats.

-- name: hold_grid
-- Who changes the grid waits for this lock (services/grid.sql), and counts the seat that is taken under it. Other changes
-- of the service do not; and it is taken in turn, so that a change is not kept waiting by ever more who book.
SELECT pg_advisory_xact_lock_shared(:service_id::bigint)

-- name: has_grid
SELECT true FROM services WHERE id = :service_id AND slot_minutes = :slot_minutes AND time_zone = :time_zone

-- name: take
INSERT INTO slots AS s (service_id, starts_at, booked, capacity)
VALUES (:service_id, :starts_at, 1, :capacity)
ON CONFLICT (service_id, starts_at) DO UPDATE SET booked = s.booked + 1, capacity = excluded.capacity
WHERE excluded.capacity IS NULL OR s.booked < excluded.capacity
RETURNING booked

-- name: make_slot
INSERT INTO slots (service_id, starts_at, booked) VALUES (:service_id, :starts_at, 0) ON CONFLICT DO NOTHING

-- name: lock_slots
SELECT FROM slots WHERE service_id = :service_id AND starts_at = ANY (:starts::timestamptz[])
ORDER BY starts_at FOR UPDATE

-- name: give_back
WITH given AS (
    SELECT * FROM unnest(:service_ids::int[], :starts::timestamptz[], :counts::int[]) AS g (service_id, starts_at, seats)
), locked AS (
    SELECT s.service_id, s.starts_at, given.seats
    FROM slots AS s JOIN given USING (service_id, starts_at)
    ORDER BY s.service_id, s.starts_at
    FOR UPDATE OF s
)
UPDATE slots AS s
SET booked = greatest(0, s.booked - locked.seats)
FROM locked
WHERE s.service_id = locked.service_id AND s.starts_at = locked.starts_at

-- Openings.

-- name: lock_outdated
SELECT s.*, t.name AS trunk
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
WHERE NOT s.is_always_open AND (s.openings_until IS NULL OR s.openings_until < :before)
ORDER BY s.openings_until NULLS FIRST, s.id
LIMIT :limit
FOR NO KEY UPDATE OF s SKIP LOCKED

-- name: replace_openings
WITH wanted AS (
    SELECT * FROM unnest(:opens::timestamptz[], :closes::timestamptz[]) AS w (opens_at, closes_at)
), gone AS (
    DELETE FROM openings AS o
    WHERE o.service_id = :service_id AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.opens_at = o.opens_at)
)
INSERT INTO openings (service_id, opens_at, closes_at)
SELECT :service_id, opens_at, closes_at FROM wanted
ON CONFLICT (service_id, opens_at) DO UPDATE SET closes_at = excluded.closes_at

-- name: openings_written_until
UPDATE services SET openings_until = :until WHERE id = :service_id
