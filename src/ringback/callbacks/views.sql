-- name: shown
SELECT
    c.id, c.service_id, s.name AS service, c.phone_number, c.state, c.result, c.is_scheduled, c.desired_at,
    c.promised_local, c.promised_zone, c.customer_name, c.language, c.channel, c.priority, c.user_data,
    c.created_at, c.updated_at, c.queued_at, c.place_at, c.eligible_at, c.completed_at,
    c.promised_by, c.recreated_from,
    a.name AS agent, c.attempts,
    EXISTS (SELECT FROM name_recordings AS r WHERE r.callback_id = c.id) AS has_name_recording,
    coalesce(sides.rung, '{}') AS rung,
    coalesce(sides.answered, '{}') AS answered
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
LEFT JOIN LATERAL (
    SELECT
        array_agg(l.role) FILTER (WHERE l.answered_at IS NULL AND l.dial_permitted_at IS NOT NULL) AS rung,
        array_agg(l.role) FILTER (WHERE l.answered_at IS NOT NULL) AS answered
    FROM legs AS l
    WHERE l.callback_id = c.id AND l.ended_at IS NULL AND c.state IN ('ROUTING', 'PROCESSING')
) AS sides ON true
LEFT JOIN agents AS a ON a.id = CASE c.state WHEN 'COMPLETED' THEN c.last_agent_id ELSE c.agent_id END
WHERE c.id = ANY (:ids::uuid[])
ORDER BY c.desired_at, c.id

-- name: page_forward
SELECT id, desired_at
FROM callbacks
WHERE (:after_at::timestamptz IS NULL OR (desired_at, id) > (:after_at, :after_id::uuid))
  AND (:from_at::timestamptz IS NULL OR desired_at >= :from_at)
  AND (:to_at::timestamptz IS NULL OR desired_at < :to_at)
  AND (:service_ids::int[] IS NULL OR service_id = ANY (:service_ids))
  AND (:states::text[] IS NULL OR state = ANY (:states))
  AND (:result::text IS NULL OR result = :result)
ORDER BY desired_at, id
LIMIT :limit

-- name: page_backward
SELECT id, desired_at
FROM callbacks
WHERE (:after_at::timestamptz IS NULL OR (desired_at, id) < (:after_at, :after_id::uuid))
  AND (:from_at::timestamptz IS NULL OR desired_at >= :from_at)
  AND (:to_at::timestamptz IS NULL OR desired_at < :to_at)
  AND (:service_ids::int[] IS NULL OR service_id = ANY (:service_ids))
  AND (:states::text[] IS NULL OR state = ANY (:states))
  AND (:result::text IS NULL OR result = :result)
ORDER BY desired_at DESC, id DESC
LIMIT :limit

-- name: total
SELECT count(*)
FROM (
    SELECT
    FROM callbacks
    WHERE true
      AND (:from_at::timestamptz IS NULL OR desired_at >= :from_at)
      AND (:to_at::timestamptz IS NULL OR desired_at < :to_at)
      AND (:service_ids::int[] IS NULL OR service_id = ANY (:service_ids))
      AND (:states::text[] IS NULL OR state = ANY (:states))
      AND (:result::text IS NULL OR result = :result)
    LIMIT :limit
) AS counted
