-- name: callback_of
SELECT callback_id FROM attempts WHERE id = :attempt_id AND agent_id = :agent_id

-- name: lock_attempt
SELECT strategy, agent_id, agent_answer, snooze_seconds, joined_at, closed_at, outcome, disposition, note
FROM attempts
WHERE id = :attempt_id
FOR UPDATE

-- name: dispositions
SELECT s.dispositions FROM attempts AS a JOIN services AS s ON s.id = a.service_id WHERE a.id = :attempt_id

-- name: answer
UPDATE attempts SET agent_answer = :answer, answered_at = :now, snooze_seconds = :snooze_seconds WHERE id = :attempt_id

-- name: finish
-- A talk that is over is finished at once; one that goes on, when the holder of its link has ended it.
UPDATE attempts
SET disposition = :disposition,
    note = :note,
    finish_asked_at = :now,
    finished_at = CASE WHEN closed_at IS NOT NULL THEN :now::timestamptz END
WHERE id = :attempt_id
