-- name: lock_users
-- One after the other: each sees how many administrators the one before has left.
SELECT pg_advisory_xact_lock(7464223)

-- part: is_within
-- A user who is an agent sees at the desk what is of the services that the agent serves.
(
    :within::int[] IS NULL
    OR NOT u.sees_all_services
    AND NOT EXISTS (
        SELECT FROM user_services AS given WHERE given.user_id = u.id AND given.service_id <> ALL (:within)
    )
    AND NOT EXISTS (
        SELECT FROM agent_services AS served WHERE served.agent_id = u.agent_id AND served.service_id <> ALL (:within)
    )
)

-- name: users
-- Those who have no other services than `within`; NULL: everybody.
SELECT
    u.name, u.display_name, u.roles, a.name AS agent, u.is_enabled, u.must_change_password, u.created_at,
    u.last_login_at,
    CASE WHEN NOT u.sees_all_services THEN ARRAY(
        SELECT s.name
        FROM user_services AS given
        JOIN services AS s ON s.id = given.service_id
        WHERE given.user_id = u.id
        ORDER BY s.name COLLATE "C"
    ) END AS services
FROM users AS u
LEFT JOIN agents AS a ON a.id = u.agent_id
WHERE (:name::text IS NULL OR lower(u.name) = lower(:name)) AND {is_within}
ORDER BY lower(u.name)

-- name: is_visible
SELECT {is_within} FROM users AS u WHERE lower(u.name) = lower(:name)

-- name: create_user
INSERT INTO users (name, display_name, password_hash, must_change_password, created_at)
VALUES (:name, :name, :password_hash, true, :now)
ON CONFLICT DO NOTHING

-- name: change_user
UPDATE users
SET display_name = :display_name, roles = :roles, sees_all_services = :sees_all_services, agent_id = :agent_id,
    is_enabled = :is_enabled
WHERE name = :name
RETURNING id

-- name: take_services
DELETE FROM user_services AS given
USING services AS s
WHERE given.user_id = :user_id AND s.id = given.service_id AND s.name <> ALL (:but::text[])

-- name: give_services
-- Returns those that exist.
WITH named AS (
    SELECT id, name FROM services WHERE name = ANY (:services::text[])
), given AS (
    INSERT INTO user_services (user_id, service_id) SELECT :user_id, id FROM named ON CONFLICT DO NOTHING
)
SELECT name FROM named

-- name: agent_to_be
SELECT
    a.id, u.name AS user,
    ARRAY(
        SELECT s.name FROM agent_services AS served JOIN services AS s ON s.id = served.service_id
        WHERE served.agent_id = a.id
    ) AS services
FROM agents AS a
LEFT JOIN users AS u ON u.agent_id = a.id
WHERE a.name = :name

-- name: has_administrator
SELECT EXISTS (SELECT FROM users WHERE is_enabled AND sees_all_services AND 'ADMINISTRATOR' = ANY (roles))

-- name: own_password
SELECT id, password_hash FROM users WHERE id = :id

-- name: reset_password
UPDATE users SET password_hash = :password_hash, must_change_password = true
WHERE lower(name) = lower(:name)
RETURNING id

-- name: change_password
UPDATE users SET password_hash = :password_hash, must_change_password = false
WHERE id = :id AND password_hash = :before
