-- name: remove_callbacks
-- With all beneath them. One that is not counted yet, or whose call may still ring, stays for the next time.
WITH old AS (
    SELECT c.id
    FROM callbacks AS c
    WHERE c.desired_at < :before AND c.state = 'COMPLETED'
        AND NOT EXISTS (SELECT FROM uncounted AS u WHERE u.callback_id = c.id)
        AND NOT EXISTS (SELECT FROM attempts AS t WHERE t.callback_id = c.id AND t.closed_at IS NULL)
    ORDER BY c.desired_at
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)
DELETE FROM callbacks AS c USING old WHERE c.id = old.id

-- name: remove_offers
-- One that a callback was created from stays as long as that.
WITH old AS (
    SELECT o.id
    FROM offers AS o
    WHERE o.made_at < :before AND NOT EXISTS (SELECT FROM callbacks AS c WHERE c.offer_id = o.id)
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)
DELETE FROM offers AS o USING old WHERE o.id = old.id

-- name: remove_slots
WITH old AS (
    SELECT service_id, starts_at FROM slots WHERE starts_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED
)
DELETE FROM slots AS s USING old WHERE s.service_id = old.service_id AND s.starts_at = old.starts_at

-- name: remove_bulk_items
WITH old AS (
    SELECT i.job_id, i.position
    FROM bulk_jobs AS j
    JOIN bulk_items AS i ON i.job_id = j.id
    WHERE j.finished_at < :before
    LIMIT :limit
    FOR UPDATE OF i SKIP LOCKED
)
DELETE FROM bulk_items AS i USING old WHERE i.job_id = old.job_id AND i.position = old.position

-- name: remove_bulk_jobs
WITH old AS (
    SELECT j.id
    FROM bulk_jobs AS j
    WHERE j.finished_at < :before AND NOT EXISTS (SELECT FROM bulk_items AS i WHERE i.job_id = j.id)
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)
DELETE FROM bulk_jobs AS j USING old WHERE j.id = old.id
