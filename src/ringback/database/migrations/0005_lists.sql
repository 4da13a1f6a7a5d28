-- Lists: an index for each way in which they are restricted, and the numbers to search in.
-- docs/decisions/0008-lists-and-search.md has the figures behind the choice.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- What waits and what is over are two lists that are merged: a state change touches the index of one of them only. What
-- is included lets a walk along a list pass over what is not wanted without reading its row.
DROP INDEX callbacks_by_desired_time;
DROP INDEX callbacks_in_a_state_by_desired_time;
DROP INDEX callbacks_of_a_service_by_desired_time;
DROP INDEX callbacks_with_a_result_by_desired_time;
CREATE INDEX uncompleted_by_desired_time ON callbacks (desired_at, id) INCLUDE (service_id, state, phone_number)
    WHERE state <> 'COMPLETED';
CREATE INDEX completed_by_desired_time ON callbacks (desired_at, id) INCLUDE (service_id, result, phone_number)
    WHERE state = 'COMPLETED';
CREATE INDEX completed_of_a_service_by_desired_time ON callbacks (service_id, desired_at, id) INCLUDE (result)
    WHERE state = 'COMPLETED';
CREATE INDEX completed_without_an_agent_by_desired_time ON callbacks (result, desired_at, id) INCLUDE (service_id)
    WHERE state = 'COMPLETED' AND result <> 'AGENT';
CREATE INDEX callbacks_by_update ON callbacks (updated_at, id);

-- Each number that has callbacks, once: searched by any part of it. Kept by the triggers below, so that a state change
-- costs nothing here, and no number stays when its last callback goes.
CREATE TABLE phone_numbers (
    phone_number text PRIMARY KEY,
    callbacks int NOT NULL,
    CONSTRAINT counts_of_numbers_are_sensible CHECK (callbacks >= 0)
);
INSERT INTO phone_numbers SELECT phone_number, count(*) FROM callbacks GROUP BY phone_number;
CREATE INDEX parts_of_phone_numbers ON phone_numbers USING gin (phone_number gin_trgm_ops)
    WITH (gin_pending_list_limit = 512);
ALTER TABLE phone_numbers ALTER COLUMN phone_number SET STATISTICS 1000;
ALTER TABLE callbacks ALTER COLUMN phone_number SET STATISTICS 1000;

-- The row of a number is locked until the end of the transaction: who comes and who goes at the same time add up.
-- Numbers are taken in order, so that two transactions with several of them do not wait for each other.
CREATE FUNCTION add_phone_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO phone_numbers AS n
    SELECT phone_number, count(*) FROM new_rows GROUP BY phone_number ORDER BY phone_number
    ON CONFLICT (phone_number) DO UPDATE SET callbacks = n.callbacks + excluded.callbacks;
    RETURN NULL;
END
$$;
CREATE FUNCTION remove_phone_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM phone_numbers AS n
    WHERE n.phone_number IN (SELECT phone_number FROM old_rows) ORDER BY n.phone_number FOR UPDATE;
    UPDATE phone_numbers AS n SET callbacks = n.callbacks - gone.number
    FROM (SELECT phone_number, count(*) AS number FROM old_rows GROUP BY phone_number) AS gone
    WHERE n.phone_number = gone.phone_number;
    DELETE FROM phone_numbers AS n
    WHERE n.callbacks = 0 AND n.phone_number IN (SELECT phone_number FROM old_rows);
    RETURN NULL;
END
$$;
CREATE TRIGGER phone_numbers_come AFTER INSERT ON callbacks
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION add_phone_numbers();
CREATE TRIGGER phone_numbers_go AFTER DELETE ON callbacks
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION remove_phone_numbers();
