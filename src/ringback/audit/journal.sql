-- name: record
INSERT INTO audit_entries (at, actor_kind, actor_name, address, action, subject, of_services, details)
VALUES (:now, :actor_kind, :actor_name, :address, :action, :subject, :of_services, :details)

-- name: record_all
INSERT INTO audit_entries (at, actor_kind, actor_name, address, action, subject, of_services, details)
SELECT :now, :actor_kind, :actor_name, :address, e.action, e.subject, e.of_services, e.details
FROM jsonb_to_recordset(:entries::jsonb) AS e (action text, subject text, of_services text[], details jsonb)
