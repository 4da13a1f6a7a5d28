-- part: shown
-- Of its services only those are named that are among `within`; NULL: all.
k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at, k.is_practice,
CASE WHEN NOT k.sees_all_services THEN ARRAY(
    SELECT s.name
    FROM api_key_services AS given
    JOIN services AS s ON s.id = given.service_id
    WHERE given.api_key_id = k.id AND (:within::int[] IS NULL OR s.id = ANY (:within))
    ORDER BY s.name COLLATE "C"
) END AS services,
:within::int[] IS NOT NULL AND (
    k.sees_all_services
    OR EXISTS (SELECT FROM api_key_services AS given WHERE given.api_key_id = k.id AND given.service_id <> ALL (:within))
) AS has_other_services

-- name: create_api_key
INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at, expires_at, is_practice)
VALUES (:name, :key_hash, :scopes, :sees_all_services, :now, :expires_at, :is_practice)
ON CONFLICT (name) DO NOTHING

-- name: lock_api_key
-- Whoever uses the key meanwhile does not wait.
SELECT id FROM api_keys WHERE name = :name FOR NO KEY UPDATE

-- name: take_services
DELETE FROM api_key_services AS given
USING services AS s
WHERE given.api_key_id = :id AND s.id = given.service_id AND s.name <> ALL (:but::text[])

-- name: give_services
-- Returns those that exist.
WITH named AS (
    SELECT id, name FROM services WHERE name = ANY (:services::text[])
), given AS (
    INSERT INTO api_key_services (api_key_id, service_id) SELECT :id, id FROM named ON CONFLICT DO NOTHING
)
SELECT name FROM named

-- name: api_keys
SELECT {shown} FROM api_keys AS k WHERE :name::text IS NULL OR k.name = :name ORDER BY k.name

-- name: change_api_key
UPDATE api_keys SET scopes = :scopes, sees_all_services = :sees_all_services, expires_at = :expires_at WHERE id = :id

-- name: revoke_api_key
UPDATE api_keys SET revoked_at = :now WHERE id = :id

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
