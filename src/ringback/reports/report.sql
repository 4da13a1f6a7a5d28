-- name: periods
-- Whole hours or days (of the service's clock when it was counted) that overlap with the time asked for: what is
-- counted, what completed and is not counted yet, and what is open, each callback once.
WITH hours AS (
    SELECT hour, time_zone, service, is_practice, result, callbacks, scheduled, attempts, dialled, on_time, late,
        late_seconds, wait_seconds, talk_seconds
    FROM hourly_counts
    WHERE hour > :from_at::timestamptz - interval '26 hours' AND hour < :to_at::timestamptz + interval '26 hours'
    UNION ALL
    SELECT m.hour, m.time_zone, m.service, m.is_practice, m.result, 1, m.scheduled, m.attempts, m.dialled, m.on_time,
        m.late, m.late_seconds, m.wait_seconds, m.talk_seconds
    FROM uncounted AS u
    JOIN measures AS m ON m.callback_id = u.callback_id
    WHERE m.desired_at > :from_at::timestamptz - interval '27 hours'
        AND m.desired_at < :to_at::timestamptz + interval '27 hours'
    UNION ALL
    SELECT date_trunc('hour', c.desired_at, s.time_zone), s.time_zone, s.name, s.is_practice, NULL, count(*),
        sum(c.is_scheduled::int), 0, 0, 0, 0, 0, 0, 0
    FROM callbacks AS c
    JOIN services AS s ON s.id = c.service_id
    WHERE c.state <> 'COMPLETED'
        AND c.desired_at > :from_at::timestamptz - interval '27 hours'
        AND c.desired_at < :to_at::timestamptz + interval '27 hours'
    GROUP BY date_trunc('hour', c.desired_at, s.time_zone), s.time_zone, s.name, s.is_practice
), results AS (
    SELECT service, is_practice, time_zone, date_trunc(:per::text, hour, time_zone) AS starts_at, result,
        sum(callbacks) AS callbacks, sum(scheduled) AS scheduled, sum(attempts) AS attempts, sum(dialled) AS dialled,
        sum(on_time) AS on_time, sum(late) AS late, sum(late_seconds) AS late_seconds,
        sum(wait_seconds) AS wait_seconds, sum(talk_seconds) AS talk_seconds
    FROM hours
    WHERE :services::text[] IS NULL OR service = ANY (:services)
    GROUP BY service, is_practice, time_zone, date_trunc(:per::text, hour, time_zone), result
)
SELECT
    service, is_practice, time_zone, starts_at, starts_at AT TIME ZONE time_zone AS local_start,
    sum(callbacks)::bigint AS asked,
    sum(scheduled)::bigint AS scheduled,
    coalesce(sum(callbacks) FILTER (WHERE result IS NULL), 0)::bigint AS open,
    coalesce(jsonb_object_agg(result, callbacks) FILTER (WHERE result IS NOT NULL), '{}') AS results,
    sum(attempts)::bigint AS attempts,
    sum(dialled)::bigint AS dialled,
    sum(on_time)::bigint AS on_time,
    sum(late)::bigint AS late,
    sum(late_seconds)::bigint AS late_seconds,
    sum(wait_seconds)::bigint AS wait_seconds,
    sum(talk_seconds)::bigint AS talk_seconds
FROM results
WHERE starts_at < :to_at
    AND :from_at < CASE :per::text
        WHEN 'day' THEN (starts_at AT TIME ZONE time_zone + interval '1 day') AT TIME ZONE time_zone
        ELSE starts_at + interval '1 hour'
    END
GROUP BY service, is_practice, time_zone, starts_at
ORDER BY starts_at, service, is_practice, time_zone

-- name: never_heard_of
SELECT name FROM unnest(:names::text[]) AS asked (name)
WHERE NOT EXISTS (SELECT FROM services AS s WHERE s.name = asked.name)
    AND NOT EXISTS (SELECT FROM hourly_counts AS h WHERE h.service = asked.name)
LIMIT 1
