-- name: create_api_key
INSERT INTO api_keys (name, key_hash, scopes, created_at, expires_at, is_practice)
VALUES (:name, :key_hash, :scopes, :now, :expires_at, :is_practice)
ON CONFLICT (name) DO NOTHING
RETURNING id, name, scopes, created_at, expires_at, revoked_at, last_used_at, is_practice

-- name: api_keys
SELECT id, name, scopes, created_at, expires_at, revoked_at, last_used_at, is_practice FROM api_keys ORDER BY name

-- name: revoke_api_key
UPDATE api_keys SET revoked_at = coalesce(revoked_at, :now) WHERE name = :name
RETURNING id, name, scopes, created_at, expires_at, revoked_at, last_used_at, is_practice

-- name: api_key_with_hash
SELECT id, name, scopes, created_at, expires_at, revoked_at, last_used_at, is_practice FROM api_keys WHERE key_hash = :key_hash

-- name: note_api_key_used
UPDATE api_keys SET last_used_at = :now
WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :now::timestamptz - interval '1 minute')
