-- The only statements that write callbacks.state.

-- name: create
WITH created AS (
    INSERT INTO callbacks (
        id, service_id, phone_number, state, is_scheduled, desired_at, promised_local, promised_zone, zone_is_stated,
        slot_at, promised_by, offer_id, recreated_from, priority, customer_name, language, channel, user_data,
        waits_alone, created_at, updated_at, queued_at, place_at, eligible_at
    )
    VALUES (
        :id, :service_id, :phone_number, :state, :is_scheduled, :desired_at, :promised_local, :promised_zone,
        :zone_is_stated, :slot_at, :promised_by, :offer_id, :recreated_from, :priority, :customer_name, :language,
        :channel, :user_data, :waits_alone, :created_at, :updated_at, :queued_at, :place_at, :eligible_at
    )
    RETURNING *
), noted AS (
    INSERT INTO transitions (callback_id, at, event, to_state, actor_kind, actor_name, reason)
    SELECT id, created_at, :event, state, :actor_kind, :actor_name, :reason FROM created
)
SELECT * FROM created

-- name: lock
SELECT * FROM callbacks WHERE id = :id FOR UPDATE

-- name: change
WITH changed AS (
    UPDATE callbacks AS c
    SET state = :to_state::text,
        result = :result,
        updated_at = :now,
        completed_at = CASE WHEN :to_state::text = 'COMPLETED' THEN :now::timestamptz END,
        agent_id = :agent_id,
        last_agent_id = coalesce(:agent_id, c.last_agent_id),
        attempts = c.attempts + (:event::text = 'AGENT_RESERVED')::int,
        customer_held_until = :customer_held_until,
        desired_at = coalesce(:desired_at, c.desired_at),
        promised_local = coalesce(:promised_local, c.promised_local),
        promised_zone = coalesce(:promised_zone, c.promised_zone),
        zone_is_stated = coalesce(:zone_is_stated, c.zone_is_stated),
        slot_at = CASE WHEN :desired_at::timestamptz IS NULL THEN c.slot_at ELSE :slot_at END,
        promised_by = CASE WHEN :desired_at::timestamptz IS NULL THEN c.promised_by ELSE :promised_by END,
        queued_at = CASE
            WHEN :from_state::text = 'SCHEDULED' AND :to_state::text = 'QUEUED' THEN coalesce(:desired_at, c.desired_at)
            ELSE c.queued_at
        END,
        place_at = CASE
            WHEN :from_state::text = 'SCHEDULED' AND :to_state::text = 'QUEUED'
            THEN coalesce(:desired_at, c.desired_at) - make_interval(secs => c.priority * s.priority_step_seconds)
            ELSE c.place_at
        END,
        eligible_at = CASE
            WHEN :from_state::text = 'SCHEDULED' AND :to_state::text = 'QUEUED' THEN coalesce(:desired_at, c.desired_at)
            ELSE coalesce(:eligible_at, c.eligible_at)
        END
    FROM services AS s
    WHERE c.id = ANY (:ids) AND c.state = :from_state::text AND s.id = c.service_id
    RETURNING c.id, c.service_id, c.phone_number, c.slot_at
), noted AS (
    INSERT INTO transitions (
        callback_id, at, from_state, event, to_state, result, actor_kind, actor_name, reason, agent_id, attempt_id
    )
    SELECT
        id, :now, :from_state, :event, :to_state, :result, :actor_kind, :actor_name, :reason, :agent_id, :attempt_id
    FROM changed
), to_count AS (
    INSERT INTO uncounted SELECT id FROM changed WHERE :to_state::text = 'COMPLETED'
)
SELECT id, service_id, phone_number, slot_at FROM changed
