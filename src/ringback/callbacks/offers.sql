-- name: record
INSERT INTO offers (
    id, service_id, made_at, offers_immediate, offers_scheduled, place, wait_low_seconds, wait_point_seconds,
    wait_high_seconds
)
VALUES (
    :id, :service_id, :made_at, :offers_immediate, :offers_scheduled, :place, :wait_low_seconds, :wait_point_seconds,
    :wait_high_seconds
)

-- name: valid
SELECT id, wait_high_seconds FROM offers WHERE id = :id AND service_id = :service_id AND made_at > :made_after
