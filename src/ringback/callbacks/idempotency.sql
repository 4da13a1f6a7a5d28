-- name: claim_key
INSERT INTO idempotency_keys (api_key_id, idempotency_key, request_hash, callback_id, created_at)
VALUES (:api_key_id, :idempotency_key, :request_hash, :callback_id, :now)
ON CONFLICT DO NOTHING

-- name: answer_of_key
SELECT request_hash, answer
FROM idempotency_keys
WHERE api_key_id = :api_key_id AND idempotency_key = :idempotency_key

-- name: keep_answer
UPDATE idempotency_keys SET answer = :answer
WHERE api_key_id = :api_key_id AND idempotency_key = :idempotency_key
