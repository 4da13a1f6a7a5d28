-- name: stored_preferences
SELECT preferences FROM users WHERE id = :id

-- name: store_preferences
UPDATE users SET preferences = :preferences WHERE id = :id
