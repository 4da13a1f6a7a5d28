-- The spine: callbacks and what happens to them, the agents and links that it happens through, and who may ask.
-- Hard rules are constraints and unique indexes, named for the rule (docs/architecture.md lists them).

-- A connection to a telephone system. One engine holds it at a time: `token` grows with each holder, and whatever
-- was committed under an older token may not act any more.
CREATE TABLE links (
    id text PRIMARY KEY,
    adapter text NOT NULL,
    holder text,
    token bigint NOT NULL DEFAULT 0,
    expires_at timestamptz,
    released_at timestamptz,
    is_up boolean NOT NULL DEFAULT false,
    epoch text,
    problem text,
    paused_until timestamptz,
    pause_reason text,
    CONSTRAINT lease_ends_only_when_held CHECK ((holder IS NULL) = (expires_at IS NULL)),
    CONSTRAINT up_only_when_held CHECK (NOT is_up OR holder IS NOT NULL)
);

CREATE TABLE services (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    display_name text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    time_zone text NOT NULL DEFAULT 'UTC',
    default_region text,
    link_id text NOT NULL DEFAULT 'main',
    strategy text NOT NULL DEFAULT 'CUSTOMER_FIRST',
    caller_id text NOT NULL DEFAULT '',
    caller_name text NOT NULL DEFAULT '',
    window_seconds int NOT NULL DEFAULT 120,
    ring_timeout_seconds int NOT NULL DEFAULT 30,
    agent_ring_timeout_seconds int NOT NULL DEFAULT 30,
    reserve_timeout_seconds int NOT NULL DEFAULT 30,
    customer_hold_seconds int NOT NULL DEFAULT 60,
    max_talk_seconds int NOT NULL DEFAULT 7200,
    wrap_up_seconds int NOT NULL DEFAULT 45,
    agent_no_answer_limit int NOT NULL DEFAULT 1,
    dial_attempts int NOT NULL DEFAULT 3,
    retries jsonb NOT NULL DEFAULT '{}',
    max_waiting_per_number int NOT NULL DEFAULT 1,
    expire_after_seconds int NOT NULL DEFAULT 86400,
    early_seconds int NOT NULL DEFAULT 300,
    priority_step_seconds int NOT NULL DEFAULT 60,
    is_practice boolean NOT NULL DEFAULT false,
    CONSTRAINT one_service_per_name UNIQUE (name),
    CONSTRAINT service_name_fits_a_path CHECK (name ~ '^[^/[:cntrl:][:space:]]([^/[:cntrl:]]{0,62}[^/[:cntrl:][:space:]])?$'),
    CONSTRAINT strategy_is_known CHECK (strategy IN ('CUSTOMER_FIRST', 'AGENT_FIRST')),
    CONSTRAINT seconds_are_sensible CHECK (
        window_seconds BETWEEN 1 AND 86400
        AND ring_timeout_seconds BETWEEN 1 AND 300
        AND agent_ring_timeout_seconds BETWEEN 1 AND 300
        AND reserve_timeout_seconds BETWEEN 1 AND 3600
        AND customer_hold_seconds BETWEEN 0 AND 3600
        AND max_talk_seconds BETWEEN 1 AND 86400
        AND wrap_up_seconds BETWEEN 0 AND 3600
        AND expire_after_seconds BETWEEN 1 AND 2678400
        AND early_seconds BETWEEN 0 AND 3600
        AND priority_step_seconds BETWEEN 0 AND 86400
    ),
    CONSTRAINT counts_are_sensible CHECK (
        dial_attempts BETWEEN 1 AND 100
        AND agent_no_answer_limit BETWEEN 1 AND 100
        AND max_waiting_per_number BETWEEN 0 AND 1000
    )
);

CREATE TABLE agents (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    display_name text NOT NULL,
    endpoint text NOT NULL,
    presence text NOT NULL DEFAULT 'OFFLINE',
    presence_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    presence_reason text,
    wanted_presence text,
    wanted_reason text,
    idle_since timestamptz,
    wrap_up_ends_at timestamptz,
    missed_calls int NOT NULL DEFAULT 0,
    is_practice boolean NOT NULL DEFAULT false,
    CONSTRAINT one_agent_per_name UNIQUE (name),
    CONSTRAINT presence_is_known CHECK (
        presence IN ('READY', 'NOT_READY', 'BUSY_ELSEWHERE', 'RESERVED', 'TALKING', 'WRAP_UP', 'OFFLINE')
    ),
    CONSTRAINT wanted_presence_only_while_engaged CHECK (
        wanted_presence IS NULL
        OR (
            presence IN ('RESERVED', 'TALKING')
            AND wanted_presence IN ('READY', 'NOT_READY', 'BUSY_ELSEWHERE', 'OFFLINE')
        )
    ),
    CONSTRAINT wrap_up_ends_only_in_wrap_up CHECK ((wrap_up_ends_at IS NOT NULL) = (presence = 'WRAP_UP'))
);
CREATE INDEX ready_agents_longest_idle_first ON agents (idle_since, id) WHERE presence = 'READY';
CREATE INDEX agents_in_wrap_up ON agents (wrap_up_ends_at) WHERE presence = 'WRAP_UP';

CREATE TABLE agent_services (
    agent_id int NOT NULL REFERENCES agents ON DELETE CASCADE,
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    PRIMARY KEY (agent_id, service_id)
);
CREATE INDEX agents_of_a_service ON agent_services (service_id, agent_id);

CREATE TABLE api_keys (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    key_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    is_practice boolean NOT NULL DEFAULT false,
    CONSTRAINT one_api_key_per_name UNIQUE (name),
    CONSTRAINT one_api_key_per_hash UNIQUE (key_hash),
    CONSTRAINT scopes_are_known CHECK (
        cardinality(scopes) > 0 AND scopes <@ ARRAY['create', 'read', 'manage', 'agents']
    )
);

CREATE TABLE callbacks (
    id uuid PRIMARY KEY,
    service_id int NOT NULL REFERENCES services,
    phone_number text NOT NULL,
    state text NOT NULL,
    result text,
    is_scheduled boolean NOT NULL,
    desired_at timestamptz NOT NULL,
    promised_local timestamp NOT NULL,
    promised_zone text NOT NULL,
    priority int NOT NULL DEFAULT 0,
    customer_name text,
    language text,
    channel text,
    user_data jsonb NOT NULL DEFAULT '{}',
    waits_alone boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    queued_at timestamptz,
    place_at timestamptz,
    eligible_at timestamptz,
    customer_held_until timestamptz,
    agent_id int REFERENCES agents,
    completed_at timestamptz,
    CONSTRAINT state_is_known CHECK (state IN ('SCHEDULED', 'QUEUED', 'ROUTING', 'PROCESSING', 'COMPLETED')),
    CONSTRAINT result_is_known CHECK (
        result IN (
            'AGENT', 'BUSY', 'NO_ANSWER', 'UNREACHABLE', 'ANSWERING_MACHINE', 'REJECTED', 'CUSTOMER_HUNG_UP',
            'INVALID_NUMBER', 'TELEPHONY_FAILED', 'AGENT_UNAVAILABLE', 'UNKNOWN', 'CANCELLED', 'CANCELLED_BY_ADMIN',
            'BLOCKED_NUMBER', 'EXPIRED', 'CLAIMED_BY_CALLER'
        )
    ),
    CONSTRAINT result_exactly_when_completed CHECK ((result IS NOT NULL) = (state = 'COMPLETED')),
    CONSTRAINT completed_at_exactly_when_completed CHECK ((completed_at IS NOT NULL) = (state = 'COMPLETED')),
    CONSTRAINT agent_only_in_routing_and_processing CHECK (
        CASE state
            WHEN 'PROCESSING' THEN agent_id IS NOT NULL
            WHEN 'ROUTING' THEN (agent_id IS NULL) = (customer_held_until IS NOT NULL)
            ELSE agent_id IS NULL
        END
    ),
    CONSTRAINT customer_held_only_in_routing CHECK (customer_held_until IS NULL OR state = 'ROUTING'),
    CONSTRAINT place_in_queue_from_queued_on CHECK (
        CASE state
            WHEN 'SCHEDULED' THEN num_nonnulls(queued_at, place_at, eligible_at) = 0
            WHEN 'COMPLETED' THEN num_nonnulls(queued_at, place_at, eligible_at) IN (0, 3)
            ELSE num_nonnulls(queued_at, place_at, eligible_at) = 3
        END
    ),
    CONSTRAINT only_scheduled_ones_begin_scheduled CHECK (state <> 'SCHEDULED' OR is_scheduled)
);
CREATE UNIQUE INDEX one_uncompleted_callback_per_service_and_number
    ON callbacks (service_id, phone_number) WHERE state <> 'COMPLETED' AND waits_alone;
CREATE INDEX uncompleted_callbacks_of_a_number ON callbacks (phone_number, service_id) WHERE state <> 'COMPLETED';
CREATE INDEX uncompleted_callbacks_of_a_service ON callbacks (service_id, state) WHERE state <> 'COMPLETED';
CREATE INDEX queue_in_order ON callbacks (service_id, place_at, id) WHERE state = 'QUEUED';
CREATE INDEX queue_by_desired_time ON callbacks (service_id, desired_at) WHERE state = 'QUEUED';
CREATE INDEX scheduled_by_desired_time ON callbacks (service_id, desired_at) WHERE state = 'SCHEDULED';
CREATE INDEX callbacks_by_desired_time ON callbacks (desired_at, id);
CREATE INDEX callbacks_of_a_service_by_desired_time ON callbacks (service_id, desired_at, id);
CREATE INDEX callbacks_with_a_result_by_desired_time ON callbacks (result, desired_at, id) WHERE result IS NOT NULL;
CREATE INDEX callbacks_in_a_state_by_desired_time ON callbacks (state, desired_at, id);

-- The same key and body give the same answer, which is kept word for word.
CREATE TABLE idempotency_keys (
    api_key_id int NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    idempotency_key text NOT NULL,
    request_hash bytea NOT NULL,
    callback_id uuid NOT NULL REFERENCES callbacks ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    answer bytea,
    created_at timestamptz NOT NULL,
    CONSTRAINT one_answer_per_idempotency_key PRIMARY KEY (api_key_id, idempotency_key)
);
CREATE INDEX idempotency_keys_of_a_callback ON idempotency_keys (callback_id);

CREATE TABLE transitions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    callback_id uuid NOT NULL REFERENCES callbacks ON DELETE CASCADE,
    at timestamptz NOT NULL,
    from_state text,
    event text NOT NULL,
    to_state text NOT NULL,
    result text,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    reason text NOT NULL,
    agent_id int REFERENCES agents,
    attempt_id uuid,
    CONSTRAINT actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE')),
    CONSTRAINT result_exactly_when_completing CHECK ((result IS NOT NULL) = (to_state = 'COMPLETED')),
    CONSTRAINT transition_is_legal CHECK (
        (coalesce(from_state, ''), event, to_state) IN (
            ('', 'SCHEDULED', 'SCHEDULED'),
            ('', 'REQUESTED', 'QUEUED'),
            ('SCHEDULED', 'RESCHEDULED', 'SCHEDULED'),
            ('SCHEDULED', 'PROMOTED', 'QUEUED'),
            ('SCHEDULED', 'CANCELLED', 'COMPLETED'),
            ('SCHEDULED', 'EXPIRED', 'COMPLETED'),
            ('QUEUED', 'AGENT_RESERVED', 'ROUTING'),
            ('QUEUED', 'CANCELLED', 'COMPLETED'),
            ('QUEUED', 'EXPIRED', 'COMPLETED'),
            ('ROUTING', 'AGENT_LOST', 'ROUTING'),
            ('ROUTING', 'NEXT_AGENT_RESERVED', 'ROUTING'),
            ('ROUTING', 'JOINED', 'PROCESSING'),
            ('ROUTING', 'REQUEUED', 'QUEUED'),
            ('ROUTING', 'FAILED', 'COMPLETED'),
            ('ROUTING', 'CANCELLED', 'COMPLETED'),
            ('PROCESSING', 'FINISHED', 'COMPLETED'),
            ('PROCESSING', 'FAILED', 'COMPLETED')
        )
    )
);
CREATE INDEX transitions_of_a_callback ON transitions (callback_id, id);
CREATE UNIQUE INDEX completed_once ON transitions (callback_id) WHERE to_state = 'COMPLETED';
CREATE UNIQUE INDEX created_once ON transitions (callback_id) WHERE from_state IS NULL;

-- One try to join customer and agent. It is open from the reservation until none of its legs can ring or talk.
CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    callback_id uuid NOT NULL REFERENCES callbacks ON DELETE CASCADE,
    service_id int NOT NULL REFERENCES services,
    link_id text NOT NULL REFERENCES links,
    link_token bigint NOT NULL,
    number int NOT NULL,
    strategy text NOT NULL,
    agent_id int REFERENCES agents,
    opened_at timestamptz NOT NULL,
    bridge_permitted_at timestamptz,
    joined_at timestamptz,
    closed_at timestamptz,
    outcome text,
    CONSTRAINT one_number_per_attempt UNIQUE (callback_id, number),
    CONSTRAINT attempt_strategy_is_known CHECK (strategy IN ('CUSTOMER_FIRST', 'AGENT_FIRST')),
    CONSTRAINT attempt_outcome_is_known CHECK (
        outcome IN (
            'JOINED', 'BUSY', 'NO_ANSWER', 'UNREACHABLE', 'ANSWERING_MACHINE', 'REJECTED', 'REDIRECTED',
            'INVALID_NUMBER', 'CONGESTION', 'TRUNK_ERROR', 'CUSTOMER_HUNG_UP', 'AGENT_UNAVAILABLE', 'NOT_DIALLED',
            'CANCELLED', 'UNKNOWN'
        )
    ),
    CONSTRAINT outcome_exactly_when_closed CHECK ((outcome IS NOT NULL) = (closed_at IS NOT NULL)),
    CONSTRAINT joined_only_when_permitted CHECK (joined_at IS NULL OR bridge_permitted_at IS NOT NULL)
);
CREATE UNIQUE INDEX one_open_attempt_per_callback ON attempts (callback_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_open_attempt_per_agent ON attempts (agent_id) WHERE closed_at IS NULL;
CREATE INDEX open_attempts_of_a_link ON attempts (link_id) WHERE closed_at IS NULL;
CREATE INDEX closed_attempts_of_a_link ON attempts (link_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX departures_of_a_service ON attempts (service_id, opened_at);

-- One side of a call. A leg may ring from `dial_permitted_at` until `ended_at`, and the next leg of the same side
-- cannot exist before that.
CREATE TABLE legs (
    id uuid PRIMARY KEY,
    attempt_id uuid NOT NULL REFERENCES attempts ON DELETE CASCADE,
    callback_id uuid NOT NULL REFERENCES callbacks ON DELETE CASCADE,
    role text NOT NULL,
    agent_id int REFERENCES agents,
    destination text NOT NULL,
    created_at timestamptz NOT NULL,
    dial_permitted_at timestamptz,
    ringing_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    outcome text,
    ended_by text,
    q850 int,
    sip_status int,
    CONSTRAINT role_is_known CHECK (role IN ('CUSTOMER', 'AGENT')),
    CONSTRAINT agent_exactly_on_agent_legs CHECK ((agent_id IS NOT NULL) = (role = 'AGENT')),
    CONSTRAINT leg_outcome_is_known CHECK (
        outcome IN (
            'BUSY', 'NO_ANSWER', 'UNREACHABLE', 'REJECTED', 'INVALID_NUMBER', 'CONGESTION', 'REDIRECTED', 'CANCELLED',
            'TRUNK_ERROR', 'ANSWERING_MACHINE', 'NORMAL', 'UNKNOWN'
        )
    ),
    CONSTRAINT leg_outcome_exactly_when_ended CHECK ((outcome IS NOT NULL) = (ended_at IS NOT NULL)),
    CONSTRAINT ended_by_is_known CHECK (ended_by IN ('US', 'REMOTE', 'TIMEOUT')),
    CONSTRAINT rings_only_when_permitted CHECK (
        dial_permitted_at IS NOT NULL OR (ringing_at IS NULL AND answered_at IS NULL)
    )
);
CREATE UNIQUE INDEX one_live_leg_per_callback_and_side ON legs (callback_id, role) WHERE ended_at IS NULL;
CREATE INDEX legs_of_an_attempt ON legs (attempt_id);
CREATE INDEX legs_of_a_callback ON legs (callback_id);

-- Why something was done or not done, in plain words, beside the transitions.
CREATE TABLE decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    callback_id uuid NOT NULL REFERENCES callbacks ON DELETE CASCADE,
    attempt_id uuid,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    detail text NOT NULL
);
CREATE INDEX decisions_of_a_callback ON decisions (callback_id, id);
