-- part: this_key
api_key_id IS NOT DISTINCT FROM :api_key_id AND user_id IS NOT DISTINCT FROM :user_id
    AND idempotency_key = :idempotency_key

-- name: claim_key
INSERT INTO idempotency_keys (api_key_id, user_id, idempotency_key, request_hash, callback_id, created_at)
VALUES (:api_key_id, :user_id, :idempotency_key, :request_hash, :callback_id, :now)
ON CONFLICT DO NOTHING

-- name: answer_of_key
SELECT request_hash, answer FROM idempotency_keys WHERE {this_key}

-- name: keep_answer
UPDATE idempotency_keys SET answer = :answer WHERE {this_key}
