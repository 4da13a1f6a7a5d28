-- Who may do what: users with roles and sessions, the services that users and API keys are given.

CREATE TABLE users (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    must_change_password boolean NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    sees_all_services boolean NOT NULL DEFAULT false,
    agent_id int REFERENCES agents ON DELETE SET NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    last_login_at timestamptz,
    CONSTRAINT roles_are_known CHECK (
        roles <@ ARRAY['MONITOR', 'SUPERVISOR', 'ADMINISTRATOR', 'DEVELOPER', 'AGENT']
    )
);
CREATE UNIQUE INDEX one_user_per_name ON users (lower(name));
CREATE UNIQUE INDEX one_user_per_agent ON users (agent_id);

-- The services that a user is given, unless all are: then those to come are too.
CREATE TABLE user_services (
    user_id int NOT NULL REFERENCES users ON DELETE CASCADE,
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    PRIMARY KEY (user_id, service_id)
);
CREATE INDEX users_of_a_service ON user_services (service_id);

-- A user who is logged in somewhere. The token itself is known to nobody but the browser.
CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL,
    user_id int NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT one_session_per_token UNIQUE (token_hash)
);
CREATE INDEX sessions_of_a_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Passwords that are being tried, and those that were wrong lately. What was typed as a name may be a password: only its
-- hash is here.
CREATE TABLE login_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    name_hash bytea NOT NULL,
    address text NOT NULL
);
CREATE INDEX login_attempts_of_a_name ON login_attempts (name_hash, at);
CREATE INDEX login_attempts_of_an_address ON login_attempts (address, at);
CREATE INDEX login_attempts_by_time ON login_attempts (at);

-- Keys made before there was a choice saw everything.
ALTER TABLE api_keys ADD COLUMN sees_all_services boolean NOT NULL DEFAULT true;
ALTER TABLE api_keys ALTER COLUMN sees_all_services DROP DEFAULT;
CREATE TABLE api_key_services (
    api_key_id int NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    service_id int NOT NULL REFERENCES services ON DELETE CASCADE,
    PRIMARY KEY (api_key_id, service_id)
);
CREATE INDEX api_keys_of_a_service ON api_key_services (service_id);

-- An idempotency key is of an API key, or of a user.
ALTER TABLE idempotency_keys
    DROP CONSTRAINT one_answer_per_idempotency_key;
ALTER TABLE idempotency_keys
    ALTER COLUMN api_key_id DROP NOT NULL,
    ADD COLUMN user_id int REFERENCES users ON DELETE CASCADE,
    ADD CONSTRAINT one_answer_per_idempotency_key UNIQUE NULLS NOT DISTINCT (idempotency_key, api_key_id, user_id),
    ADD CONSTRAINT idempotency_key_is_of_one_asker CHECK (num_nonnulls(api_key_id, user_id) = 1);

-- Bulk work touches only callbacks of these services (NULL: of all): those that whoever asked for it was given.
ALTER TABLE bulk_jobs ADD COLUMN within int[];
