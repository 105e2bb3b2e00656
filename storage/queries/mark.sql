-- name: read
-- The mark, and what the server says of itself now.
SELECT site_id, system_identifier, database_name, ticks, ticked_at, known_sites,
       current_database()::text AS present_database, clock_timestamp() AS now
FROM site_mark

-- name: make
-- Makes the mark where somebody emptied the table.
INSERT INTO site_mark DEFAULT VALUES ON CONFLICT DO NOTHING

-- name: may_identify
-- Whether our role may ask for the cluster's identifier.
SELECT has_function_privilege('pg_catalog.pg_control_system()', 'execute') AS allowed

-- name: identify
-- The cluster's identifier.
SELECT system_identifier::text FROM pg_catalog.pg_control_system()

-- name: flush
-- The tick must be on disk before it is remembered outside, also where other commits may come later.
SET LOCAL synchronous_commit TO on

-- name: tick
-- One more step of this database's past.
UPDATE site_mark SET ticks = ticks + 1, ticked_at = clock_timestamp(),
    system_identifier = coalesce(system_identifier, %(system_identifier)s),
    database_name = coalesce(database_name, current_database())
RETURNING site_id, ticks

-- name: adopt
-- A person says that this database is ours as it stands: no memory outside may lie ahead of it any more.
UPDATE site_mark SET ticks = greatest(ticks, %(ticks)s) + 1000000, ticked_at = clock_timestamp(),
    system_identifier = coalesce(%(system_identifier)s, system_identifier), database_name = current_database(),
    known_sites = ARRAY(SELECT DISTINCT unnest(known_sites || %(sites)s::uuid[]))
RETURNING site_id, ticks
