-- Bulk work touches only callbacks of these services (NULL: of all): those that whoever asked for it was given.
ALTER TABLE bulk_jobs ADD COLUMN within int[];
