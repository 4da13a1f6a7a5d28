-- name: indexes
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i
WHERE i.indrelid IN ('callbacks'::regclass, 'transitions'::regclass, 'phone_numbers'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)

-- name: services
INSERT INTO services (name, display_name, time_zone, trunk_id)
SELECT 'service-' || n, 'Service ' || n, 'Europe/Berlin', (SELECT min(id) FROM trunks)
FROM generate_series(1, :services) AS s(n)

-- name: agents
WITH made AS (
    INSERT INTO agents (name, display_name, endpoint)
    SELECT 'agent-' || n, 'Agent ' || n, 'sip:agent-' || n || '@127.0.0.1' FROM generate_series(1, :agents) AS s(n)
    RETURNING id
)
INSERT INTO agent_services (agent_id, service_id) SELECT id, 1 + id % :services FROM made

-- name: callbacks
-- Rows come in the order of their creation, as in life. `k` numbers the customers: of those who still wait each has a
-- number of its own, the others call now and then.
WITH drawn AS MATERIALIZED (
    SELECT
        n,
        random() AS when_it_is, random() AS hour, random() AS service, random() AS customer, random() AS what,
        random() AS ahead, random() AS took
    FROM generate_series(1, :callbacks::bigint) AS s(n)
), timed AS (
    SELECT
        *,
        CASE
            WHEN n <= 400 THEN :now::timestamptz - make_interval(secs => 1800 * hour)
            ELSE date_trunc('day', :now::timestamptz)
                + make_interval(
                    days => CASE
                        WHEN when_it_is < 0.9 THEN -1 - floor(14 * when_it_is / 0.9)::int
                        ELSE 1 + floor(31 * (when_it_is - 0.9) / 0.1)::int
                    END,
                    secs => 3600 * (7 + 13 * hour)
                )
        END AS desired_at,
        CASE
            WHEN n <= 40 THEN 'PROCESSING'
            WHEN n <= 60 THEN 'ROUTING'
            WHEN n <= 400 THEN 'QUEUED'
            WHEN when_it_is < 0.9 THEN 'COMPLETED'
            ELSE 'SCHEDULED'
        END AS state
    FROM drawn
), told AS (
    SELECT
        *,
        state = 'SCHEDULED' OR (n > 400 AND ahead < 0.3) AS is_scheduled,
        CASE WHEN state = 'COMPLETED' THEN
            CASE
                WHEN what < 0.78 THEN 'AGENT'
                WHEN what < 0.86 THEN 'NO_ANSWER'
                WHEN what < 0.89 THEN 'BUSY'
                WHEN what < 0.91 THEN 'ANSWERING_MACHINE'
                WHEN what < 0.94 THEN 'CANCELLED'
                WHEN what < 0.96 THEN 'CANCELLED_BY_ADMIN'
                WHEN what < 0.975 THEN 'CUSTOMER_HUNG_UP'
                WHEN what < 0.985 THEN 'EXPIRED'
                WHEN what < 0.99 THEN 'INVALID_NUMBER'
                WHEN what < 0.995 THEN 'AGENT_UNAVAILABLE'
                WHEN what < 0.998 THEN 'TELEPHONY_FAILED'
                ELSE 'UNKNOWN'
            END
        END AS result,
        CASE WHEN state = 'COMPLETED' THEN floor(customer * :callbacks * 0.6)::bigint ELSE n END AS k
    FROM timed
), complete AS (
    SELECT
        *,
        least(desired_at, :now) - CASE WHEN is_scheduled THEN make_interval(secs => 60 + 200000 * took) ELSE '0' END
            AS created_at,
        CASE
            WHEN state IN ('SCHEDULED', 'QUEUED') OR result IN ('CANCELLED', 'CANCELLED_BY_ADMIN', 'EXPIRED') THEN 0
            WHEN result IN ('NO_ANSWER', 'BUSY', 'ANSWERING_MACHINE', 'AGENT_UNAVAILABLE', 'TELEPHONY_FAILED') THEN 3
            ELSE 1 + (took * 1.2)::int
        END AS attempts,
        CASE WHEN state = 'COMPLETED' THEN desired_at + make_interval(secs => 30 + 1500 * took) END AS completed_at,
        1 + floor(:agents * took)::int AS an_agent,
        lpad((k * 7368787 % 9999991)::text, 7, '0') AS digits
    FROM told
)
INSERT INTO callbacks (
    id, service_id, phone_number, state, result, is_scheduled, desired_at, promised_local, promised_zone, slot_at,
    customer_name, language, channel, waits_alone, created_at, updated_at, queued_at, place_at, eligible_at, agent_id,
    last_agent_id, attempts, completed_at
)
SELECT
    uuidv7(created_at - clock_timestamp()),
    1 + floor(:services * service * service)::int,
    (ARRAY['+4930', '+4989', '+49221', '+44207', '+1202', '+1646', '+336'])[1 + k % 7] || digits,
    state, result, is_scheduled, desired_at, desired_at AT TIME ZONE 'Europe/Berlin', 'Europe/Berlin',
    CASE WHEN is_scheduled THEN date_bin('30 minutes', desired_at, '2000-01-01Z') END,
    CASE WHEN k % 3 <> 0 THEN
        (ARRAY['Ada', 'Boris', 'Chloe', 'Deniz', 'Elif', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonas'])[1 + k % 10]
        || ' ' || (ARRAY['Abel', 'Brandt', 'Cohen', 'Dubois', 'Ekdal', 'Fischer', 'Garcia'])[1 + k % 7]
    END,
    CASE WHEN k % 2 = 0 THEN 'en-US' END,
    (ARRAY['IVR', 'WEB', 'MOBILE'])[1 + n % 3],
    state <> 'COMPLETED',
    created_at,
    coalesce(completed_at, created_at),
    CASE WHEN state <> 'SCHEDULED' THEN desired_at END,
    CASE WHEN state <> 'SCHEDULED' THEN desired_at END,
    CASE WHEN state <> 'SCHEDULED' THEN desired_at END,
    CASE WHEN state = 'PROCESSING' THEN n WHEN state = 'ROUTING' THEN n END,
    CASE WHEN state IN ('PROCESSING', 'ROUTING') THEN n WHEN attempts > 0 THEN an_agent END,
    attempts,
    completed_at
FROM complete
ORDER BY created_at

-- name: phone_numbers
INSERT INTO phone_numbers SELECT phone_number, count(*) FROM callbacks GROUP BY phone_number

-- name: transitions
-- The shortest way that leads to where each callback is.
INSERT INTO transitions (
    callback_id, at, from_state, event, to_state, result, actor_kind, actor_name, reason, agent_id
)
SELECT
    c.id, step.at, step.from_state, step.event, step.to_state, CASE WHEN step.to_state = 'COMPLETED' THEN c.result END,
    'ENGINE', 'engine', 'made for a benchmark', CASE WHEN step.from_state = 'ROUTING' THEN c.last_agent_id END
FROM callbacks AS c
CROSS JOIN LATERAL (
    VALUES
        (true, c.created_at, NULL, CASE WHEN c.is_scheduled THEN 'SCHEDULED' ELSE 'REQUESTED' END,
            CASE WHEN c.is_scheduled THEN 'SCHEDULED' ELSE 'QUEUED' END),
        (c.is_scheduled AND c.state <> 'SCHEDULED', c.queued_at, 'SCHEDULED', 'PROMOTED', 'QUEUED'),
        (c.attempts > 0, c.queued_at + interval '10 s', 'QUEUED', 'AGENT_RESERVED', 'ROUTING'),
        (c.state = 'PROCESSING' OR c.result = 'AGENT', c.queued_at + interval '25 s', 'ROUTING', 'JOINED', 'PROCESSING'),
        (c.result = 'AGENT', c.completed_at, 'PROCESSING', 'FINISHED', 'COMPLETED'),
        (c.attempts > 0 AND c.result <> 'AGENT', c.completed_at, 'ROUTING', 'FAILED', 'COMPLETED'),
        (c.attempts = 0 AND c.result = 'EXPIRED', c.completed_at, 'QUEUED', 'EXPIRED', 'COMPLETED'),
        (c.attempts = 0 AND c.result LIKE 'CANCELLED%', c.completed_at, 'QUEUED', 'CANCELLED', 'COMPLETED')
) AS step(happened, at, from_state, event, to_state)
WHERE step.happened
