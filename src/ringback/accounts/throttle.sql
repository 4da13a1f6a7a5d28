-- part: name_hash
sha256(convert_to(lower(:name::text), 'UTF8'))

-- name: lock_login_attempts
-- Whoever counts for the same name, or from the same address, waits for the other: together they count right. All lock
-- in the same order, the lower number first.
SELECT pg_advisory_xact_lock(number)
FROM (
    SELECT hashtextextended(text, 7464223) AS number
    FROM (VALUES ('name ' || lower(:name::text)), ('address ' || :address::text)) AS counted (text)
    ORDER BY number
) AS numbers

-- name: hindering_login_attempts
-- The attempt after whose end of time there is room for another: the limit-th latest.
SELECT
    (
        SELECT at FROM login_attempts
        WHERE name_hash = {name_hash} AND address = :address AND at > :since
        ORDER BY at DESC OFFSET :per_name_and_address::int - 1 LIMIT 1
    ) AS name_and_address,
    (
        SELECT at FROM login_attempts
        WHERE address = :address AND at > :since
        ORDER BY at DESC OFFSET :per_address::int - 1 LIMIT 1
    ) AS address,
    (
        SELECT at FROM login_attempts
        WHERE name_hash = {name_hash} AND at > :since
        ORDER BY at DESC OFFSET :per_name::int - 1 LIMIT 1
    ) AS name

-- name: add_login_attempt
INSERT INTO login_attempts (at, name_hash, address) VALUES (:now, {name_hash}, :address) RETURNING id

-- name: take_back_login_attempt
DELETE FROM login_attempts WHERE id = :id

-- name: remove_login_attempts
WITH old AS (
    SELECT id FROM login_attempts WHERE at <= :before LIMIT :limit FOR UPDATE SKIP LOCKED
)
DELETE FROM login_attempts AS a USING old WHERE a.id = old.id
