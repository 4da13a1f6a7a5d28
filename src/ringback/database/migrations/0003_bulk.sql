-- Work on many callbacks at once, done in batches by whichever engine comes first.

CREATE TABLE bulk_jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    request jsonb NOT NULL,
    total int NOT NULL,
    done int NOT NULL DEFAULT 0,
    succeeded int NOT NULL DEFAULT 0,
    cursor jsonb,
    finished_at timestamptz,
    CONSTRAINT kind_is_known CHECK (kind IN ('CANCELLATION', 'RESCHEDULING', 'RECREATION')),
    CONSTRAINT bulk_actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE')),
    CONSTRAINT progress_adds_up CHECK (0 <= succeeded AND succeeded <= done)
);
CREATE INDEX bulk_jobs_to_do ON bulk_jobs (asked_at, id) WHERE finished_at IS NULL;
CREATE INDEX bulk_jobs_of_an_actor ON bulk_jobs (actor_kind, actor_name, kind, asked_at);
CREATE INDEX bulk_jobs_by_time ON bulk_jobs (finished_at) WHERE finished_at IS NOT NULL;

-- What became of each callback asked for, as it was then: the summary outlives the callback by some days.
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
