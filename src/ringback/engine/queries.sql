-- Links: who holds one.

-- name: ensure_link
-- A link begins with a trunk of its own name.
WITH trunk AS (
    INSERT INTO trunks (name, link_id)
    SELECT :id, :id WHERE NOT EXISTS (SELECT FROM trunks WHERE link_id = :id)
    ON CONFLICT DO NOTHING
)
INSERT INTO links (id, adapter) VALUES (:id, :adapter)
ON CONFLICT (id) DO UPDATE SET adapter = excluded.adapter WHERE links.adapter <> excluded.adapter

-- name: free_links
SELECT wanted.id
FROM unnest(:ids::text[]) AS wanted (id)
LEFT JOIN links AS l ON l.id = wanted.id
WHERE l.holder IS NULL OR l.expires_at <= :now

-- name: deserted_links
SELECT l.id, l.adapter
FROM links AS l
WHERE l.id <> ALL (:configured::text[])
    AND coalesce(l.expires_at, l.released_at, '-infinity') <= :deserted_since
    AND EXISTS (SELECT FROM attempts AS a WHERE a.link_id = l.id AND a.closed_at IS NULL AND a.opened_at <= :deserted_since)

-- name: acquire_link
UPDATE links
SET holder = :holder, token = token + 1, expires_at = :expires_at, is_up = false, problem = NULL
WHERE id = :id AND (holder IS NULL OR expires_at <= :now)
RETURNING token

-- name: take_over_attempts
UPDATE attempts SET link_token = :token WHERE link_id = :link_id AND closed_at IS NULL

-- name: renew_link
UPDATE links SET expires_at = :expires_at WHERE id = :id AND holder = :holder AND token = :token

-- name: release_link
UPDATE links
SET holder = NULL, expires_at = NULL, released_at = :now, is_up = false, problem = :problem
WHERE id = :id AND holder = :holder AND token = :token

-- name: release_links_of_holder
UPDATE links SET holder = NULL, expires_at = NULL, is_up = false WHERE holder = :holder

-- name: tell_link
UPDATE links SET is_up = :is_up, problem = :problem, epoch = coalesce(:epoch, epoch)
WHERE id = :id AND holder = :holder AND token = :token

-- Promoter and expirer: a batch of each service at a time.

-- name: services_with_scheduled_near
SELECT s.id, s.early_seconds
FROM services AS s
WHERE EXISTS (
    SELECT FROM callbacks AS c
    WHERE c.service_id = s.id AND c.state = 'SCHEDULED' AND c.desired_at <= :now::timestamptz + make_interval(secs => s.early_seconds)
)

-- name: claim_due
SELECT c.id
FROM unnest(:service_ids::int[], :untils::timestamptz[]) AS due (service_id, until)
CROSS JOIN LATERAL (
    SELECT id FROM callbacks
    WHERE service_id = due.service_id AND state = 'SCHEDULED' AND desired_at <= due.until
    ORDER BY desired_at
    LIMIT :batch
    FOR UPDATE SKIP LOCKED
) AS c
LIMIT :batch

-- name: claim_expired_scheduled
SELECT c.id
FROM services AS s
CROSS JOIN LATERAL (
    SELECT id FROM callbacks
    WHERE service_id = s.id AND state = 'SCHEDULED'
        AND desired_at <= :now::timestamptz - make_interval(secs => s.expire_after_seconds)
    ORDER BY desired_at
    LIMIT :batch
    FOR UPDATE SKIP LOCKED
) AS c
LIMIT :batch

-- name: claim_expired_queued
SELECT c.id
FROM services AS s
CROSS JOIN LATERAL (
    SELECT id FROM callbacks
    WHERE service_id = s.id AND state = 'QUEUED'
        AND desired_at <= :now::timestamptz - make_interval(secs => s.expire_after_seconds)
    ORDER BY desired_at
    LIMIT :batch
    FOR UPDATE SKIP LOCKED
) AS c
LIMIT :batch

-- name: services_expiring_at_closing
SELECT s.id
FROM services AS s
WHERE s.at_closing = 'EXPIRE' AND s.mode IN ('RUNNING', 'DRAINING') AND NOT is_open(s, :now)
    AND EXISTS (SELECT FROM callbacks AS c WHERE c.service_id = s.id AND c.state = 'QUEUED')

-- name: share_service_expiring_at_closing
SELECT s.*, t.name AS trunk
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
WHERE s.id = :id AND s.at_closing = 'EXPIRE' AND s.mode IN ('RUNNING', 'DRAINING') AND NOT s.is_always_open
FOR SHARE OF s

-- name: claim_left_at_closing
SELECT id FROM callbacks
WHERE service_id = :service_id AND state = 'QUEUED' AND queued_at < :closed_at
ORDER BY place_at, id
LIMIT :batch
FOR UPDATE SKIP LOCKED

-- name: failed_by_telephony
-- Those of the callbacks whose last attempt failed because of the telephone network.
SELECT c.id
FROM unnest(:ids::uuid[]) AS c (id)
CROSS JOIN LATERAL (
    SELECT outcome FROM attempts AS a WHERE a.callback_id = c.id ORDER BY a.number DESC LIMIT 1
) AS latest
WHERE latest.outcome IN ('CONGESTION', 'TRUNK_ERROR')

-- Router: the first in order of all services that have somebody READY and a link that is up.

-- name: held_customers
SELECT c.id AS callback_id, c.service_id, a.id AS attempt_id, a.link_id
FROM attempts AS a
JOIN callbacks AS c ON c.id = a.callback_id
WHERE a.closed_at IS NULL AND a.agent_id IS NULL AND c.state = 'ROUTING' AND c.customer_held_until > :now
    AND EXISTS (
        SELECT FROM agent_services AS x JOIN agents AS g ON g.id = x.agent_id
        WHERE x.service_id = c.service_id AND g.presence = 'READY'
    )
ORDER BY a.opened_at
LIMIT :batch

-- name: first_in_queue
SELECT
    q.id AS callback_id, s.id AS service_id, t.id AS trunk_id, t.link_id, q.phone_number, q.stated_zone,
    s.number_rules, s.calling_hours,
    t.channels IS NOT NULL OR t.calls_per_second IS NOT NULL AS is_trunk_limited
FROM services AS s
JOIN trunks AS t ON t.id = s.trunk_id
JOIN links AS l ON l.id = t.link_id
CROSS JOIN LATERAL (
    SELECT c.id, c.place_at, c.phone_number, CASE WHEN c.zone_is_stated THEN c.promised_zone END AS stated_zone
    FROM callbacks AS c
    WHERE c.service_id = s.id AND c.state = 'QUEUED' AND c.eligible_at <= :now
    ORDER BY c.place_at, c.id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS q
WHERE may_dial(s, :now) AND l.is_up AND l.expires_at > :now AND (t.paused_until IS NULL OR t.paused_until <= :now)
    AND (t.channels IS NULL AND t.calls_per_second IS NULL OR has_room(t, :now))
    AND EXISTS (
        SELECT FROM agent_services AS x JOIN agents AS g ON g.id = x.agent_id
        WHERE x.service_id = s.id AND g.presence = 'READY'
    )
ORDER BY q.place_at, q.id
LIMIT 1

-- name: front_of_queue
SELECT c.id, c.phone_number, CASE WHEN c.zone_is_stated THEN c.promised_zone END AS stated_zone
FROM callbacks AS c
WHERE c.service_id = :service_id AND c.state = 'QUEUED' AND c.eligible_at <= :now
ORDER BY c.place_at, c.id
LIMIT :batch
FOR UPDATE SKIP LOCKED

-- name: postpone
-- It keeps its place and is passed over until then.
WITH postponed AS (
    UPDATE callbacks SET eligible_at = :eligible_at, updated_at = :now
    WHERE id = ANY (:ids::uuid[]) AND state = 'QUEUED'
    RETURNING id
)
INSERT INTO decisions (callback_id, at, rule, detail)
SELECT id, :now, :rule, :detail FROM postponed

-- name: lock_trunk
SELECT id FROM trunks WHERE id = :id FOR NO KEY UPDATE

-- name: trunk_has_room
SELECT has_room(t, :now) FROM trunks AS t WHERE t.id = :id

-- name: share_link
SELECT token FROM links WHERE id = :id AND is_up AND expires_at > :now FOR SHARE

-- name: open_attempt
INSERT INTO attempts (id, callback_id, service_id, trunk_id, link_id, link_token, number, strategy, agent_id, opened_at)
SELECT :id, c.id, s.id, :trunk_id, :link_id, :token, c.attempts, s.strategy, :agent_id, :now
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
WHERE c.id = :callback_id

-- name: add_leg
INSERT INTO legs (id, attempt_id, callback_id, role, agent_id, destination, created_at)
VALUES (:id, :attempt_id, :callback_id, :role, :agent_id, :destination, :now)

-- name: give_next_agent
UPDATE attempts SET agent_id = :agent_id WHERE id = :id AND closed_at IS NULL AND agent_id IS NULL

-- Dialer: what is open on a link, and what happens to it.

-- name: open_calls
SELECT * FROM open_calls WHERE link_id = :link_id AND link_token = :token ORDER BY opened_at, attempt_id

-- name: lock_attempt
SELECT id FROM attempts WHERE id = :attempt_id FOR UPDATE

-- name: open_call
SELECT * FROM open_calls WHERE attempt_id = :attempt_id AND link_token = :token

-- name: legs_of_attempts
SELECT
    id, attempt_id, role, destination, agent_id, created_at, dial_permitted_at, ringing_at, answered_at, ended_at, outcome, ended_by
FROM legs
WHERE attempt_id = ANY (:attempt_ids)
ORDER BY ended_at NULLS LAST, created_at, id

-- name: terms_of_attempt
SELECT
    a.trunk_id, s.name AS service, s.caller_id, s.caller_name, s.ring_timeout_seconds, s.agent_ring_timeout_seconds,
    s.customer_hold_seconds, s.max_talk_seconds, s.wrap_up_seconds, s.agent_no_answer_limit, s.dial_attempts,
    s.retries
FROM attempts AS a
JOIN services AS s ON s.id = a.service_id
WHERE a.id = :attempt_id

-- name: begin_call
-- The trunk takes one more customer's call now, or says from when on.
WITH begun AS (
    UPDATE trunks AS t SET next_dial_at = :now::timestamptz + make_interval(secs => 1 / t.calls_per_second)
    WHERE t.id = :trunk_id AND dials_from(t, :now) <= :now
    RETURNING t.next_dial_at
)
SELECT EXISTS (SELECT FROM begun) AS is_begun, coalesce((SELECT next_dial_at FROM begun), t.next_dial_at) AS next_dial_at
FROM trunks AS t
WHERE t.id = :trunk_id

-- name: share_service_of_attempt
SELECT s.id FROM attempts AS a JOIN services AS s ON s.id = a.service_id WHERE a.id = :attempt_id FOR SHARE OF s

-- name: conditions_of_attempt
SELECT
    s.name AS service, s.mode, is_open(s, :now) AS is_open, s.number_rules, s.calling_hours, c.phone_number,
    CASE WHEN c.zone_is_stated THEN c.promised_zone END AS stated_zone,
    CASE WHEN t.paused_until > :now THEN t.pause_reason END AS trunk_pause_reason, t.name AS trunk
FROM attempts AS a
JOIN callbacks AS c ON c.id = a.callback_id
JOIN services AS s ON s.id = a.service_id
JOIN trunks AS t ON t.id = a.trunk_id
WHERE a.id = :attempt_id

-- name: permit_dial
UPDATE legs SET dial_permitted_at = :now WHERE id = :leg_id AND dial_permitted_at IS NULL AND ended_at IS NULL

-- name: permit_bridge
UPDATE attempts SET bridge_permitted_at = :now WHERE id = :attempt_id

-- name: let_agent_off
UPDATE attempts SET agent_id = NULL WHERE id = :attempt_id

-- name: leg_rang
UPDATE legs SET ringing_at = :now
WHERE id = :leg_id AND ringing_at IS NULL AND dial_permitted_at IS NOT NULL AND ended_at IS NULL
    AND EXISTS (SELECT FROM attempts AS a WHERE a.id = attempt_id AND a.link_token = :token)

-- name: leg_answered
UPDATE legs SET answered_at = :now
WHERE id = :leg_id AND answered_at IS NULL AND dial_permitted_at IS NOT NULL AND ended_at IS NULL
    AND EXISTS (SELECT FROM attempts AS a WHERE a.id = attempt_id AND a.link_token = :token)

-- name: leg_ended
UPDATE legs
SET ended_at = :now, outcome = :outcome, ended_by = :ended_by, q850 = :q850, sip_status = :sip_status
WHERE id = :leg_id AND ended_at IS NULL
    AND EXISTS (SELECT FROM attempts AS a WHERE a.id = attempt_id AND a.link_token = :token)

-- name: joined
UPDATE attempts SET joined_at = :now
WHERE id = :attempt_id AND link_token = :token AND joined_at IS NULL AND bridge_permitted_at IS NOT NULL
    AND closed_at IS NULL

-- name: end_undialled_legs
UPDATE legs SET ended_at = :now, outcome = 'CANCELLED', ended_by = 'US'
WHERE attempt_id = :attempt_id AND ended_at IS NULL AND dial_permitted_at IS NULL

-- name: close_attempt
UPDATE attempts SET closed_at = :now, outcome = :outcome,
    finished_at = CASE WHEN finish_asked_at IS NOT NULL THEN :now::timestamptz END
WHERE id = :attempt_id AND closed_at IS NULL

-- name: outcomes_of_callback
SELECT outcome FROM attempts WHERE callback_id = :callback_id AND closed_at IS NOT NULL ORDER BY number

-- name: has_another_agent
-- Whether somebody is READY who has not declined the callback.
SELECT EXISTS (
    SELECT
    FROM callbacks AS c
    JOIN agent_services AS x ON x.service_id = c.service_id
    JOIN agents AS g ON g.id = x.agent_id
    WHERE c.id = :callback_id AND g.presence = 'READY' AND NOT EXISTS (
        SELECT FROM attempts AS a WHERE a.callback_id = c.id AND a.outcome = 'DECLINED' AND a.agent_id = g.id
    )
)

-- name: numbers_failing_alike
-- How many different numbers there are in the newest run of attempts that ended with this outcome.
WITH newest AS (
    SELECT c.phone_number, a.outcome, row_number() OVER (ORDER BY a.closed_at DESC) AS place
    FROM attempts AS a
    JOIN callbacks AS c ON c.id = a.callback_id
    WHERE a.trunk_id = :trunk_id AND a.closed_at > :since
        AND a.outcome NOT IN ('NOT_DIALLED', 'CANCELLED', 'UNKNOWN', 'DECLINED', 'SNOOZED')
    ORDER BY a.closed_at DESC
    LIMIT 100
)
SELECT count(DISTINCT phone_number) FROM newest
WHERE place < coalesce((SELECT min(place) FROM newest WHERE outcome <> :outcome), 101)

-- name: pause_trunk
UPDATE trunks SET paused_until = :until, pause_reason = :reason
WHERE id = :id AND (paused_until IS NULL OR paused_until <= :now)
