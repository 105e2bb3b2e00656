-- name: begin
-- A list whose rows are about to be read.
INSERT INTO recipient_lists (name, unit, file_name, officer, bytes, expires_at)
VALUES (%(name)s, %(unit)s, %(file_name)s, %(officer)s, %(bytes)s, now() + make_interval(secs => %(keep_seconds)s))
RETURNING id

-- name: find
-- A list of one of the units, or of those below them.
SELECT id, name, unit, file_name, officer, state, reason, columns, bytes AS size, bytes_read, good, wrong, duplicate, opted_out,
       digest, created_at, updated_at, expires_at FROM recipient_lists l
WHERE id = %(id)s AND reason IS DISTINCT FROM 'deleted' AND (%(units)s::text[] IS NULL OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE l.unit = u OR starts_with(l.unit, u || '.')))

-- name: latest
-- The lists of units and those below them, newest first.
SELECT id, name, unit, file_name, officer, state, reason, columns, bytes AS size, bytes_read, good, wrong, duplicate, opted_out,
       digest, created_at, updated_at, expires_at FROM recipient_lists l
WHERE reason IS DISTINCT FROM 'deleted' AND (%(before)s::bigint IS NULL OR id < %(before)s)
  AND (%(units)s::text[] IS NULL OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE l.unit = u OR starts_with(l.unit, u || '.')))
ORDER BY id DESC LIMIT %(limit)s

-- name: progress
-- How far the reading has come; no row: it was given up meanwhile, and must end.
UPDATE recipient_lists SET columns = %(columns)s, bytes_read = %(bytes_read)s, good = %(good)s, wrong = %(wrong)s,
    duplicate = %(duplicate)s, opted_out = %(opted_out)s, updated_at = now()
WHERE id = %(id)s AND state = 'reading' RETURNING id

-- name: finish
-- All has been read.
UPDATE recipient_lists SET state = 'ready', digest = %(digest)s, bytes_read = bytes, updated_at = now()
WHERE id = %(id)s AND state = 'reading' RETURNING id

-- name: fail
-- It cannot be read.
UPDATE recipient_lists SET state = 'failed', reason = %(reason)s, updated_at = now()
WHERE id = %(id)s AND state = 'reading' RETURNING id

-- name: fail_stale
-- Whoever was reading these is no more.
UPDATE recipient_lists SET state = 'failed', reason = 'interrupted', updated_at = now()
WHERE state = 'reading' AND updated_at < now() - make_interval(secs => %(seconds)s) RETURNING id

-- name: in_use
-- A broadcast that was handed in and is not over.
SELECT number FROM broadcasts WHERE list_id = %(id)s AND state NOT IN ('draft', 'done', 'cancelled') LIMIT 1

-- name: doom
-- Deleted for everybody; its rows follow.
UPDATE recipient_lists SET state = 'failed', reason = 'deleted', digest = NULL, file_name = '', updated_at = now()
WHERE id = %(id)s AND reason IS DISTINCT FROM 'deleted' RETURNING id

-- name: expired
-- Lists whose time is over, and that no broadcast waits for.
SELECT id FROM recipient_lists l
WHERE expires_at < now() AND reason IS DISTINCT FROM 'deleted' AND NOT EXISTS (
    SELECT 1 FROM broadcasts b WHERE b.list_id = l.id AND b.state NOT IN ('draft', 'done', 'cancelled'))

-- name: with_rows_to_drop
-- Lists that will not be used and still have rows.
SELECT id FROM recipient_lists l
WHERE state = 'failed' AND (EXISTS (SELECT 1 FROM recipients r WHERE r.list_id = l.id)
    OR (reason = 'deleted' AND EXISTS (SELECT 1 FROM wrong_rows w WHERE w.list_id = l.id)))

-- name: drop_rows
-- Some rows of a list.
DELETE FROM recipients WHERE list_id = %(id)s AND line IN (
    SELECT line FROM recipients WHERE list_id = %(id)s ORDER BY line LIMIT %(limit)s)

-- name: drop_wrong_rows
-- Some wrong rows of a list.
DELETE FROM wrong_rows WHERE list_id = %(id)s AND line IN (
    SELECT line FROM wrong_rows WHERE list_id = %(id)s ORDER BY line LIMIT %(limit)s)

-- name: drop_empty
-- Deleted lists without rows, as far as no broadcast tells of them.
DELETE FROM recipient_lists l
WHERE state = 'failed' AND reason = 'deleted'
  AND NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.list_id = l.id)
  AND NOT EXISTS (SELECT 1 FROM recipients r WHERE r.list_id = l.id)
  AND NOT EXISTS (SELECT 1 FROM wrong_rows w WHERE w.list_id = l.id)

-- name: wrong_rows
-- The next rows that were not taken.
SELECT line, reason, shown FROM wrong_rows WHERE list_id = %(id)s AND line > %(after)s ORDER BY line LIMIT %(limit)s

-- name: first_rows
-- The first good rows, for a look.
SELECT line, recipient_enc FROM recipients WHERE list_id = %(id)s ORDER BY line LIMIT %(limit)s
