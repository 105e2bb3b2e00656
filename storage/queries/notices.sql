-- name: insert
-- Writes the notices of a batch.
COPY notices (id, dossier_id, dossier_code, ordinal, event_key, kind, lane, state, reason, demands_action, language,
              recipient_enc, recipient_hash, content_enc, content_hash, due_at, urgent_until)
FROM STDIN

-- name: claim_due
-- Claims due notices of a lane for sending: the intent (sends + 1, token, lease) is committed before a request leaves.
-- Per dossier in order: an earlier one that is held, pending or under way goes first. One in doubt is overtaken, but not
-- in the moment in which it is decided: it may be about to be sent again.
-- Sorted by the index alone: a second key would sort all that came due in the same moment (the whole night's) each time.
WITH due AS (
    SELECT n.id, n.created_at FROM notices n
    WHERE n.lane = %(lane)s AND n.state = 'pending' AND n.due_at <= now()
      AND NOT EXISTS (
          SELECT 1 FROM notices earlier
          WHERE earlier.dossier_id = n.dossier_id AND earlier.ordinal < n.ordinal
            AND (earlier.state IN ('held', 'pending', 'sending')
                 OR (earlier.state = 'in_doubt' AND earlier.due_at <= clock_timestamp())))
    ORDER BY n.due_at
    LIMIT %(limit)s
    FOR UPDATE OF n SKIP LOCKED
)
UPDATE notices n
SET state = 'sending', sends = n.sends + 1, token = gen_random_uuid(),
    lease_until = now() + make_interval(secs => %(lease_seconds)s), reason = NULL, updated_at = now()
FROM due WHERE n.id = due.id AND n.created_at = due.created_at
RETURNING n.id, n.created_at, n.token, n.dossier_code, n.kind, n.language, n.demands_action, n.sends, n.tries, n.urgent_until,
          n.recipient_enc, n.content_enc, n.route

-- name: record_outcomes
-- Records how attempts ended, in one statement that carries their tokens. A receipt may have been faster than our own
-- record ('sending' is 'delivered' by then), and an answer that came after the lease ended still ends the doubt.
WITH outcome AS (
    SELECT * FROM unnest(
        %(id)s::uuid[], %(created_at)s::timestamptz[], %(token)s::uuid[], %(state)s::text[], %(reason)s::text[],
        %(due_in_seconds)s::float8[], %(not_sent)s::boolean[], %(tries)s::smallint[], %(channel)s::text[],
        %(outcome)s::text[], %(code)s::text[], %(latency_ms)s::integer[], %(message_id)s::text[],
        %(cost_vnd)s::integer[], %(step)s::text[]
    ) AS o (id, created_at, token, state, reason, due_in_seconds, not_sent, tries, channel, outcome, code, latency_ms,
            message_id, cost_vnd, step)
), logged AS (
    INSERT INTO attempts (notice_id, token, send, channel, outcome, code, latency_ms)
    SELECT o.id, o.token, n.sends, o.channel, o.outcome, o.code, o.latency_ms
    FROM outcome o JOIN notices n ON n.id = o.id AND n.created_at = o.created_at
    WHERE NOT EXISTS (  -- the same record again, because the answer to its commit was lost
        SELECT 1 FROM attempts a WHERE a.notice_id = o.id AND a.token = o.token AND a.outcome = o.outcome)
)
UPDATE notices n SET
    state = CASE WHEN n.state IN ('sending', 'in_doubt') THEN o.state ELSE n.state END,
    reason = CASE WHEN n.state IN ('sending', 'in_doubt') THEN o.reason ELSE n.reason END,
    due_at = CASE WHEN n.state IN ('sending', 'in_doubt') THEN now() + make_interval(secs => o.due_in_seconds)
                  ELSE n.due_at END,
    sends = n.sends - CASE WHEN o.not_sent AND n.state = 'sending' THEN 1 ELSE 0 END,
    tries = o.tries,
    channel = o.channel,
    platform_message_id = coalesce(o.message_id, n.platform_message_id),
    cost_vnd = coalesce(o.cost_vnd, n.cost_vnd),
    accepted_at = CASE WHEN o.outcome = 'accepted' THEN coalesce(n.accepted_at, now()) ELSE n.accepted_at END,
    route = CASE WHEN o.step IS NULL OR n.route -> -1 = o.step::jsonb THEN n.route ELSE n.route || o.step::jsonb END,
    lease_until = NULL, updated_at = now()
FROM outcome o
WHERE n.id = o.id AND n.created_at = o.created_at AND n.token = o.token
  AND (n.state IN ('sending', 'delivered', 'read') OR (n.state = 'in_doubt' AND o.outcome = 'accepted'))
RETURNING n.id

-- name: release_held
-- Hands held notices whose hour has come to delivery.
WITH ready AS (
    SELECT id, created_at FROM notices WHERE state = 'held' AND due_at <= now() FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET state = 'pending', reason = NULL, updated_at = now()
FROM ready WHERE n.id = ready.id AND n.created_at = ready.created_at
RETURNING n.lane

-- name: supersede_held
-- What waits for a decent hour and is overtaken by something that goes at once says nothing new any more; sent later
-- it would follow a newer one.
UPDATE notices n SET state = 'superseded', reason = 'overtaken', due_at = NULL, updated_at = now()
FROM unnest(%(dossier_id)s::bigint[], %(ordinal)s::integer[]) AS newer (dossier_id, ordinal)
WHERE n.dossier_id = newer.dossier_id AND n.ordinal < newer.ordinal AND n.state = 'held'

-- name: supersede_overtaken
-- What waits long for another try, while something newer of its dossier could go now, says nothing new any more: the
-- newest says what still holds, and is not kept waiting behind it.
WITH overtaken AS (
    SELECT older.id, older.created_at FROM notices older
    WHERE older.state IN ('held', 'pending')
      AND older.due_at > now() + make_interval(secs => %(patience_seconds)s)
      AND EXISTS (
          SELECT 1 FROM notices newer
          WHERE newer.dossier_id = older.dossier_id AND newer.ordinal > older.ordinal
            AND newer.state = 'pending' AND newer.due_at <= now())
    LIMIT 1000 FOR UPDATE OF older SKIP LOCKED
)
UPDATE notices n SET state = 'superseded', reason = 'overtaken', due_at = NULL, updated_at = now()
FROM overtaken WHERE n.id = overtaken.id AND n.created_at = overtaken.created_at
RETURNING n.id

-- name: expire_leases
-- A lease that ran out means in doubt, never pending: nobody knows whether the request left. A row that a frozen
-- process has locked is left for the next look: waiting for it would hold up everybody else's.
WITH ended AS (
    SELECT id, created_at FROM notices WHERE state = 'sending' AND lease_until < now() FOR UPDATE SKIP LOCKED
), expired AS (
    UPDATE notices n SET state = 'in_doubt', reason = 'lease_expired', lease_until = NULL,
        due_at = now() + make_interval(secs => %(wait_seconds)s), updated_at = now()
    FROM ended WHERE n.id = ended.id AND n.created_at = ended.created_at
    RETURNING n.id, n.token, n.sends, n.channel
)
INSERT INTO attempts (notice_id, token, send, channel, outcome, code)
SELECT id, token, sends, channel, 'in_doubt', 'lease_expired' FROM expired
RETURNING notice_id

-- name: settle_doubts
-- After the wait for a receipt: one more send for what the citizen must act on, as long as nothing newer went out;
-- everything else stays in doubt for good (facts: rq-httpx-redis-pitfalls B3).
WITH ripe AS (
    SELECT n.id, n.created_at,
           n.demands_action AND n.sends < %(max_sends)s AND NOT EXISTS (
               SELECT 1 FROM notices newer WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal
                 AND newer.state NOT IN ('cancelled', 'suppressed', 'no_mobile')) AS again
    FROM notices n
    WHERE n.state = 'in_doubt' AND n.due_at <= now()
    LIMIT 1000 FOR UPDATE OF n SKIP LOCKED
), settled AS (
    UPDATE notices n SET
        state = CASE WHEN r.again THEN 'pending' ELSE 'in_doubt' END,
        possible_duplicate = n.possible_duplicate OR r.again,
        token = CASE WHEN r.again THEN NULL ELSE n.token END,
        due_at = CASE WHEN r.again THEN now() END,
        reason = CASE WHEN r.again THEN 'in_doubt_resend' ELSE 'never_confirmed' END,
        updated_at = now()
    FROM ripe r WHERE n.id = r.id AND n.created_at = r.created_at
    RETURNING n.id, n.sends, n.channel, n.lane, r.again
), logged AS (
    INSERT INTO attempts (notice_id, send, channel, outcome) SELECT id, sends, channel, 'resend' FROM settled WHERE again
)
SELECT lane, again FROM settled

-- name: due_lanes
-- The lanes with work that is due now.
SELECT lane, count(*) AS notices, extract(epoch FROM now() - min(due_at))::float8 AS oldest_seconds
FROM notices WHERE state = 'pending' AND due_at <= now() GROUP BY lane

-- name: apply_receipts
-- Moves notices on by receipts. Never backwards; a receipt also ends a doubt, stops a second send and mends a failure.
WITH receipt AS (
    SELECT DISTINCT ON (id) id, read, rating FROM unnest(%(id)s::uuid[], %(read)s::boolean[], %(rating)s::smallint[])
        AS r (id, read, rating) ORDER BY id, read DESC, rating DESC NULLS LAST
), moved AS (
    UPDATE notices n SET
        state = CASE WHEN r.read OR n.state = 'read' THEN 'read' ELSE 'delivered' END,
        delivered_at = coalesce(n.delivered_at, now()),
        accepted_at = coalesce(n.accepted_at, now()),
        read_at = CASE WHEN r.read THEN coalesce(n.read_at, now()) ELSE n.read_at END,
        rating = coalesce(r.rating, n.rating),
        reason = NULL, due_at = NULL, lease_until = NULL, updated_at = now()
    FROM receipt r
    WHERE n.id = r.id AND n.sends > 0
      AND (n.state IN ('sending', 'in_doubt', 'accepted', 'failed', 'held', 'pending', 'superseded')
           OR (n.state = 'delivered' AND (r.read OR r.rating IS NOT NULL))
           OR (n.state = 'read' AND r.rating IS NOT NULL))
    RETURNING n.id, n.channel, n.sends, n.state
)
INSERT INTO attempts (notice_id, send, channel, outcome, code)
SELECT id, sends, channel, 'receipt', state FROM moved
RETURNING notice_id

-- name: ids_of_messages
-- The notices behind the platform's message ids.
SELECT id, platform_message_id FROM notices WHERE platform_message_id = ANY(%(message_ids)s::text[])

-- name: of_dossier
-- What was sent about a dossier, oldest first; no personal data.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash
FROM notices WHERE dossier_id = %(dossier_id)s ORDER BY ordinal, created_at

-- name: search
-- Notices by state and dossier, newest first.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash
FROM notices
WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(code)s::text IS NULL OR dossier_code = %(code)s)
ORDER BY created_at DESC, ordinal DESC LIMIT %(limit)s

-- name: get
-- One notice.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash
FROM notices WHERE id = %(id)s

-- name: attempts_of
-- Every attempt of a notice, oldest first.
SELECT at, send, channel, outcome, code, latency_ms FROM attempts WHERE notice_id = %(id)s ORDER BY id

-- name: retry
-- A person hands a dead end to delivery again, from the first step of the ladder. Not when something newer of its
-- dossier went out (the older would follow it), and not when there were no words to send.
UPDATE notices n SET state = 'pending', reason = 'retried_by_hand', tries = 0, token = NULL, due_at = now(),
    possible_duplicate = n.possible_duplicate OR n.state = 'in_doubt', updated_at = now()
WHERE n.id = %(id)s AND (n.state = 'failed' OR (n.state = 'in_doubt' AND n.due_at IS NULL))
  AND n.recipient_enc IS NOT NULL AND n.reason IS DISTINCT FROM 'composition'
  AND NOT EXISTS (
      SELECT 1 FROM notices newer
      WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.sends > 0)
RETURNING n.lane

-- name: count_states
-- Notices that are not at rest, by state; each part is answered by a partial index, not by reading years of notices.
SELECT state, count(*) AS notices FROM notices WHERE state IN ('held', 'pending') GROUP BY state
UNION ALL
SELECT state, count(*) AS notices FROM notices WHERE state = 'sending' GROUP BY state
UNION ALL
SELECT state, count(*) AS notices FROM notices WHERE state IN ('failed', 'no_mobile', 'in_doubt') GROUP BY state
