-- name: put
INSERT INTO name_recordings (callback_id, audio, recorded_at)
VALUES (:callback_id, :audio, :now)
ON CONFLICT (callback_id) DO UPDATE SET audio = excluded.audio, recorded_at = excluded.recorded_at

-- name: found
SELECT s.name AS service, r.audio
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
LEFT JOIN name_recordings AS r ON r.callback_id = c.id
WHERE c.id = :callback_id

-- name: copy
INSERT INTO name_recordings (callback_id, audio, recorded_at)
SELECT :to_id::uuid, r.audio, r.recorded_at
FROM name_recordings AS r
JOIN callbacks AS c ON c.id = r.callback_id
WHERE r.callback_id = :from_id AND coalesce(c.completed_at > :completed_after, true)

-- name: remove_expired
-- Found from the recordings, which are few: a callback knows no more than whether it is completed.
DELETE FROM name_recordings
WHERE callback_id IN (
    SELECT r.callback_id
    FROM name_recordings AS r
    JOIN callbacks AS c ON c.id = r.callback_id
    WHERE c.completed_at <= :completed_until
    LIMIT :batch
    FOR UPDATE OF r SKIP LOCKED
)
