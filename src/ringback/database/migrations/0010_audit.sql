-- What people and programs administered and did. Callback ids, never numbers. The audit keeps what is written in it:
-- entries are sealed in batches, and a change of one shows (docs/audit.md).

-- A seal's hash covers the hash of the seal before and those of its entries; the first follows 32 zero bytes.
-- `entry_ids` and `entry_hashes` (32 bytes each, in that order) are null once its entries are removed, being old.
CREATE TABLE audit_seals (
    id bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    entries int NOT NULL,
    first_entry_id bigint NOT NULL,
    last_entry_id bigint NOT NULL,
    entry_ids bigint[],
    entry_hashes bytea,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT seal_is_sensible CHECK (
        entries > 0 AND first_entry_id <= last_entry_id AND length(previous_hash) = 32 AND length(hash) = 32
    )
);
CREATE INDEX audit_seals_by_time ON audit_seals (sealed_at) WHERE entry_ids IS NOT NULL;

-- `of_services`: the names of those that an entry concerns: who is not given all of them does not see it. Empty: of no
-- service, for all who read the audit.
CREATE TABLE audit_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    address text,
    action text NOT NULL,
    subject text NOT NULL,
    of_services text[] NOT NULL DEFAULT '{}',
    details jsonb NOT NULL DEFAULT '{}',
    seal_id bigint REFERENCES audit_seals,
    CONSTRAINT audit_actor_is_known CHECK (actor_kind IN ('USER', 'API_KEY', 'CUSTOMER', 'ENGINE'))
);
CREATE INDEX audit_by_time ON audit_entries (at DESC, id DESC);
CREATE INDEX audit_by_seal ON audit_entries (seal_id, id);
CREATE INDEX audit_by_subject ON audit_entries (subject, at DESC, id DESC);
CREATE INDEX audit_by_actor ON audit_entries (actor_name, at DESC, id DESC);
-- Of a hundred entries ninety-nine tell of callbacks: the others are found without walking past those.
CREATE INDEX audit_but_callbacks ON audit_entries (at DESC, id DESC) WHERE action NOT LIKE 'callback.%';
CREATE INDEX audit_removals ON audit_entries (id) WHERE action = 'audit.entries-removed';

-- What is written stays as it is. Sealing marks an entry once; removing what is old says so in its own transaction.
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.seal_id IS NULL AND to_jsonb(NEW) - 'seal_id' = to_jsonb(OLD) - 'seal_id' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF current_setting('ringback.removes_old_audit_entries', true) = 'yes' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit is append-only: entries are neither changed nor deleted (docs/audit.md)'
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entries_are_kept BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION keep_audit_entries();
CREATE TRIGGER all_audit_entries_are_kept BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries();

CREATE FUNCTION keep_audit_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.entry_ids IS NULL AND NEW.entry_hashes IS NULL
            AND to_jsonb(NEW) - 'entry_ids' - 'entry_hashes' = to_jsonb(OLD) - 'entry_ids' - 'entry_hashes'
            AND current_setting('ringback.removes_old_audit_entries', true) = 'yes' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit is append-only: its seals are neither changed nor deleted (docs/audit.md)'
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_seals_are_kept BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION keep_audit_seals();
CREATE TRIGGER all_audit_seals_are_kept BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_seals();
