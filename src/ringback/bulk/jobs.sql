-- part: in_range
desired_at >= :from_at AND desired_at < :to_at AND state = ANY (:states::text[])
  AND (:service_ids::int[] IS NULL OR service_id = ANY (:service_ids))
  AND (:results::text[] IS NULL OR result = ANY (:results))
  AND (:late_at::timestamptz IS NULL OR state = 'COMPLETED' OR desired_at < (
      SELECT :late_at - make_interval(secs => s.window_seconds) FROM services AS s WHERE s.id = service_id
  ))

-- part: jobs
SELECT id, kind, actor_kind, actor_name, asked_at, request, total, done, succeeded, counts, finished_at
FROM bulk_jobs

-- name: add_job
INSERT INTO bulk_jobs (id, kind, actor_kind, actor_name, asked_at, request, request_hash, idempotency_key, within)
VALUES (:id, :kind, :actor_kind, :actor_name, :now, :request, :request_hash, :idempotency_key, :within)
ON CONFLICT ON CONSTRAINT one_bulk_job_per_idempotency_key DO NOTHING

-- name: job_of_key
SELECT id, request_hash
FROM bulk_jobs
WHERE actor_kind = :actor_kind AND actor_name = :actor_name AND idempotency_key = :idempotency_key

-- name: freeze_ids
INSERT INTO bulk_batches (job_id, first_position, callback_ids)
SELECT :job_id, min(position), array_agg(id ORDER BY position)
FROM unnest(:ids::uuid[]) WITH ORDINALITY AS asked (id, position)
GROUP BY (position - 1) / :size::int
RETURNING cardinality(callback_ids)

-- name: freeze_range
-- One by one, the earliest comes first. A batch of many is done in a fraction of the time when its rows lie together,
-- which those do that were created one after the other, as their ids were.
INSERT INTO bulk_batches (job_id, first_position, callback_ids)
SELECT :job_id, min(position), array_agg(id ORDER BY position)
FROM (
    SELECT id, row_number() OVER (ORDER BY CASE WHEN :size::int = 1 THEN desired_at END, id) AS position
    FROM callbacks
    WHERE {in_range}
) AS found
GROUP BY (position - 1) / :size::int
RETURNING cardinality(callback_ids)

-- name: set_total
UPDATE bulk_jobs SET total = :total, finished_at = CASE WHEN :total = 0 THEN :now::timestamptz END WHERE id = :id

-- name: states_of_ids
SELECT state, count(*) AS number
FROM callbacks
WHERE id = ANY (:ids::uuid[]) AND (:within::int[] IS NULL OR service_id = ANY (:within))
GROUP BY state

-- name: states_in_range
SELECT state, count(*) AS number
FROM callbacks
WHERE {in_range}
GROUP BY state

-- name: job
{jobs}
WHERE id = :id AND kind = :kind

-- name: jobs_of_actor
{jobs}
WHERE actor_kind = :actor_kind AND actor_name = :actor_name AND kind = :kind AND asked_at >= :since
ORDER BY asked_at DESC, id DESC

-- name: is_of_actor
SELECT EXISTS (SELECT FROM bulk_jobs WHERE id = :id AND actor_kind = :actor_kind AND actor_name = :actor_name)

-- name: recent_jobs
{jobs}
WHERE asked_at >= :since
ORDER BY asked_at DESC, id DESC

-- name: job_ending
{jobs}
WHERE id::text LIKE '%' || :ending::text
ORDER BY asked_at DESC
LIMIT 1

-- name: waiting
SELECT coalesce(sum(total - done), 0) FROM bulk_jobs WHERE finished_at IS NULL

-- name: items
-- As they were, with what they are now. Those of services that whoever reads is not given (any more) are left out.
SELECT
    i.position, i.callback_id, i.phone_number, i.service, i.desired_at, i.state_before, i.is_done, i.outcome, i.reason,
    i.new_callback_id, c.state, c.result, c.desired_at AS desired_at_now, i.phone_number AS phone_number_formatted
FROM bulk_items AS i
LEFT JOIN services AS s ON s.name = i.service
LEFT JOIN callbacks AS c ON c.id = i.callback_id
    AND (:within::int[] IS NULL OR c.service_id = ANY (:within))
WHERE i.job_id = :job_id AND i.position > :after AND (:is_done::boolean IS NULL OR i.is_done = :is_done)
  AND (:within::int[] IS NULL OR i.service IS NULL OR s.id = ANY (:within))
ORDER BY i.position
LIMIT :limit

-- name: has_cancelled
SELECT EXISTS (
    SELECT
    FROM transitions
    WHERE event = 'CANCELLED' AND actor_kind = :actor_kind AND actor_name = :actor_name AND at >= :since
)
