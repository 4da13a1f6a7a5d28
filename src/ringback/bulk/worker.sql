-- name: claim_job
-- The job of which least is done comes first: a small one need not wait for the end of a large one.
SELECT id, kind, actor_kind, actor_name, request, within, counts
FROM bulk_jobs
WHERE finished_at IS NULL
ORDER BY done, asked_at, id
LIMIT 1
FOR UPDATE SKIP LOCKED

-- name: take_batch
-- A statement of its own, after the lock: it sees what the last holder of the lock has left. Batches are done in order:
-- who looked for the first would pass over all that were deleted, ever more of them while a long export is under way.
DELETE FROM bulk_batches
WHERE job_id = :job_id AND first_position = (SELECT done + 1 FROM bulk_jobs WHERE id = :job_id)
RETURNING first_position, callback_ids

-- name: lock_callbacks
SELECT c.id, c.state, c.phone_number, s.name AS service, c.desired_at
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
WHERE c.id = ANY (:ids::uuid[]) AND (:within::int[] IS NULL OR c.service_id = ANY (:within))
ORDER BY c.id
FOR UPDATE OF c

-- name: add_items
INSERT INTO bulk_items (
    job_id, position, callback_id, phone_number, service, desired_at, state_before, is_done, outcome, reason,
    new_callback_id
)
SELECT :job_id, i.*
FROM jsonb_to_recordset(:items) AS i (
    position int, callback_id uuid, phone_number text, service text, desired_at timestamptz, state_before text,
    is_done boolean, outcome text, reason text, new_callback_id uuid
)

-- name: advance_job
UPDATE bulk_jobs
SET done = done + :done,
    succeeded = succeeded + :succeeded,
    counts = :counts,
    finished_at = CASE WHEN done + :done = total THEN :now::timestamptz END
WHERE id = :job_id
