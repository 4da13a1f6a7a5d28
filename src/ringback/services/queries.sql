-- part: service
SELECT s.*, t.name AS trunk
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id

-- name: all_services
{service}
WHERE :within::int[] IS NULL OR s.id = ANY (:within)
ORDER BY s.name

-- name: named
{service}
WHERE s.name = :name

-- name: with_id
{service}
WHERE s.id = :id

-- name: lock_named
-- Callbacks of the service can be created meanwhile.
{service}
WHERE s.name = :name
FOR NO KEY UPDATE OF s

-- name: ids_named
SELECT id, name FROM services WHERE name = ANY (:names::text[])

-- name: create
INSERT INTO services (name, display_name, trunk_id, is_practice)
SELECT :name, :name, id, :is_practice FROM trunks WHERE name = :trunk
ON CONFLICT DO NOTHING

-- name: save
-- Whatever openings were written ahead no longer hold when the hours change: until they are written anew it is closed.
WITH outdated AS (
    DELETE FROM openings AS o
    USING services AS s
    WHERE s.id = :id AND o.service_id = s.id AND (s.hours, s.special_days, s.public_holidays, s.time_zone)
        IS DISTINCT FROM (:hours::jsonb, :special_days::jsonb, :public_holidays::jsonb, :time_zone::text)
)
UPDATE services
SET display_name = :display_name,
    mode = :mode,
    is_immediate_enabled = :is_immediate_enabled,
    is_scheduled_enabled = :is_scheduled_enabled,
    time_zone = :time_zone,
    default_region = :default_region,
    trunk_id = :trunk_id,
    route_point = :route_point,
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
    priority_step_seconds = :priority_step_seconds,
    default_priority = :default_priority,
    at_closing = :at_closing,
    number_limit = :number_limit,
    number_limit_seconds = :number_limit_seconds,
    creation_limit = :creation_limit,
    creation_limit_seconds = :creation_limit_seconds,
    queue_limit = :queue_limit,
    hours = :hours,
    special_days = :special_days,
    public_holidays = :public_holidays,
    slot_minutes = :slot_minutes,
    slot_capacity = :slot_capacity,
    weekly_capacity = :weekly_capacity,
    number_rules = :number_rules,
    calling_hours = :calling_hours,
    dispositions = :dispositions,
    crm_url = :crm_url,
    openings_until = CASE
        WHEN (hours, special_days, public_holidays, time_zone)
            IS NOT DISTINCT FROM (:hours::jsonb, :special_days::jsonb, :public_holidays::jsonb, :time_zone::text)
        THEN openings_until
    END
WHERE id = :id

-- name: has_callbacks
SELECT EXISTS (SELECT FROM callbacks WHERE service_id = :id)

-- name: delete
DELETE FROM services WHERE id = :id

-- Trunks.

-- part: trunk
SELECT name, link_id AS link, channels, calls_per_second, paused_until, pause_reason, is_practice
FROM trunks

-- name: all_trunks
{trunk}
ORDER BY name

-- name: trunk_named
{trunk}
WHERE name = :name

-- name: trunk_id
SELECT id FROM trunks WHERE name = :name

-- name: add_trunk
INSERT INTO trunks (name, link_id, channels, calls_per_second, is_practice)
VALUES (:name, :link, :channels, :calls_per_second, :is_practice)
ON CONFLICT (name) DO NOTHING

-- name: lock_trunk_named
{trunk}
WHERE name = :name
FOR NO KEY UPDATE

-- name: change_trunk
UPDATE trunks SET link_id = :link, channels = :channels, calls_per_second = :calls_per_second WHERE name = :name

-- name: resume_trunk
UPDATE trunks SET paused_until = NULL, pause_reason = NULL WHERE name = :name AND paused_until IS NOT NULL

-- name: delete_trunk
DELETE FROM trunks WHERE name = :name
