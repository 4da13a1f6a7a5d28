-- name: begin_session
INSERT INTO sessions (token_hash, user_id, created_at, last_used_at, expires_at)
VALUES (:token_hash, :user_id, :now, :now, :expires_at)

-- name: session_with_hash
SELECT
    e.id, e.last_used_at, u.id AS user_id, u.name, u.roles, u.sees_all_services, u.must_change_password,
    a.name AS agent,
    CASE WHEN u.sees_all_services THEN '{}' ELSE (
        SELECT coalesce(jsonb_object_agg(s.name, s.id), '{}')
        FROM user_services AS given
        JOIN services AS s ON s.id = given.service_id
        WHERE given.user_id = u.id
    ) END AS services
FROM sessions AS e
JOIN users AS u ON u.id = e.user_id
LEFT JOIN agents AS a ON a.id = u.agent_id
WHERE e.token_hash = :token_hash AND e.expires_at > :now AND e.last_used_at > :idle_since AND u.is_enabled

-- name: note_session_used
UPDATE sessions SET last_used_at = greatest(last_used_at, :now) WHERE id = :id

-- name: signed_in
SELECT
    u.name, u.display_name, u.roles, a.name AS agent, u.must_change_password, u.sees_all_services, e.expires_at,
    (
        SELECT coalesce(
            jsonb_agg(jsonb_build_object('name', s.name, 'display_name', s.display_name) ORDER BY s.name), '[]'
        )
        FROM services AS s
        WHERE u.sees_all_services
            OR EXISTS (SELECT FROM user_services AS given WHERE given.user_id = u.id AND given.service_id = s.id)
    ) AS services
FROM sessions AS e
JOIN users AS u ON u.id = e.user_id
LEFT JOIN agents AS a ON a.id = u.agent_id
WHERE e.id = :id

-- name: end_session
DELETE FROM sessions WHERE id = :id

-- name: end_session_with_hash
DELETE FROM sessions WHERE token_hash = :token_hash

-- name: end_sessions_of_user
DELETE FROM sessions WHERE user_id = :user_id AND (:but::bigint IS NULL OR id <> :but)

-- name: remove_ended_sessions
WITH old AS (
    SELECT id FROM sessions
    WHERE expires_at <= :now OR last_used_at <= :idle_since
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)
DELETE FROM sessions AS e USING old WHERE e.id = old.id
