-- part: wanted
-- Planned for the very filter. Whoever is given only some services sees what is of those, and what they did themselves.
(:from_at::timestamptz IS NULL OR e.at >= :from_at)
    AND (:to_at::timestamptz IS NULL OR e.at < :to_at)
    AND (:actor::text IS NULL OR e.actor_name = :actor)
    AND (:subject::text IS NULL OR e.subject = :subject)
    AND (:action::text IS NULL OR starts_with(e.action, :action))
    AND (:is_of_callbacks::boolean OR e.action NOT LIKE 'callback.%')
    AND (
        :within::text[] IS NULL
        OR e.of_services <@ :within
        OR (e.actor_kind = :asker_kind::text AND e.actor_name = :asker_name::text)
    )

-- name: page
SELECT
    e.id, e.at, e.actor_kind, e.actor_name, e.address, e.action, e.subject, e.of_services AS services, e.details,
    e.seal_id AS seal
FROM audit_entries AS e
WHERE {wanted}
    AND (:before_at::timestamptz IS NULL OR (e.at, e.id) < (:before_at, :before_id::bigint))
ORDER BY e.at DESC, e.id DESC
LIMIT :limit

-- name: export
-- The session's time zone is UTC, as it is where exports are read.
SELECT
    e.id,
    replace(e.at::text, ' ', 'T') AS at,
    e.actor_kind,
    cell(e.actor_name) AS actor_name,
    cell(e.address) AS address,
    cell(e.action) AS action,
    cell(e.subject) AS subject,
    cell(array_to_string(e.of_services, '; ')) AS services,
    e.details::text AS details,
    e.seal_id AS seal
FROM audit_entries AS e
WHERE {wanted}
ORDER BY e.at DESC, e.id DESC
