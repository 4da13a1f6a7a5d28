-- Records: what is counted of callbacks and outlives them, and the customers who are being forgotten.

-- Nothing may wait for longer after its desired time than its records are kept (records.retention.KEPT_DAYS).
UPDATE services SET expire_after_seconds = 1209600 WHERE expire_after_seconds > 1209600;
ALTER TABLE services
    ADD CONSTRAINT expiry_is_sensible CHECK (expire_after_seconds BETWEEN 1 AND 1209600);

-- Callbacks that completed and are not in the counts yet; counting one removes its row here, in one commit.
CREATE TABLE uncounted (
    callback_id uuid PRIMARY KEY REFERENCES callbacks ON DELETE CASCADE
);
INSERT INTO uncounted SELECT id FROM callbacks WHERE state = 'COMPLETED';

-- Those of the first schema were promised their window, and nothing else.
UPDATE callbacks AS c SET promised_by = c.desired_at + make_interval(secs => s.window_seconds)
FROM services AS s
WHERE s.id = c.service_id AND c.is_scheduled;

-- The one definition of what is counted of a COMPLETED callback; docs/records.md explains it.
CREATE VIEW measures AS
SELECT
    c.id AS callback_id,
    c.desired_at,
    date_trunc('hour', c.desired_at, s.time_zone) AS hour,
    s.time_zone,
    s.name AS service,
    s.is_practice,
    c.result,
    c.is_scheduled::int AS scheduled,
    c.attempts,
    (first_dial.at IS NOT NULL)::int AS dialled,
    coalesce(first_dial.at <= c.promised_by, false)::int AS on_time,
    coalesce(lateness.seconds > 0, false)::int AS late,
    round(coalesce(greatest(lateness.seconds, 0), 0))::bigint AS late_seconds,
    round(coalesce(greatest(extract(epoch FROM first_dial.at - c.desired_at), 0), 0))::bigint AS wait_seconds,
    round(coalesce(talk.seconds, 0))::bigint AS talk_seconds
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
CROSS JOIN LATERAL (
    SELECT min(l.dial_permitted_at) AS at FROM legs AS l WHERE l.callback_id = c.id AND l.role = 'CUSTOMER'
) AS first_dial
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM coalesce(first_dial.at, c.completed_at) - c.promised_by) AS seconds
) AS lateness
CROSS JOIN LATERAL (
    SELECT sum(extract(epoch FROM t.closed_at - t.joined_at)) AS seconds FROM attempts AS t WHERE t.callback_id = c.id
) AS talk;

-- What became of the callbacks of one hour (of their desired time, by the service's clock then), one row for each
-- result. No personal data.
CREATE TABLE hourly_counts (
    hour timestamptz NOT NULL,
    time_zone text NOT NULL,
    service text NOT NULL,
    is_practice boolean NOT NULL,
    result text NOT NULL,
    callbacks bigint NOT NULL,
    scheduled bigint NOT NULL,
    attempts bigint NOT NULL,
    dialled bigint NOT NULL,
    on_time bigint NOT NULL,
    late bigint NOT NULL,
    late_seconds bigint NOT NULL,
    wait_seconds bigint NOT NULL,
    talk_seconds bigint NOT NULL,
    PRIMARY KEY (hour, service, result, time_zone, is_practice)
);

-- Customers whose data is being removed. A row goes with the last of it; until then it has to hold the number.
CREATE TABLE erasures (
    phone_number text PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    CONSTRAINT erasure_actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE'))
);

-- Slots are removed when they are past, of all services at once.
CREATE INDEX slots_by_time ON slots (starts_at);
