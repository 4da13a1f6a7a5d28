-- Booking: when a service is open, what it can take, which numbers it calls, and through which trunk.

-- Where calls leave the telephony link: what can be paused when its calls fail alike, and what has channels.
CREATE TABLE trunks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    link_id text NOT NULL,
    channels int,
    calls_per_second double precision,
    next_dial_at timestamptz,
    paused_until timestamptz,
    pause_reason text,
    is_practice boolean NOT NULL DEFAULT false,
    CONSTRAINT one_trunk_per_name UNIQUE (name),
    CONSTRAINT trunk_name_fits_a_path CHECK (name ~ '^[^/[:cntrl:][:space:]]([^/[:cntrl:]]{0,62}[^/[:cntrl:][:space:]])?$'),
    CONSTRAINT trunk_limits_are_sensible CHECK (channels BETWEEN 1 AND 100000 AND calls_per_second BETWEEN 0.01 AND 1000),
    CONSTRAINT pause_has_a_reason CHECK (paused_until IS NULL OR pause_reason IS NOT NULL)
);
INSERT INTO trunks (name, link_id, is_practice)
SELECT link_id, link_id, bool_and(is_practice) FROM services WHERE link_id <> 'main' GROUP BY link_id;
INSERT INTO trunks (name, link_id) VALUES ('main', 'main');
ALTER TABLE links DROP COLUMN paused_until, DROP COLUMN pause_reason;

ALTER TABLE services
    ADD COLUMN mode text NOT NULL DEFAULT 'RUNNING',
    ADD COLUMN is_immediate_enabled boolean NOT NULL DEFAULT true,
    ADD COLUMN is_scheduled_enabled boolean NOT NULL DEFAULT true,
    ADD COLUMN route_point text NOT NULL DEFAULT '',
    ADD COLUMN trunk_id int REFERENCES trunks,
    ADD COLUMN default_priority int NOT NULL DEFAULT 0,
    ADD COLUMN at_closing text NOT NULL DEFAULT 'CARRY',
    ADD COLUMN number_limit int NOT NULL DEFAULT 6,
    ADD COLUMN number_limit_seconds int NOT NULL DEFAULT 86400,
    ADD COLUMN creation_limit int NOT NULL DEFAULT 0,
    ADD COLUMN creation_limit_seconds int NOT NULL DEFAULT 3600,
    ADD COLUMN queue_limit int NOT NULL DEFAULT 1000,
    ADD COLUMN hours jsonb,
    ADD COLUMN special_days jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN public_holidays jsonb,
    ADD COLUMN slot_minutes int NOT NULL DEFAULT 30,
    ADD COLUMN slot_capacity int,
    ADD COLUMN weekly_capacity jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN number_rules jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN calling_hours jsonb,
    ADD COLUMN openings_until timestamptz;
ALTER TABLE services
    ADD COLUMN is_always_open boolean NOT NULL
        GENERATED ALWAYS AS (hours IS NULL AND special_days = '[]' AND public_holidays IS NULL) STORED,
    ADD CONSTRAINT mode_is_known CHECK (mode IN ('RUNNING', 'PAUSED', 'DRAINING', 'CLOSED')),
    ADD CONSTRAINT at_closing_is_known CHECK (at_closing IN ('CARRY', 'EXPIRE')),
    ADD CONSTRAINT slots_divide_the_hour CHECK (slot_minutes IN (5, 10, 15, 30, 60)),
    ADD CONSTRAINT limits_are_sensible CHECK (
        number_limit BETWEEN 0 AND 100000
        AND number_limit_seconds BETWEEN 1 AND 1209600
        AND creation_limit BETWEEN 0 AND 10000000
        AND creation_limit_seconds BETWEEN 1 AND 1209600
        AND queue_limit BETWEEN 0 AND 1000000
        AND default_priority BETWEEN -1000 AND 1000
        AND slot_capacity BETWEEN 0 AND 1000000
    );
UPDATE services SET mode = 'CLOSED' WHERE NOT is_enabled;
UPDATE services AS s SET trunk_id = t.id FROM trunks AS t WHERE t.name = s.link_id;
ALTER TABLE services ALTER COLUMN trunk_id SET NOT NULL, DROP COLUMN is_enabled, DROP COLUMN link_id;
CREATE INDEX services_of_a_trunk ON services (trunk_id);

-- When a service with hours is open: written ahead from its hours, special days and holidays, for whoever dials.
CREATE TABLE openings (
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, opens_at),
    CONSTRAINT opens_before_it_closes CHECK (opens_at < closes_at)
);

-- The one definition in SQL of whether a service is open, and whether anything of it may be dialled.
CREATE FUNCTION is_open(s services, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT s.is_always_open OR EXISTS (
        SELECT FROM openings AS o WHERE o.service_id = s.id AND o.opens_at <= at AND o.closes_at > at
    )
$$;
CREATE FUNCTION may_dial(s services, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT s.mode IN ('RUNNING', 'DRAINING') AND is_open(s, at)
$$;

-- How many seats of each slot are taken. `capacity` is what it was when the last seat was taken; NULL: no limit.
CREATE TABLE slots (
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    booked int NOT NULL,
    capacity int,
    PRIMARY KEY (service_id, starts_at),
    CONSTRAINT booked_at_most_capacity CHECK (booked >= 0 AND (capacity IS NULL OR booked <= capacity))
);

-- What a customer was told before asking.
CREATE TABLE offers (
    id uuid PRIMARY KEY,
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    offers_immediate boolean NOT NULL,
    offers_scheduled boolean NOT NULL,
    place int NOT NULL,
    wait_low_seconds int,
    wait_point_seconds int,
    wait_high_seconds int
);
CREATE INDEX offers_by_time ON offers (made_at);
CREATE INDEX offers_of_a_service ON offers (service_id);

ALTER TABLE callbacks
    ADD COLUMN zone_is_stated boolean NOT NULL DEFAULT false,
    ADD COLUMN slot_at timestamptz,
    ADD COLUMN promised_by timestamptz,
    ADD COLUMN offer_id uuid REFERENCES offers ON DELETE SET NULL,
    ADD COLUMN recreated_from uuid REFERENCES callbacks ON DELETE SET NULL,
    ADD COLUMN attempts int NOT NULL DEFAULT 0,
    ADD COLUMN last_agent_id int REFERENCES agents;
UPDATE callbacks AS c
SET attempts = tries.count, last_agent_id = tries.last_agent_id
FROM (
    SELECT callback_id, count(*) AS count, (array_agg(agent_id ORDER BY number DESC))[1] AS last_agent_id
    FROM attempts GROUP BY callback_id
) AS tries
WHERE tries.callback_id = c.id;
CREATE INDEX callbacks_of_a_number_by_creation ON callbacks (phone_number, created_at);
CREATE INDEX callbacks_recreated_from ON callbacks (recreated_from) WHERE recreated_from IS NOT NULL;
CREATE INDEX callbacks_of_an_offer ON callbacks (offer_id) WHERE offer_id IS NOT NULL;
CREATE INDEX callbacks_of_a_service_by_creation ON callbacks (service_id, created_at);

ALTER TABLE attempts ADD COLUMN trunk_id int REFERENCES trunks;
UPDATE attempts AS a SET trunk_id = t.id FROM trunks AS t WHERE t.name = a.link_id;
UPDATE attempts AS a SET trunk_id = s.trunk_id FROM services AS s WHERE s.id = a.service_id AND a.trunk_id IS NULL;
ALTER TABLE attempts ALTER COLUMN trunk_id SET NOT NULL;
DROP INDEX closed_attempts_of_a_link;
CREATE INDEX closed_attempts_of_a_trunk ON attempts (trunk_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX open_attempts_of_a_trunk ON attempts (trunk_id) WHERE closed_at IS NULL;

-- The customer's name as spoken, WAV.
CREATE TABLE name_recordings (
    callback_id uuid PRIMARY KEY REFERENCES callbacks ON DELETE CASCADE,
    audio bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT recording_is_at_most_1_mb CHECK (octet_length(audio) <= 1048576)
);
ALTER TABLE name_recordings ALTER COLUMN audio SET STORAGE EXTERNAL;

-- What the telephone system says of the callers who hold on the line.
CREATE TABLE live_queues (
    service_id int PRIMARY KEY REFERENCES services ON DELETE CASCADE,
    waiting int NOT NULL,
    longest_wait_seconds int,
    answered int,
    answered_within_seconds int,
    reported_at timestamptz NOT NULL,
    CONSTRAINT live_queue_is_sensible CHECK (
        waiting BETWEEN 0 AND 1000000
        AND longest_wait_seconds BETWEEN 0 AND 604800
        AND answered BETWEEN 0 AND 1000000
        AND answered_within_seconds BETWEEN 1 AND 86400
        AND (answered IS NULL) = (answered_within_seconds IS NULL)
    )
);

ALTER TABLE transitions
    DROP CONSTRAINT transition_is_legal,
    ADD CONSTRAINT transition_is_legal CHECK (
        (coalesce(from_state, ''), event, to_state) IN (
            ('', 'SCHEDULED', 'SCHEDULED'),
            ('', 'REQUESTED', 'QUEUED'),
            ('SCHEDULED', 'RESCHEDULED', 'SCHEDULED'),
            ('SCHEDULED', 'PROMOTED', 'QUEUED'),
            ('SCHEDULED', 'CALLED_NOW', 'QUEUED'),
            ('SCHEDULED', 'CLAIMED', 'COMPLETED'),
            ('SCHEDULED', 'CANCELLED', 'COMPLETED'),
            ('SCHEDULED', 'EXPIRED', 'COMPLETED'),
            ('QUEUED', 'AGENT_RESERVED', 'ROUTING'),
            ('QUEUED', 'BLOCKED', 'COMPLETED'),
            ('QUEUED', 'CLAIMED', 'COMPLETED'),
            ('QUEUED', 'CANCELLED', 'COMPLETED'),
            ('QUEUED', 'EXPIRED', 'COMPLETED'),
            ('ROUTING', 'AGENT_LOST', 'ROUTING'),
            ('ROUTING', 'NEXT_AGENT_RESERVED', 'ROUTING'),
            ('ROUTING', 'JOINED', 'PROCESSING'),
            ('ROUTING', 'REQUEUED', 'QUEUED'),
            ('ROUTING', 'FAILED', 'COMPLETED'),
            ('ROUTING', 'CLAIMED', 'COMPLETED'),
            ('ROUTING', 'CANCELLED', 'COMPLETED'),
            ('PROCESSING', 'FINISHED', 'COMPLETED'),
            ('PROCESSING', 'FAILED', 'COMPLETED')
        )
    );
