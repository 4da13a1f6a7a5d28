-- Records: what is counted of callbacks, and outlives them.

-- Callbacks that completed and are not in the counts yet; counting one removes its row here, in one commit.
CREATE TABLE uncounted (
    callback_id uuid PRIMARY KEY REFERENCES callbacks ON DELETE CASCADE
);
INSERT INTO uncounted SELECT id FROM callbacks WHERE state = 'COMPLETED';

-- What became of the callbacks of one hour (of their desired time, by the service's clock). No personal data.
CREATE TABLE hourly_counts (
    service text NOT NULL,
    hour timestamptz NOT NULL,
    time_zone text NOT NULL,
    asked int NOT NULL DEFAULT 0,
    scheduled int NOT NULL DEFAULT 0,
    kept int NOT NULL DEFAULT 0,
    on_time int NOT NULL DEFAULT 0,
    dialled int NOT NULL DEFAULT 0,
    late int NOT NULL DEFAULT 0,
    late_seconds bigint NOT NULL DEFAULT 0,
    waited int NOT NULL DEFAULT 0,
    wait_seconds bigint NOT NULL DEFAULT 0,
    talk_seconds bigint NOT NULL DEFAULT 0,
    attempts int NOT NULL DEFAULT 0,
    results jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (service, hour)
);
