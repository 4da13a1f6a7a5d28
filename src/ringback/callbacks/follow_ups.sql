-- name: outcomes_before
-- How all earlier attempts ended, of the callback and of those that it was tried for before, by the word of an agent.
WITH RECURSIVE chain AS (
    SELECT :callback_id::uuid AS callback_id
    UNION
    SELECT t.callback_id
    FROM chain
    JOIN attempts AS t ON t.follow_up_id = chain.callback_id AND t.follow_up = 'NEW_RETRY'
)
SELECT CASE WHEN t.follow_up = 'NEW_RETRY' THEN 'NOT_REACHED' ELSE t.outcome END
FROM chain
JOIN attempts AS t ON t.callback_id = chain.callback_id
WHERE t.closed_at IS NOT NULL AND t.id <> :attempt_id
ORDER BY t.opened_at, t.id
