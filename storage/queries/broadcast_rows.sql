-- name: try_lead
-- One process at a time moves broadcasts on. A frozen one must not keep the lock: its idle transaction is ended.
SELECT pg_try_advisory_xact_lock(hashtext('hoso.broadcasts')) AS locked,
       set_config('idle_in_transaction_session_timeout', '30000', true)

-- name: moving
-- The broadcasts that somebody must look after: those on their way, and for a day those that ended, whose receipts come.
SELECT id, number, unit, purpose, urgent, category, message, audience, state, resumes_as, canary_percent, progress,
       cursor, rows, released, canary_until, created_at, now() AS now
FROM broadcasts
WHERE started_at > now() - interval '40 days'
  AND (state IN ('preparing', 'canary', 'sending', 'paused', 'halted')
       OR (state IN ('cancelled', 'done')
           AND (coalesce(progress ->> 'settled', 'false') <> 'true' OR ended_at > now() - interval '1 day')))
ORDER BY id

-- name: find
-- One of them.
SELECT id, number, unit, purpose, urgent, category, message, audience, state, resumes_as, canary_percent, progress,
       cursor, rows, released, canary_until, created_at, now() AS now
FROM broadcasts WHERE id = %(id)s

-- name: give_up_old
-- Rows are claimed for 35 days at most; what has stood still for so long says nothing that still holds.
UPDATE broadcasts SET state = 'cancelled', resumes_as = NULL, reason = 'too_old', ended_at = now(),
    updated_at = clock_timestamp()
WHERE state IN ('preparing', 'canary', 'sending', 'paused', 'halted') AND started_at < now() - interval '30 days'
RETURNING number, unit

-- name: be_short
-- A process that freezes in the middle of a chunk gives up its locks.
SELECT set_config('idle_in_transaction_session_timeout', '5000', true)

-- name: known
-- Those rows of a broadcast that exist already.
SELECT id FROM notices WHERE id = ANY(%(ids)s::uuid[]) AND created_at >= %(since)s

-- name: opted_out
-- Those who want nothing now.
SELECT recipient_hash AS hash FROM preferences
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND (opted_out_at IS NOT NULL OR paused_until > now())

-- name: extend
-- Counts a chunk that this transaction has written, unless the broadcast was stopped or another one was first. Last in
-- its transaction: who wants to stop a broadcast waits for no chunk.
UPDATE broadcasts SET cursor = %(cursor)s, rows = rows + %(made)s,
    state = CASE WHEN NOT %(is_last)s THEN state WHEN rows + %(made)s = 0 THEN 'done' ELSE 'canary' END,
    ended_at = CASE WHEN %(is_last)s AND rows + %(made)s = 0 THEN clock_timestamp() ELSE ended_at END,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'preparing' AND rows = %(rows)s AND cursor IS NOT DISTINCT FROM %(expected)s
RETURNING rows

-- name: window
-- How many of a broadcast's rows are out of its hold and not sent yet; of them, those that a stop put aside.
SELECT count(*) AS rows, count(*) FILTER (WHERE state = 'pending' AND due_at IS NULL) AS put_aside
FROM notices
WHERE broadcast_id = %(id)s AND state IN ('pending', 'sending') AND created_at >= %(since)s

-- name: next_rows
-- The next rows in order.
SELECT ordinal, recipient_enc, recipient_hash FROM notices
WHERE broadcast_id = %(id)s AND ordinal > %(released)s AND ordinal <= %(until)s AND state = 'held'
  AND reason = 'broadcast' AND created_at >= %(since)s
ORDER BY ordinal

-- name: release
-- Lets the next rows go and moves the mark, together: to delivery, or, where a person has had enough for today, held
-- until another day. Nothing when the broadcast was stopped, or another process was first.
WITH going AS MATERIALIZED (
    SELECT id FROM broadcasts WHERE id = %(id)s AND state = %(state)s AND released = %(released)s FOR UPDATE
), later AS MATERIALIZED (
    SELECT * FROM unnest(%(ordinals)s::integer[], %(moments)s::timestamptz[], %(reasons)s::text[])
        AS u (ordinal, due_at, reason)
), let_go AS (
    UPDATE notices n SET
        state = CASE WHEN n.ordinal = ANY(%(ordinals)s::integer[]) THEN 'held' ELSE 'pending' END,
        reason = (SELECT later.reason FROM later WHERE later.ordinal = n.ordinal),
        due_at = coalesce((SELECT later.due_at FROM later WHERE later.ordinal = n.ordinal), now()),
        urgent_until = CASE WHEN %(urgent)s THEN now() + interval '7 days' ELSE n.urgent_until END,
        updated_at = now()
    FROM going
    WHERE n.broadcast_id = %(id)s AND n.ordinal > %(released)s AND n.ordinal <= %(until)s AND n.state = 'held'
      AND n.reason = 'broadcast' AND n.created_at >= %(since)s
    RETURNING n.state
)
UPDATE broadcasts b SET released = %(until)s, updated_at = clock_timestamp(),
    canary_until = CASE WHEN %(watch_seconds)s::float8 IS NULL THEN b.canary_until
                        ELSE now() + make_interval(secs => %(watch_seconds)s) END
FROM going WHERE b.id = going.id
RETURNING (SELECT count(*) FROM let_go WHERE state = 'pending') AS rows

-- name: advertising
-- What advertising phones got in the last 24 hours, or are about to get: the moments, the newest first.
SELECT n.recipient_hash AS hash,
       array_agg(coalesce(n.accepted_at, n.due_at, n.updated_at)
                 ORDER BY coalesce(n.accepted_at, n.due_at, n.updated_at) DESC) AS moments
FROM notices n JOIN broadcasts b ON b.id = n.broadcast_id AND b.purpose = 'advertising'
WHERE n.recipient_hash = ANY(%(hashes)s::bytea[]) AND n.broadcast_id <> %(id)s
  AND n.created_at > now() - interval '40 days'
  AND (n.state IN ('pending', 'sending', 'in_doubt') OR (n.state = 'held' AND n.due_at IS NOT NULL)
       OR (n.state IN ('accepted', 'delivered', 'read') AND n.accepted_at > now() - interval '24 hours'))
GROUP BY n.recipient_hash

-- name: put_aside
-- What is due, or will be within so many seconds, waits without a date: claims and alarms do not meet it again and again.
UPDATE notices SET due_at = NULL, reason = %(reason)s, updated_at = now()
WHERE broadcast_id = %(id)s AND state = 'pending' AND due_at <= now() + make_interval(secs => %(seconds)s)
  AND created_at >= %(since)s
RETURNING id

-- name: give_back
-- What a stop put aside is due again.
UPDATE notices SET due_at = now(), reason = NULL, updated_at = now()
WHERE broadcast_id = %(id)s AND state = 'pending' AND due_at IS NULL AND created_at >= %(since)s
RETURNING id

-- name: cancel
-- What had not gone out never will; a stretch of the order at a time, so that none is looked at again and again.
WITH part AS (
    SELECT id, created_at FROM notices
    WHERE broadcast_id = %(id)s AND ordinal > %(after)s AND ordinal <= %(until)s AND state IN ('held', 'pending')
      AND created_at >= %(since)s
    FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET state = 'cancelled', reason = 'broadcast_cancelled', due_at = NULL, updated_at = now()
FROM part
WHERE n.id = part.id AND n.created_at = part.created_at AND n.broadcast_id = %(id)s AND n.created_at >= %(since)s
RETURNING n.id

-- name: count
-- A stretch of a broadcast's rows by what became of them.
SELECT state, reason, channel, state = 'in_doubt' AND due_at IS NULL AS is_final_doubt, count(*) AS rows,
       coalesce(sum(cost_vnd), 0)::bigint AS cost_vnd,
       count(*) FILTER (WHERE rating = 1 OR reason = 'wrong_number') AS complaints
FROM notices
WHERE broadcast_id = %(id)s AND ordinal > %(after)s AND ordinal <= %(until)s AND created_at >= %(since)s
GROUP BY 1, 2, 3, 4

-- name: opt_outs
-- People who wanted no more after it had reached them.
SELECT count(*) AS people FROM preferences p JOIN notices n ON n.recipient_hash = p.recipient_hash
WHERE p.opted_out_at >= %(since)s AND n.broadcast_id = %(id)s AND n.created_at >= %(since)s
  AND n.state IN ('accepted', 'delivered', 'read') AND p.opted_out_at >= n.accepted_at

-- name: open
-- Whether anything may still happen to a row, by us.
SELECT EXISTS (SELECT 1 FROM notices WHERE broadcast_id = %(id)s AND state IN ('held', 'pending', 'sending')
                 AND created_at >= %(since)s)
    OR EXISTS (SELECT 1 FROM notices WHERE broadcast_id = %(id)s AND state = 'in_doubt' AND due_at IS NOT NULL
                 AND created_at >= %(since)s) AS is_open

-- name: halt
-- By itself; what was seen until now is not held against it again when a person lets it go on.
UPDATE broadcasts SET state = 'halted', resumes_as = state, reason = %(reason)s, progress = progress || %(judged)s,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('preparing', 'canary', 'sending')
RETURNING id

-- name: pass_canary
-- The first share went well: all others follow.
UPDATE broadcasts SET state = 'sending', canary_until = NULL, updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'canary' AND released >= %(canary)s
RETURNING id

-- name: finish
-- Everything was let go and nothing is open any more.
UPDATE broadcasts SET state = 'done', ended_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('canary', 'sending') AND released >= rows
  AND NOT EXISTS (SELECT 1 FROM notices WHERE broadcast_id = %(id)s AND state IN ('held', 'pending', 'sending')
                    AND created_at >= %(since)s)
  AND NOT EXISTS (SELECT 1 FROM notices WHERE broadcast_id = %(id)s AND state = 'in_doubt' AND due_at IS NOT NULL
                    AND created_at >= %(since)s)
RETURNING id

-- name: note_progress
-- How far it has come, for pages.
UPDATE broadcasts SET progress = %(progress)s WHERE id = %(id)s RETURNING id
