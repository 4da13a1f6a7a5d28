-- name: note_reason
INSERT INTO decisions (callback_id, attempt_id, at, rule, detail)
VALUES (:callback_id, :attempt_id, :now, 'offer-rejected', :detail)
