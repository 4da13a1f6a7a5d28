-- Work on many callbacks at once, done in batches by whichever engine comes first.

CREATE TABLE bulk_jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    request jsonb NOT NULL,
    request_hash bytea NOT NULL,
    idempotency_key text,
    total int NOT NULL DEFAULT 0,
    done int NOT NULL DEFAULT 0,
    succeeded int NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '[]',
    finished_at timestamptz,
    CONSTRAINT kind_is_known CHECK (kind IN ('CANCELLATION', 'RESCHEDULING', 'RECREATION')),
    CONSTRAINT bulk_actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE')),
    CONSTRAINT progress_adds_up CHECK (0 <= succeeded AND succeeded <= done AND done <= total),
    CONSTRAINT finished_only_when_all_is_done CHECK (finished_at IS NULL OR done = total),
    CONSTRAINT one_bulk_job_per_idempotency_key UNIQUE (actor_kind, actor_name, idempotency_key)
);
CREATE INDEX bulk_jobs_to_do ON bulk_jobs (done, asked_at, id) WHERE finished_at IS NULL;
CREATE INDEX bulk_jobs_of_an_actor ON bulk_jobs (actor_kind, actor_name, kind, asked_at);
CREATE INDEX bulk_jobs_by_time ON bulk_jobs (finished_at) WHERE finished_at IS NOT NULL;

-- What is still to do of a job: the callbacks as they were found when it was asked for, from `first_position` (1: the
-- first of all) on. A batch is deleted by the transaction that does it.
CREATE TABLE bulk_batches (
    job_id uuid NOT NULL REFERENCES bulk_jobs ON DELETE CASCADE,
    first_position int NOT NULL,
    callback_ids uuid[] NOT NULL,
    PRIMARY KEY (job_id, first_position)
);

-- What became of each callback asked for, as it was then: the summary may outlive the callback.
CREATE TABLE bulk_items (
    job_id uuid NOT NULL REFERENCES bulk_jobs ON DELETE CASCADE,
    position int NOT NULL,
    callback_id uuid NOT NULL,
    phone_number text,
    service text,
    desired_at timestamptz,
    state_before text,
    is_done boolean NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    new_callback_id uuid,
    PRIMARY KEY (job_id, position)
);
CREATE INDEX bulk_items_of_a_number ON bulk_items (phone_number);

CREATE INDEX cancellations_of_an_actor ON transitions (actor_kind, actor_name, at) WHERE event = 'CANCELLED';
