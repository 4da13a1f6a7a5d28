-- name: ask
INSERT INTO erasures AS e (phone_number, asked_at, actor_kind, actor_name)
VALUES (:phone_number, :now, :actor_kind, :actor_name)
ON CONFLICT (phone_number) DO UPDATE
SET asked_at = greatest(e.asked_at, excluded.asked_at),
    actor_kind = excluded.actor_kind,
    actor_name = excluded.actor_name
RETURNING *

-- name: unfinished
SELECT * FROM erasures ORDER BY asked_at

-- name: claim_cancellable
SELECT id, state FROM callbacks
WHERE phone_number = :phone_number AND created_at <= :asked_at AND state IN ('SCHEDULED', 'QUEUED', 'ROUTING')
LIMIT :limit
FOR UPDATE SKIP LOCKED

-- name: claim_removable
-- A call that may still ring needs its rows: nobody may be rung twice.
SELECT c.id FROM callbacks AS c
WHERE c.phone_number = :phone_number AND c.created_at <= :asked_at AND c.state = 'COMPLETED'
    AND NOT EXISTS (SELECT FROM attempts AS t WHERE t.callback_id = c.id AND t.closed_at IS NULL)
LIMIT :limit
FOR UPDATE SKIP LOCKED

-- name: remove
DELETE FROM callbacks AS c
WHERE c.id = ANY (:ids::uuid[]) AND NOT EXISTS (SELECT FROM uncounted AS u WHERE u.callback_id = c.id)

-- name: finish
DELETE FROM erasures AS e
WHERE e.phone_number = :phone_number AND e.asked_at = :asked_at
    AND NOT EXISTS (SELECT FROM callbacks AS c WHERE c.phone_number = e.phone_number AND c.created_at <= e.asked_at)

-- name: forget_in_bulk_items
UPDATE bulk_items
SET phone_number = NULL, reason = replace(reason, :phone_number, '(erased)')
WHERE phone_number = :phone_number

-- name: remaining
SELECT count(*) FROM callbacks WHERE phone_number = :phone_number AND created_at <= :asked_at
