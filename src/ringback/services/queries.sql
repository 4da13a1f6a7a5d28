-- name: all_services
SELECT * FROM services ORDER BY name

-- name: named
SELECT * FROM services WHERE name = :name

-- name: lock_named
SELECT * FROM services WHERE name = :name FOR UPDATE

-- name: ids_named
SELECT id, name FROM services WHERE name = ANY (:names::text[])

-- name: create
INSERT INTO services (name, display_name, is_practice) VALUES (:name, :name, :is_practice)
ON CONFLICT DO NOTHING
RETURNING *

-- name: save
UPDATE services
SET display_name = :display_name,
    is_enabled = :is_enabled,
    time_zone = :time_zone,
    default_region = :default_region,
    link_id = :link_id,
    strategy = :strategy,
    caller_id = :caller_id,
    caller_name = :caller_name,
    window_seconds = :window_seconds,
    ring_timeout_seconds = :ring_timeout_seconds,
    agent_ring_timeout_seconds = :agent_ring_timeout_seconds,
    reserve_timeout_seconds = :reserve_timeout_seconds,
    customer_hold_seconds = :customer_hold_seconds,
    max_talk_seconds = :max_talk_seconds,
    wrap_up_seconds = :wrap_up_seconds,
    agent_no_answer_limit = :agent_no_answer_limit,
    dial_attempts = :dial_attempts,
    retries = :retries,
    max_waiting_per_number = :max_waiting_per_number,
    expire_after_seconds = :expire_after_seconds,
    early_seconds = :early_seconds,
    priority_step_seconds = :priority_step_seconds
WHERE id = :id
RETURNING *

-- name: has_callbacks
SELECT EXISTS (SELECT FROM callbacks WHERE service_id = :id)

-- name: delete
DELETE FROM services WHERE id = :id
