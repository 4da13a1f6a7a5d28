-- name: keep
-- The key is found by the hash of what was shown: also a revoked or expired one, or where nobody was asked for it.
INSERT INTO api_errors (at, correlation_id, api_key_id, method, route, status, code)
SELECT e.at, e.correlation_id, k.id, e.method, e.route, e.status, e.code
FROM unnest(
    :at::timestamptz[], :correlation_id::text[], :key_hash::bytea[], :method::text[], :route::text[],
    :status::smallint[], :code::text[]
) WITH ORDINALITY AS e (at, correlation_id, key_hash, method, route, status, code, position)
LEFT JOIN api_keys AS k ON k.key_hash = e.key_hash
ORDER BY e.position

-- name: page
SELECT e.id, e.at, e.correlation_id, k.name AS api_key, e.method, e.route, e.status, e.code
FROM api_errors AS e
LEFT JOIN api_keys AS k ON k.id = e.api_key_id
WHERE (:api_key::text IS NULL OR k.name = :api_key)
    AND (:code::text IS NULL OR e.code = :code)
    AND (:correlation_id::text IS NULL OR e.correlation_id = :correlation_id)
    AND (:from_at::timestamptz IS NULL OR e.at >= :from_at)
    AND (:to_at::timestamptz IS NULL OR e.at < :to_at)
    AND (:before_at::timestamptz IS NULL OR (e.at, e.id) < (:before_at, :before_id::bigint))
    AND (
        :within::int[] IS NULL
        OR NOT k.sees_all_services AND NOT EXISTS (
            SELECT FROM api_key_services AS given WHERE given.api_key_id = k.id AND given.service_id <> ALL (:within)
        )
    )
ORDER BY e.at DESC, e.id DESC
LIMIT :limit

-- name: remove_old
DELETE FROM api_errors WHERE id IN (SELECT id FROM api_errors WHERE at < :before ORDER BY at LIMIT :limit)

-- name: remove_excess
DELETE FROM api_errors WHERE id IN (SELECT id FROM api_errors ORDER BY at DESC, id DESC OFFSET :kept LIMIT :limit)

-- name: remove_excess_without_key
DELETE FROM api_errors WHERE id IN (
    SELECT id FROM api_errors WHERE api_key_id IS NULL ORDER BY at DESC, id DESC OFFSET :kept LIMIT :limit
)
