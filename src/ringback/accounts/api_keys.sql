-- part: shown
k.id, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at, k.is_practice,
CASE WHEN NOT k.sees_all_services THEN ARRAY(
    SELECT s.name
    FROM api_key_services AS given
    JOIN services AS s ON s.id = given.service_id
    WHERE given.api_key_id = k.id
    ORDER BY s.name
) END AS services

-- name: create_api_key
INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at, expires_at, is_practice)
VALUES (:name, :key_hash, :scopes, :sees_all_services, :now, :expires_at, :is_practice)
ON CONFLICT (name) DO NOTHING

-- name: give_services
-- Returns those that exist.
WITH given AS (
    INSERT INTO api_key_services (api_key_id, service_id)
    SELECT k.id, s.id FROM api_keys AS k JOIN services AS s ON s.name = ANY (:services::text[]) WHERE k.name = :name
    ON CONFLICT DO NOTHING
    RETURNING service_id
)
SELECT s.name FROM given JOIN services AS s ON s.id = given.service_id

-- name: api_keys
SELECT {shown} FROM api_keys AS k WHERE :name::text IS NULL OR k.name = :name ORDER BY k.name

-- name: revoke_api_key
UPDATE api_keys SET revoked_at = coalesce(revoked_at, :now) WHERE name = :name

-- name: api_key_with_hash
SELECT
    k.id, k.name, k.scopes, k.sees_all_services, k.expires_at, k.revoked_at, k.last_used_at,
    CASE WHEN k.sees_all_services THEN '{}' ELSE (
        SELECT coalesce(jsonb_object_agg(s.name, s.id), '{}')
        FROM api_key_services AS given
        JOIN services AS s ON s.id = given.service_id
        WHERE given.api_key_id = k.id
    ) END AS services
FROM api_keys AS k
WHERE k.key_hash = :key_hash

-- name: note_api_key_used
UPDATE api_keys SET last_used_at = :now
WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :now::timestamptz - interval '1 minute')
