-- name: callback_of
SELECT t.callback_id FROM attempts AS t JOIN agents AS a ON a.id = t.agent_id WHERE t.id = :attempt_id AND a.name = :agent

-- name: agent_id
SELECT id FROM agents WHERE name = :agent
