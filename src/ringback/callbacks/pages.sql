-- A list is what waits and what is over, each found by its own indexes in its own order, and merged. A restriction
-- that is NULL is none; each query is planned for the values that it is given, so that those vanish from the plan.

-- part: uncompleted
c.state <> 'COMPLETED'
      AND (:states::text[] IS NULL OR (cardinality(:states) > 0 AND c.state = ANY (:states)))
      AND (:late_at::timestamptz IS NULL OR (c.desired_at < :late_at AND c.desired_at < (
          SELECT :late_at - make_interval(secs => s.window_seconds) FROM services AS s WHERE s.id = c.service_id
      )))
      AND {wanted}

-- part: completed
c.state = 'COMPLETED'
      AND (:results::text[] IS NULL OR (cardinality(:results) > 0 AND c.result = ANY (:results)))
      AND {wanted}

-- part: wanted
(:ids::uuid[] IS NULL OR c.id = ANY (:ids))
      AND (:from_at::timestamptz IS NULL OR c.desired_at >= :from_at)
      AND (:to_at::timestamptz IS NULL OR c.desired_at < :to_at)
      AND (:service_ids::int[] IS NULL OR (cardinality(:service_ids) > 0 AND c.service_id = ANY (:service_ids)))
      AND (:first_id::uuid IS NULL OR c.id BETWEEN :first_id AND :last_id::uuid)
      AND (:id_part::text IS NULL OR c.id::text LIKE '%' || :id_part || '%')
      AND (:digits::text IS NULL OR c.phone_number LIKE '%' || :digits || '%')
      AND (:desired_within::tstzmultirange IS NULL OR c.desired_at <@ :desired_within)
      AND (:updated_within::tstzmultirange IS NULL OR c.updated_at <@ :updated_within)

-- part: rows
callbacks

-- part: lines
callback_lines

-- part: every_callback
{rows} AS c

-- part: of_numbers
unnest(:numbers::text[]) AS n(phone_number) JOIN {rows} AS c ON c.phone_number = n.phone_number

-- part: desired_within
unnest(:starts::timestamptz[], :ends::timestamptz[]) AS w(starts_at, ends_at)
    JOIN {rows} AS c ON c.desired_at >= w.starts_at AND c.desired_at < w.ends_at

-- part: updated_within
-- OFFSET 0: these are few, and found first; the planner expects many and would walk along the list to meet them.
(
    SELECT c.*
    FROM unnest(:starts::timestamptz[], :ends::timestamptz[]) AS w(starts_at, ends_at)
    JOIN {rows} AS c ON c.updated_at >= w.starts_at AND c.updated_at < w.ends_at
    OFFSET 0
) AS c

-- What a list is sorted by. What is missing comes after everything else.

-- part: by_desired_at
c.desired_at

-- part: by_updated_at
c.updated_at

-- part: by_id
c.id

-- part: by_phone_number
c.phone_number

-- part: by_state
(c.state || coalesce(' ' || c.result, '')) COLLATE "C"

-- part: by_result
coalesce(' ' || c.result, '~') COLLATE "C"

-- part: by_service
s.key

-- part: by_customer_name
coalesce(' ' || lower(c.customer_name), '~') COLLATE "C"

-- part: by_agent
coalesce(a.key, '~')

-- part: by_attempts
c.attempts

-- What is joined for that. Each name is made ready to be compared once, and not for every callback.

-- part: no_names

-- part: names_of_services
-- Services in the order of the list: as soon as one of them has filled the page, the others are left unread.
JOIN (
    SELECT id, lower(name) COLLATE "C" AS key FROM services
    WHERE :after_id::uuid IS NULL OR lower(name) COLLATE "C" {beyond}= :after_key
    ORDER BY key {way}
) AS s ON s.id = c.service_id

-- part: names_of_agents
LEFT JOIN (
    SELECT id, ' ' || lower(name) COLLATE "C" AS key FROM agents ORDER BY key
) AS a ON a.id = CASE c.state WHEN 'COMPLETED' THEN c.last_agent_id ELSE c.agent_id END

-- part: ascending
ASC

-- part: descending
DESC

-- part: after
>

-- part: before
<

-- name: page
(
    SELECT c.id, {key} AS key
    FROM {source} {names}
    WHERE {uncompleted}
      AND (:after_id::uuid IS NULL OR ({key}, c.id) {beyond} (:after_key, :after_id))
    ORDER BY {key} {way}, c.id {way}
    LIMIT :limit
)
UNION ALL
(
    SELECT c.id, {key} AS key
    FROM {source} {names}
    WHERE {completed}
      AND (:after_id::uuid IS NULL OR ({key}, c.id) {beyond} (:after_key, :after_id))
    ORDER BY {key} {way}, c.id {way}
    LIMIT :limit
)
ORDER BY key {way}, id {way}
LIMIT :limit

-- name: total
SELECT count(*)
FROM (
    (SELECT FROM {source} WHERE {uncompleted} LIMIT :limit)
    UNION ALL
    (SELECT FROM {source} WHERE {completed} LIMIT :limit)
    LIMIT :limit
) AS counted

-- name: export
SELECT
    id, state, result, service, phone_number, customer_name, desired_at_utc, desired_at_local, created_at_utc,
    created_at_local, completed_at_utc, completed_at_local, time_zone, promised_local, promised_zone, is_scheduled,
    priority, language, channel, attempts, agent, recreated_from, user_data
FROM (
    (SELECT c.* FROM {source} WHERE {uncompleted} ORDER BY c.desired_at, c.id)
    UNION ALL
    (SELECT c.* FROM {source} WHERE {completed} ORDER BY c.desired_at, c.id)
) AS lines
ORDER BY desired_at, id

-- name: numbers_with
SELECT coalesce(array_agg(phone_number), '{}') AS phone_numbers
FROM (
    SELECT phone_number FROM phone_numbers WHERE phone_number LIKE '%' || :digits::text || '%' LIMIT :limit
) AS found

-- name: numbers_to_count
SELECT least(:most::int, greatest(:fewest::int, (reltuples * :share::float8)::int))
FROM pg_class WHERE oid = 'phone_numbers'::regclass

-- name: services_called
SELECT id FROM services
WHERE position(lower(:part::text) IN lower(name)) > 0 OR position(lower(:part) IN lower(display_name)) > 0

-- name: has_id_between
SELECT EXISTS (
    SELECT FROM callbacks
    WHERE id BETWEEN :first_id AND :last_id AND (:within::int[] IS NULL OR service_id = ANY (:within))
)

-- name: extent_of_desired_at
SELECT
    least(
        (SELECT min(desired_at) FROM callbacks WHERE state <> 'COMPLETED'),
        (SELECT min(desired_at) FROM callbacks WHERE state = 'COMPLETED')
    ) AS first_at,
    greatest(
        (SELECT max(desired_at) FROM callbacks WHERE state <> 'COMPLETED'),
        (SELECT max(desired_at) FROM callbacks WHERE state = 'COMPLETED')
    ) AS last_at

-- name: extent_of_updated_at
SELECT min(updated_at) AS first_at, max(updated_at) AS last_at FROM callbacks
