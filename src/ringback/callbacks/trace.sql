-- name: transitions
SELECT
    t.at, t.from_state, t.event, t.to_state, t.result, t.actor_kind, t.actor_name, t.reason, a.name AS agent,
    t.attempt_id
FROM transitions AS t
LEFT JOIN agents AS a ON a.id = t.agent_id
WHERE t.callback_id = :id
ORDER BY t.id

-- name: attempts
SELECT
    t.id, t.number, t.link_id AS link, t.strategy, a.name AS agent, t.opened_at, t.bridge_permitted_at, t.joined_at,
    t.closed_at, t.outcome, t.agent_answer, t.answered_at, t.snooze_seconds, t.disposition, t.note, t.finished_at
FROM attempts AS t
LEFT JOIN agents AS a ON a.id = t.agent_id
WHERE t.callback_id = :id
ORDER BY t.number

-- name: legs
SELECT
    l.id, l.attempt_id, l.role, a.name AS agent, l.created_at, l.dial_permitted_at, l.ringing_at, l.answered_at,
    l.ended_at, l.outcome, l.ended_by, l.q850, l.sip_status
FROM attempts AS t
JOIN legs AS l ON l.attempt_id = t.id
LEFT JOIN agents AS a ON a.id = l.agent_id
WHERE t.callback_id = :id
ORDER BY t.number, l.created_at, l.role

-- name: decisions
SELECT at, rule, detail, attempt_id FROM decisions WHERE callback_id = :id ORDER BY id

-- name: note
INSERT INTO decisions (callback_id, attempt_id, at, rule, detail)
VALUES (:callback_id, :attempt_id, :now, :rule, :detail)

-- name: origin
SELECT
    c.recreated_from,
    ARRAY(SELECT n.id FROM callbacks AS n WHERE n.recreated_from = c.id ORDER BY n.created_at, n.id) AS recreated_as,
    c.promised_by, c.slot_at
FROM callbacks AS c
WHERE c.id = :id

-- name: offer
SELECT
    o.id, o.made_at, o.offers_immediate, o.offers_scheduled, o.place AS place_of_new_caller,
    o.wait_low_seconds, o.wait_point_seconds, o.wait_high_seconds
FROM callbacks AS c
JOIN offers AS o ON o.id = c.offer_id
WHERE c.id = :id
