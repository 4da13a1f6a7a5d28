-- part: entry_hash
-- What is hashed of an entry: the text of this JSON array, as PostgreSQL writes jsonb, in UTF-8. docs/audit.md tells it.
sha256(convert_to(
    jsonb_build_array(
        e.id,
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        e.actor_kind, e.actor_name, e.address, e.action, e.subject, to_jsonb(e.of_services), e.details
    )::text,
    'UTF8'
))

-- name: take_turn
-- Whoever seals or removes does it alone; nobody who writes entries is kept waiting.
SELECT pg_try_advisory_xact_lock(hashtext('ringback audit seals'))

-- name: unsealed
SELECT e.id, {entry_hash} AS hash
FROM audit_entries AS e
WHERE e.seal_id IS NULL
ORDER BY e.id
LIMIT :limit

-- name: newest
SELECT * FROM audit_seals ORDER BY id DESC LIMIT 1

-- name: add
INSERT INTO audit_seals (
    id, sealed_at, entries, first_entry_id, last_entry_id, entry_ids, entry_hashes, previous_hash, hash
)
VALUES (
    :id, :sealed_at, :entries, :first_entry_id, :last_entry_id, :entry_ids, :entry_hashes, :previous_hash, :hash
)

-- name: mark
UPDATE audit_entries SET seal_id = :seal_id WHERE id = ANY (:ids::bigint[])

-- name: seals_after
SELECT * FROM audit_seals WHERE id > :after ORDER BY id LIMIT :limit

-- name: entries_of_seals
SELECT e.id, e.seal_id, {entry_hash} AS hash
FROM audit_entries AS e
WHERE e.seal_id > :after AND e.seal_id <= coalesce(:last::bigint, e.seal_id)

-- name: removed_up_to
SELECT coalesce(max((details ->> 'up_to_seal')::bigint), 0)
FROM audit_entries
WHERE action = 'audit.entries-removed' AND actor_kind = 'ENGINE'

-- name: unsealed_number
SELECT count(*) FROM audit_entries WHERE seal_id IS NULL

-- name: old_seals
SELECT id FROM audit_seals WHERE sealed_at < :before AND entry_ids IS NOT NULL ORDER BY id LIMIT :limit

-- name: allow_removal
SELECT set_config('ringback.removes_old_audit_entries', 'yes', true)

-- name: remove_entries
DELETE FROM audit_entries WHERE seal_id = ANY (:ids::bigint[])

-- name: forget_hashes
UPDATE audit_seals SET entry_ids = NULL, entry_hashes = NULL WHERE id = ANY (:ids::bigint[])
