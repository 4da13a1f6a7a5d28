-- What people and programs administered and did. Callback ids, never numbers.

CREATE TABLE audit_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    address text,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT audit_actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE'))
);
CREATE INDEX audit_by_time ON audit_entries (at DESC, id DESC);
