-- What clients of the API were refused, for their developers: route templates and codes, nothing that a client wrote
-- but the correlation id. Without a key: the secret that was shown is unknown.
CREATE TABLE api_errors (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    correlation_id text NOT NULL,
    api_key_id int REFERENCES api_keys ON DELETE CASCADE,
    method text NOT NULL,
    route text NOT NULL,
    status smallint NOT NULL,
    code text NOT NULL
);
CREATE INDEX api_errors_by_time ON api_errors (at DESC, id DESC);
CREATE INDEX api_errors_of_a_key ON api_errors (api_key_id, at DESC, id DESC);
CREATE INDEX api_errors_by_correlation_id ON api_errors (correlation_id);
