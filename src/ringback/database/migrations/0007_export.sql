-- A callback as a line of a table for people and their spreadsheets.

-- A spreadsheet would take a text that begins like this for a formula, and run it.
CREATE FUNCTION cell(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN left(value, 1) IN ('=', '+', '-', '@', E'\t', E'\r', E'\n') THEN '''' || value ELSE value END
$$;

-- To the second, such as 2026-11-24T08:00:00Z. The session's time zone must be UTC, as it is where exports are read.
CREATE FUNCTION utc_cell(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT replace(at::timestamp(0)::text, ' ', 'T') || 'Z'
$$;

-- `desired_at`, `updated_at` and `service_id` are for conditions. A phone number is a plus and digits, which is no
-- formula, so it stays as it is.
CREATE VIEW callback_lines AS
SELECT
    c.id,
    c.state,
    c.result,
    cell(s.name) AS service,
    c.phone_number,
    cell(c.customer_name) AS customer_name,
    c.desired_at,
    utc_cell(c.desired_at) AS desired_at_utc,
    (c.desired_at AT TIME ZONE s.time_zone)::timestamp(0) AS desired_at_local,
    utc_cell(c.created_at) AS created_at_utc,
    (c.created_at AT TIME ZONE s.time_zone)::timestamp(0) AS created_at_local,
    utc_cell(c.completed_at) AS completed_at_utc,
    (c.completed_at AT TIME ZONE s.time_zone)::timestamp(0) AS completed_at_local,
    s.time_zone,
    c.promised_local::timestamp(0) AS promised_local,
    c.promised_zone,
    c.is_scheduled,
    c.priority,
    cell(c.language) AS language,
    c.channel,
    c.attempts,
    cell(a.name) AS agent,
    c.recreated_from,
    nullif(c.user_data, '{}') AS user_data,
    c.service_id,
    c.updated_at
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
LEFT JOIN agents AS a ON a.id = c.last_agent_id;
