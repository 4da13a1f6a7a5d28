-- name: callback_of
SELECT callback_id FROM attempts WHERE id = :attempt_id AND agent_id = :agent_id

-- name: lock_attempt
SELECT
    a.id, a.strategy, a.agent_id, a.agent_answer, a.snooze_seconds, a.joined_at, a.closed_at, a.outcome, a.disposition, a.note,
    a.call_again_at, a.call_again_zone, a.follow_up, a.follow_up_id, s.name AS service,
    s.dispositions
FROM attempts AS a
JOIN services AS s ON s.id = a.service_id
WHERE a.id = :attempt_id
FOR UPDATE OF a

-- name: answer
UPDATE attempts SET agent_answer = :answer, answered_at = :now, snooze_seconds = :snooze_seconds WHERE id = :attempt_id

-- name: finish
-- A talk that is over is finished at once; one that goes on, when the holder of its link has ended it.
UPDATE attempts
SET disposition = :disposition,
    note = :note,
    call_again_at = :call_again_at,
    call_again_zone = :call_again_zone,
    follow_up = :follow_up,
    follow_up_id = :follow_up_id,
    finish_asked_at = :now,
    finished_at = CASE WHEN closed_at IS NOT NULL THEN :now::timestamptz END
WHERE id = :attempt_id
