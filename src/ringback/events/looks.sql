-- name: look
-- What was written since :horizon, the oldest transaction that was not over at the last look. Rows tell by their xmin
-- who wrote them, so that it does not matter when that was committed, nor what time it was for whoever wrote it: one
-- who comes late is seen like any other. A callback's time only bounds how far back it is looked for.
-- The MOMENT tells where the next look goes on from, and all that is no row any more when it is gone: where that
-- changes, nobody can say what did. RIGHTS tells what users and API keys may, as of the very moment of the changes.
-- More callbacks than :limit are not told one by one, so they are not read either.
WITH recent AS MATERIALIZED (
    SELECT c.id, c.xmin, c.service_id
    FROM callbacks AS c
    WHERE c.updated_at >= :since AND age(c.xmin) <= age(:horizon::text::xid8::xid)
    ORDER BY c.updated_at DESC
    LIMIT :limit::int + 1
)
SELECT
    'MOMENT' AS kind,
    pg_snapshot_xmin(pg_current_snapshot())::text AS name,
    concat_ws(
        ' ',
        pg_postmaster_start_time(),
        (SELECT sum(hashint8((agent_id::bigint << 32) + service_id)) FROM agent_services),
        (SELECT sum(hashint4(id)) FROM agents),
        (SELECT sum(hashtext(id || ' ' || name)) FROM services),
        (SELECT sum(hashtext(concat_ws(' ', id, name, link_id, channels, paused_until, pause_reason))) FROM trunks),
        (SELECT sum(hashtext(concat_ws(' ', id, is_up, problem))) FROM links),
        (SELECT count(*) FROM erasures)
    ) AS version,
    '{}'::int[] AS service_ids,
    '' AS owner
UNION ALL
SELECT
    'RIGHTS',
    '',
    concat_ws(
        ' ',
        (
            SELECT sum(hashtext(concat_ws(' ', id, roles, sees_all_services, is_enabled, must_change_password, agent_id)))
            FROM users
        ),
        (SELECT sum(hashint8((user_id::bigint << 32) + service_id)) FROM user_services),
        (SELECT sum(hashtext(concat_ws(' ', id, scopes, sees_all_services, expires_at, revoked_at))) FROM api_keys),
        (SELECT sum(hashint8((api_key_id::bigint << 32) + service_id)) FROM api_key_services)
    ),
    '{}',
    ''
UNION ALL
SELECT 'CALLBACK', r.id::text, r.xmin::text, ARRAY[r.service_id], ''
FROM recent AS r
WHERE (SELECT count(*) FROM recent) <= :limit
UNION ALL
SELECT 'MANY', '', '', '{}', ''
WHERE (SELECT count(*) FROM recent) > :limit
UNION ALL
SELECT 'SERVICE', s.name, concat_ws(' ', s.xmin, l.xmin), ARRAY[s.id], ''
FROM services AS s
LEFT JOIN live_queues AS l ON l.service_id = s.id
WHERE age(s.xmin) <= age(:horizon::text::xid8::xid) OR age(l.xmin) <= age(:horizon::text::xid8::xid)
UNION ALL
SELECT 'BULK', j.id::text, j.xmin::text, '{}', j.actor_kind || ' ' || j.actor_name
FROM bulk_jobs AS j
WHERE (j.finished_at IS NULL OR j.finished_at >= :since) AND age(j.xmin) <= age(:horizon::text::xid8::xid)
UNION ALL
-- All of them at the first look: an open desk writes its agent's row every few seconds, and that alone is no change.
SELECT
    'AGENT',
    a.name,
    concat_ws(' ', md5((to_jsonb(a) - 'desk_seen_at')::text), t.xmin, c.xmin),
    ARRAY(SELECT served.service_id FROM agent_services AS served WHERE served.agent_id = a.id),
    ''
FROM agents AS a
LEFT JOIN attempts AS t ON t.agent_id = a.id AND t.closed_at IS NULL
LEFT JOIN callbacks AS c ON c.id = t.callback_id
WHERE :horizon::text IS NULL
   OR age(a.xmin) <= age(:horizon::text::xid8::xid)
   OR age(t.xmin) <= age(:horizon::text::xid8::xid)
   OR age(c.xmin) <= age(:horizon::text::xid8::xid)
