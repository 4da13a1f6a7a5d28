-- name: record
INSERT INTO audit_entries (at, actor_kind, actor_name, address, action, subject, details)
VALUES (:now, :actor_kind, :actor_name, :address, :action, :subject, :details)
