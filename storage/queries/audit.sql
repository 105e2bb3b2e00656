-- name: lock
-- Writers take turns: each needs the hash of the row before.
SELECT pg_advisory_xact_lock(hashtext('audit_log'))

-- name: head
-- The newest row, and the time now; taken after the lock.
SELECT clock_timestamp() AS now, coalesce(l.id, 0) AS id, l.hash
FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1) AS l ON true

-- name: add
-- One more row.
INSERT INTO audit_log (id, at, actor, action, object, unit, detail, address, previous_hash, hash)
VALUES (%(id)s, %(at)s, %(actor)s, %(action)s, %(object)s, %(unit)s, %(detail)s, %(address)s, %(previous_hash)s, %(hash)s)

-- name: search
-- Entries, newest first.
SELECT id, at, actor, action, object, unit, detail, address, previous_hash, hash FROM audit_log
WHERE (%(actor)s::text IS NULL OR actor = %(actor)s) AND (%(object)s::text IS NULL OR object = %(object)s)
  AND (%(action)s::text IS NULL OR starts_with(action, %(action)s)) AND (%(before)s::bigint IS NULL OR id < %(before)s)
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE unit = u OR starts_with(unit, u || '.')))
ORDER BY id DESC LIMIT %(limit)s

-- name: read_on
-- Entries after an id, oldest first.
SELECT id, at, actor, action, object, unit, detail, address, previous_hash, hash FROM audit_log
WHERE id > %(after)s
  AND (%(actor)s::text IS NULL OR actor = %(actor)s) AND (%(object)s::text IS NULL OR object = %(object)s)
  AND (%(action)s::text IS NULL OR starts_with(action, %(action)s))
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE unit = u OR starts_with(unit, u || '.')))
ORDER BY id LIMIT %(limit)s
