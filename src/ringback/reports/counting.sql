-- name: count_completed
-- Takes callbacks out of `uncounted` and adds them to the counts, in one statement: each is counted once, whatever dies.
WITH batch AS (
    SELECT callback_id FROM uncounted
    WHERE :ids::uuid[] IS NULL OR callback_id = ANY (:ids)
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM uncounted AS u USING batch WHERE u.callback_id = batch.callback_id
), counted AS (
    INSERT INTO hourly_counts AS h (
        hour, time_zone, service, is_practice, result, callbacks, scheduled, attempts, dialled, on_time, late,
        late_seconds, wait_seconds, talk_seconds
    )
    SELECT
        m.hour, m.time_zone, m.service, m.is_practice, m.result, count(*), sum(m.scheduled), sum(m.attempts),
        sum(m.dialled), sum(m.on_time), sum(m.late), sum(m.late_seconds), sum(m.wait_seconds), sum(m.talk_seconds)
    FROM batch
    JOIN measures AS m ON m.callback_id = batch.callback_id
    GROUP BY m.hour, m.service, m.result, m.time_zone, m.is_practice
    -- Several count at once: rows locked in one order wait for each other and never in a circle.
    ORDER BY m.hour, m.service, m.result, m.time_zone, m.is_practice
    ON CONFLICT (hour, service, result, time_zone, is_practice) DO UPDATE SET
        callbacks = h.callbacks + excluded.callbacks,
        scheduled = h.scheduled + excluded.scheduled,
        attempts = h.attempts + excluded.attempts,
        dialled = h.dialled + excluded.dialled,
        on_time = h.on_time + excluded.on_time,
        late = h.late + excluded.late,
        late_seconds = h.late_seconds + excluded.late_seconds,
        wait_seconds = h.wait_seconds + excluded.wait_seconds,
        talk_seconds = h.talk_seconds + excluded.talk_seconds
)
SELECT callback_id FROM batch

-- name: uncounted
SELECT count(*) FROM uncounted
