-- name: candidate
SELECT id, name, password_hash, is_enabled FROM users WHERE lower(name) = lower(:name)

-- name: log_in
UPDATE users SET last_login_at = :now
WHERE id = :id AND password_hash = :password_hash AND is_enabled
RETURNING id

-- name: replace_password_hash
UPDATE users SET password_hash = :password_hash WHERE id = :id
