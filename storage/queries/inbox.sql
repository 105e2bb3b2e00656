-- name: store
-- Stores verified platform events; a repeat is a no-op. Returns the kinds that brought new work. An entry's bytes lie in
-- the blob from `start` on: first the sender's hash, if there is one, then the encrypted body.
WITH new AS (
    INSERT INTO inbox (platform, platform_id, account_id, event_name, kind, sender_hash, raw_enc, state)
    SELECT platform, platform_id, account_id, event_name, kind,
        CASE WHEN hash_bytes > 0 THEN substring(b.blob FROM start FOR hash_bytes) END,
        substring(b.blob FROM start + hash_bytes FOR raw_bytes), state
    FROM json_to_recordset(%(entries)s::json) AS e (platform text, platform_id text, account_id text, event_name text,
        kind text, state text, start integer, hash_bytes integer, raw_bytes integer),
        (SELECT %(blob)s::bytea AS blob) AS b
    ON CONFLICT (platform, platform_id) DO NOTHING
    RETURNING kind, state
)
SELECT DISTINCT kind FROM new WHERE state = 'pending'

-- name: claim
-- Takes events of some kinds to work on. An expired lease is work again. One citizen's events keep their order: a row
-- waits while an earlier one of the same sender and kinds is not finished.
WITH due AS (
    SELECT i.id FROM inbox i
    WHERE i.kind = ANY(%(kinds)s::text[]) AND i.due_at <= now()
      AND (i.state = 'pending' OR (i.state = 'working' AND i.lease_until < now()))
      AND (i.sender_hash IS NULL OR NOT %(in_order)s OR NOT EXISTS (
          SELECT 1 FROM inbox earlier
          WHERE earlier.sender_hash = i.sender_hash AND earlier.id < i.id AND earlier.state IN ('pending', 'working')
            AND earlier.kind = ANY(%(kinds)s::text[])))
    ORDER BY i.id LIMIT %(limit)s
    FOR UPDATE OF i SKIP LOCKED
)
UPDATE inbox i SET state = 'working', tries = i.tries + 1, token = gen_random_uuid(),
    lease_until = now() + make_interval(secs => %(lease_seconds)s)
FROM due WHERE i.id = due.id
RETURNING i.id, i.platform, i.platform_id, i.account_id, i.event_name, i.kind, i.received_at, i.raw_enc, i.tries, i.token,
    i.note

-- name: mark
-- Leaves a note on an event under work before something that cannot be taken back, and renews the lease.
UPDATE inbox SET note = %(note)s, lease_until = now() + make_interval(secs => %(lease_seconds)s)
WHERE id = %(id)s AND token = %(token)s AND state = 'working' AND lease_until > now()
RETURNING id

-- name: finish
-- Ends the work on events: done, failed, or pending again after a while. Only who holds the token may say so.
UPDATE inbox i SET state = f.state, note = f.note, token = NULL, lease_until = NULL,
    due_at = CASE WHEN f.state = 'pending' THEN now() + make_interval(secs => f.due_in_seconds) ELSE i.due_at END
FROM unnest(%(id)s::bigint[], %(token)s::uuid[], %(state)s::text[], %(note)s::text[], %(due_in_seconds)s::float8[])
    AS f (id, token, state, note, due_in_seconds)
WHERE i.id = f.id AND i.token = f.token AND i.state = 'working'
RETURNING i.id

-- name: due_kinds
-- The kinds with events that wait to be worked on.
SELECT kind, count(*) AS events FROM inbox
WHERE due_at <= now() AND (state = 'pending' OR (state = 'working' AND lease_until < now())) GROUP BY kind

-- name: count_states
-- Events by kind and state.
SELECT kind, state, count(*) AS events FROM inbox GROUP BY kind, state
