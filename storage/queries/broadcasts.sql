-- name: add
-- A new draft, unless the number is taken.
INSERT INTO broadcasts (number, title, unit, author, authors, purpose, urgent, category, message, audience, list_id,
                        scheduled_at, canary_percent)
VALUES (%(number)s, %(title)s, %(unit)s, %(author)s, ARRAY[%(author)s], %(purpose)s, %(urgent)s, %(category)s,
        %(message)s, %(audience)s, %(list_id)s, %(scheduled_at)s, %(canary_percent)s)
ON CONFLICT (number) DO NOTHING RETURNING *

-- name: find
-- A broadcast of certain units.
SELECT * FROM broadcasts b WHERE b.number = %(number)s
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE b.unit = u OR starts_with(b.unit, u || '.')))

-- name: lock
-- A broadcast that stays as it is until the transaction ends.
SELECT * FROM broadcasts WHERE number = %(number)s FOR UPDATE

-- name: search
-- Broadcasts of certain units, newest first.
SELECT * FROM broadcasts b
WHERE (%(state)s::text IS NULL OR b.state = %(state)s) AND (%(before)s::bigint IS NULL OR b.id < %(before)s)
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE b.unit = u OR starts_with(b.unit, u || '.')))
ORDER BY b.id DESC LIMIT %(limit)s

-- name: rewrite
-- Another content: what was counted, submitted and approved was of the one before.
UPDATE broadcasts SET
    title = %(title)s, unit = %(unit)s, purpose = %(purpose)s, urgent = %(urgent)s, category = %(category)s,
    message = %(message)s, audience = %(audience)s, list_id = %(list_id)s, scheduled_at = %(scheduled_at)s,
    canary_percent = %(canary_percent)s,
    authors = CASE WHEN %(editor)s = ANY(authors) THEN authors ELSE authors || %(editor)s::text END,
    state = 'draft', reason = NULL, content_hash = NULL, estimate = NULL, start_at = NULL, submitted_at = NULL,
    approved_at = NULL, updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('draft', 'submitted', 'approved') RETURNING *

-- name: note_estimate
-- What was counted, while nobody was asked about it: from then on it is part of what is approved.
UPDATE broadcasts SET estimate = %(estimate)s, updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'draft' RETURNING *

-- name: submit
-- Asks for approval of exactly this content; below the thresholds it is approved with that.
UPDATE broadcasts SET
    state = CASE WHEN %(approves)s THEN 'approved' ELSE 'submitted' END, reason = NULL, content_hash = %(content_hash)s,
    submitted_at = clock_timestamp(), approved_at = CASE WHEN %(approves)s THEN clock_timestamp() END, start_at = NULL,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'draft' RETURNING *

-- name: approve
-- Approved by as many as it takes.
UPDATE broadcasts SET state = 'approved', approved_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'submitted' AND content_hash = %(content_hash)s RETURNING *

-- name: send_back
-- To its author again.
UPDATE broadcasts SET state = 'draft', reason = %(reason)s, content_hash = NULL, submitted_at = NULL, approved_at = NULL,
    start_at = NULL, updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('submitted', 'approved') RETURNING *

-- name: schedule
-- Begins by itself then.
UPDATE broadcasts SET start_at = %(start_at)s, updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'approved' RETURNING *

-- name: begin
-- Recipients become rows from now on.
UPDATE broadcasts SET state = 'preparing', started_at = clock_timestamp(), start_at = NULL, reason = NULL,
    updated_at = clock_timestamp()
WHERE id = %(id)s AND state = 'approved' AND content_hash = %(content_hash)s RETURNING *

-- name: pause
-- By a person.
UPDATE broadcasts SET state = 'paused', resumes_as = state, reason = 'by_hand', updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('preparing', 'canary', 'sending') RETURNING *

-- name: resume
-- Goes on where it was.
UPDATE broadcasts SET state = resumes_as, resumes_as = NULL, reason = NULL, updated_at = clock_timestamp()
WHERE id = %(id)s AND state IN ('paused', 'halted') AND resumes_as IS NOT NULL RETURNING *

-- name: cancel
-- What has not gone out never will.
UPDATE broadcasts SET state = 'cancelled', resumes_as = NULL, reason = 'by_hand', start_at = NULL,
    ended_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE id = %(id)s
  AND state IN ('draft', 'submitted', 'approved', 'preparing', 'canary', 'sending', 'paused', 'halted') RETURNING *

-- name: due_to_start
-- Those whose moment to begin has come.
SELECT number FROM broadcasts WHERE state = 'approved' AND start_at <= now() ORDER BY start_at LIMIT %(limit)s

-- name: previous_of_unit
-- The last one of a unit that was started.
SELECT * FROM broadcasts WHERE unit = %(unit)s AND id < %(before)s AND started_at IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: find_list
-- What a broadcast must know of an uploaded list; nobody changes it meanwhile.
SELECT id, unit, state, columns, good, digest, expires_at FROM recipient_lists WHERE id = %(id)s FOR SHARE

-- name: quota_of
-- What the platform said is left of an account's messages.
SELECT quota_remaining, quota_total FROM accounts WHERE id = %(id)s

-- name: decide
-- Somebody's decision about exactly this content; who had sent it back may approve it when it comes again.
INSERT INTO approvals (broadcast_id, officer, decision, content_hash, comment, at)
VALUES (%(broadcast_id)s, %(officer)s, %(decision)s, %(content_hash)s, %(comment)s, clock_timestamp())
ON CONFLICT (broadcast_id, officer, content_hash) DO UPDATE SET
    decision = excluded.decision, comment = excluded.comment, at = excluded.at

-- name: decisions
-- Every decision, oldest first.
SELECT officer, decision, content_hash, comment, at FROM approvals WHERE broadcast_id = %(broadcast_id)s ORDER BY at

-- name: recipient_facts
-- What is known of phones, one look into the indexes each: closed channels, messages of the last seven days, and whether
-- an earlier broadcast went to them. Phones of which nothing is known are left out.
SELECT h.hash, r.closed, coalesce(w.week, 0) AS week, p.was_told IS TRUE AS was_told
FROM unnest(%(hashes)s::bytea[]) AS h (hash)
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(channel, reason) AS closed FROM reachability
    WHERE recipient_hash = h.hash AND until > now()
) AS r ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS week FROM notices n
    WHERE n.recipient_hash = h.hash AND n.created_at > now() - interval '7 days' AND n.accepted_at IS NOT NULL
) AS w ON true
LEFT JOIN LATERAL (
    SELECT true AS was_told FROM notices n
    WHERE %(previous)s::bigint IS NOT NULL AND n.recipient_hash = h.hash AND n.created_at >= %(since)s::timestamptz
      AND n.broadcast_id = %(previous)s::bigint LIMIT 1
) AS p ON true
WHERE r.closed IS NOT NULL OR w.week > 0 OR p.was_told

-- name: one_test_at_a_time
-- Who tests waits until the test before is in the log; a statement of its own, so that the next one sees it.
SELECT pg_advisory_xact_lock(hashtext('broadcast.test:' || %(actor)s::text))

-- name: tests_lately
-- How many tests somebody sent within an hour.
SELECT count(*) AS tests FROM audit_log
WHERE actor = %(actor)s AND action = 'broadcast.test' AND at > now() - interval '1 hour'

-- name: outcomes
-- What became of a broadcast's rows, by state, reason and channel.
SELECT state, reason, channel, count(*) AS people, coalesce(sum(cost_vnd), 0)::bigint AS cost_vnd,
       count(*) FILTER (WHERE possible_duplicate) AS possible_duplicates
FROM notices WHERE broadcast_id = %(id)s AND created_at >= %(since)s
GROUP BY state, reason, channel ORDER BY count(*) DESC, state, reason, channel

-- name: by_hour
-- How many the platforms took in each hour, and how many of those arrived.
SELECT date_trunc('hour', accepted_at) AS hour, count(*) AS accepted, count(delivered_at) AS delivered
FROM notices WHERE broadcast_id = %(id)s AND created_at >= %(since)s AND accepted_at IS NOT NULL
GROUP BY 1 ORDER BY 1

-- name: opt_outs_after
-- How many of those whom it reached wanted no more within a week.
SELECT count(*) AS people FROM preferences p JOIN notices n ON n.recipient_hash = p.recipient_hash
WHERE p.opted_out_at >= %(since)s AND n.broadcast_id = %(id)s AND n.created_at >= %(since)s
  AND p.opted_out_at >= n.accepted_at AND p.opted_out_at < n.accepted_at + interval '7 days'

-- name: rows_after
-- Rows in their order: each recipient's outcome.
SELECT ordinal, recipient_enc, state, reason, channel, cost_vnd, possible_duplicate, accepted_at, delivered_at, read_at
FROM notices WHERE broadcast_id = %(id)s AND created_at >= %(since)s AND ordinal > %(after)s
ORDER BY ordinal LIMIT %(limit)s

-- name: rows_of_phone
-- What became of one phone, under whatever key its hash was made.
SELECT ordinal, recipient_enc, state, reason, channel, cost_vnd, possible_duplicate, accepted_at, delivered_at, read_at
FROM notices WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND broadcast_id = %(id)s AND created_at >= %(since)s
ORDER BY ordinal LIMIT 10
