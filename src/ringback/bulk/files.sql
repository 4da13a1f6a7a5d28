-- Lines of services that whoever reads is not given (any more) are left out; one without a service was never found.

-- part: line
l.id, l.state, l.result, l.service, l.phone_number, l.customer_name, l.desired_at_utc, l.desired_at_local,
l.created_at_utc, l.created_at_local, l.completed_at_utc, l.completed_at_local, l.time_zone, l.promised_local,
l.promised_zone, l.is_scheduled, l.priority, l.language, l.channel, l.attempts, l.agent, l.recreated_from,
l.user_data

-- name: done_callbacks
SELECT
    {line}
FROM bulk_items AS i
JOIN callback_lines AS l ON l.id = coalesce(i.new_callback_id, i.callback_id)
WHERE i.job_id = :job_id AND i.is_done AND (:within::int[] IS NULL OR l.service_id = ANY (:within))
ORDER BY i.position

-- name: summary
SELECT
    i.callback_id AS id, i.phone_number, cell(i.service) AS service, utc_cell(i.desired_at) AS desired_at_utc,
    (i.desired_at AT TIME ZONE s.time_zone)::timestamp(0) AS desired_at_local, s.time_zone, i.state_before, i.outcome,
    cell(i.reason) AS reason, i.new_callback_id
FROM bulk_items AS i
LEFT JOIN services AS s ON s.name = i.service
WHERE i.job_id = :job_id AND (:within::int[] IS NULL OR i.service IS NULL OR s.id = ANY (:within))
ORDER BY i.position

-- name: recently_cancelled
SELECT
    {line}
FROM transitions AS t
JOIN callback_lines AS l ON l.id = t.callback_id
WHERE t.event = 'CANCELLED' AND t.actor_kind = :actor_kind AND t.actor_name = :actor_name AND t.at >= :since
  AND (:within::int[] IS NULL OR l.service_id = ANY (:within))
ORDER BY t.at, t.id

-- name: recent_summary
-- What was asked for in bulk, and what was cancelled by itself.
SELECT
    told.id, told.phone_number, cell(told.service) AS service, utc_cell(told.desired_at) AS desired_at_utc,
    (told.desired_at AT TIME ZONE s.time_zone)::timestamp(0) AS desired_at_local, s.time_zone, told.state_before,
    told.outcome, cell(told.reason) AS reason, told.new_callback_id
FROM (
    SELECT
        j.asked_at AS at, i.position, i.callback_id AS id, i.phone_number, i.service, i.desired_at, i.state_before,
        i.outcome, i.reason, i.new_callback_id
    FROM bulk_jobs AS j
    JOIN bulk_items AS i ON i.job_id = j.id
    WHERE j.kind = 'CANCELLATION' AND j.actor_kind = :actor_kind AND j.actor_name = :actor_name AND j.asked_at >= :since
    UNION ALL
    SELECT
        t.at, t.id, c.id, c.phone_number, s.name, c.desired_at, t.from_state, 'CANCELLED', t.reason, NULL
    FROM transitions AS t
    JOIN callbacks AS c ON c.id = t.callback_id
    JOIN services AS s ON s.id = c.service_id
    WHERE t.event = 'CANCELLED' AND t.actor_kind = :actor_kind AND t.actor_name = :actor_name AND t.at >= :since
      AND NOT EXISTS (
        SELECT
        FROM bulk_jobs AS j
        JOIN bulk_items AS i ON i.job_id = j.id
        WHERE j.kind = 'CANCELLATION' AND j.actor_kind = :actor_kind AND j.actor_name = :actor_name
          AND j.asked_at >= :since AND i.callback_id = t.callback_id AND i.is_done
      )
) AS told
LEFT JOIN services AS s ON s.name = told.service
WHERE :within::int[] IS NULL OR told.service IS NULL OR s.id = ANY (:within)
ORDER BY told.at, told.position
