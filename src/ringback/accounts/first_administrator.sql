-- name: is_there_a_user
SELECT EXISTS (SELECT FROM users)

-- name: create_first_administrator
INSERT INTO users (name, display_name, password_hash, must_change_password, roles, sees_all_services, created_at)
SELECT :name, 'Administrator', :password_hash, :must_change_password, '{ADMINISTRATOR}', true, :now
WHERE NOT EXISTS (SELECT FROM users)
