-- name: insert
-- Writes the notices of a batch.
COPY notices (id, dossier_id, dossier_code, ordinal, event_key, kind, lane, state, reason, demands_action, language,
              recipient_enc, recipient_hash, content_enc, content_hash, due_at, urgent_until, role, email_enc, follows,
              follows_detail, replaces, broadcast_id)
FROM STDIN

-- name: claim_due
-- Claims due notices of a lane for sending: the intent (sends + 1, token, lease) is committed before a request leaves.
-- Per dossier in order: an earlier one that is held, pending or under way goes first. One in doubt is overtaken, but not
-- in the moment in which it is decided: it may be about to be sent again.
-- What may come back to pending from where it holds nobody up is locked as well, and looked at as it is by then: whoever
-- brings one back locks it first, in a statement before (`lock_to_bring_back`), so one of the two sees the other.
-- Sorted by the index alone: a second key would sort all that came due in the same moment (the whole night's) each time.
-- Nothing while the brake is on, unless its time is over. Bounded in age, so that years of old partitions are not looked
-- at: what moves is young. The same bound on the rows that are changed spares the server the opening of old partitions.
-- Suspects, with which a worker died before, are asked for by themselves. Of a broadcast only while it is going, so that
-- one change of its row stops it at once, whatever its size; when it is done, only a row that a person retries can be due.
WITH due AS (
    SELECT n.id, n.created_at, n.dossier_id, n.role, n.ordinal FROM notices n
    WHERE n.lane = %(lane)s AND n.state = 'pending' AND n.due_at <= now()
      AND n.created_at > now() - interval '35 days' AND (n.crashes > 0) = %(suspects)s
      AND NOT EXISTS (SELECT 1 FROM brake WHERE engaged AND (release_at IS NULL OR release_at > now()))
      AND (n.broadcast_id IS NULL OR EXISTS (
          SELECT 1 FROM broadcasts b WHERE b.id = n.broadcast_id AND b.state IN ('canary', 'sending', 'done')))
      AND NOT EXISTS (
          SELECT 1 FROM notices earlier
          WHERE earlier.dossier_id = n.dossier_id AND earlier.ordinal < n.ordinal AND earlier.role = n.role
            AND earlier.created_at > now() - interval '35 days'
            AND (earlier.state IN ('held', 'pending', 'sending')
                 OR (earlier.state = 'in_doubt' AND earlier.due_at <= clock_timestamp())))
    ORDER BY n.due_at
    LIMIT %(limit)s
    FOR UPDATE OF n SKIP LOCKED
), overtaken AS MATERIALIZED (
    SELECT earlier.id, earlier.created_at, due.id AS by_id FROM due JOIN notices earlier
      ON earlier.dossier_id = due.dossier_id AND earlier.ordinal < due.ordinal AND earlier.role = due.role
     AND earlier.created_at > now() - interval '35 days'
    WHERE earlier.state IN ('in_doubt', 'failed', 'no_mobile')
       OR (earlier.state = 'accepted' AND earlier.due_at IS NOT NULL)
), stays AS MATERIALIZED (
    SELECT earlier.id FROM overtaken o JOIN notices earlier ON earlier.id = o.id AND earlier.created_at = o.created_at
     AND earlier.created_at > now() - interval '35 days'
    WHERE earlier.state NOT IN ('held', 'pending', 'sending')
    FOR SHARE OF earlier SKIP LOCKED
)
UPDATE notices n
SET state = 'sending', sends = n.sends + 1, token = gen_random_uuid(),
    lease_until = now() + make_interval(secs => %(lease_seconds)s), reason = NULL, updated_at = now()
FROM due WHERE n.id = due.id AND n.created_at = due.created_at AND n.created_at > now() - interval '35 days'
  AND due.id NOT IN (SELECT o.by_id FROM overtaken o WHERE o.id NOT IN (SELECT stays.id FROM stays))
RETURNING n.id, n.created_at, n.token, n.dossier_id, n.dossier_code, n.kind, n.lane, n.role, n.language, n.demands_action,
          n.sends, n.tries, n.due_at, n.urgent_until, n.replaces, n.crashes, n.recipient_hash, n.recipient_enc,
          n.email_enc, n.content_enc, n.route

-- name: record_outcomes
-- Records how attempts ended, in one statement that carries their tokens. A receipt may have been faster than our own
-- record ('sending' is 'delivered' by then), and an answer that came after the lease ended still ends the doubt: that it
-- was taken. That it certainly never left: see `put_back_unsent`.
WITH outcome AS (
    SELECT * FROM json_to_recordset(%(outcomes)s::json) AS o (
        id uuid, created_at timestamptz, token uuid, state text, reason text, due_in_seconds float8, not_sent boolean,
        tries smallint, channel text, outcome text, code text, latency_ms integer, message_id text, cost_vnd integer,
        step jsonb)
), logged AS (
    INSERT INTO attempts (notice_id, token, send, channel, outcome, code, latency_ms)
    SELECT o.id, o.token, n.sends, o.channel, o.outcome, o.code, o.latency_ms
    FROM outcome o JOIN notices n ON n.id = o.id AND n.created_at = o.created_at
    WHERE n.created_at > now() - interval '70 days'
      -- Not the same record again, because the answer to its commit was lost. Asked one by one, through the index: as a
      -- join the server may read all attempts of the month for it.
      AND coalesce((SELECT false FROM attempts a WHERE a.notice_id = o.id AND a.token = o.token AND a.outcome = o.outcome
          AND a.at > now() - interval '35 days' LIMIT 1), true)
)
UPDATE notices n SET
    state = CASE WHEN n.state IN ('sending', 'in_doubt') THEN o.state ELSE n.state END,
    reason = CASE WHEN n.state IN ('sending', 'in_doubt') THEN o.reason ELSE n.reason END,
    due_at = CASE WHEN n.state IN ('sending', 'in_doubt') THEN now() + make_interval(secs => o.due_in_seconds)
                  ELSE n.due_at END,
    sends = n.sends - CASE WHEN o.not_sent AND n.state IN ('sending', 'in_doubt') THEN 1 ELSE 0 END,
    tries = o.tries,
    channel = coalesce(o.channel, n.channel),
    platform_message_id = coalesce(o.message_id, n.platform_message_id),
    cost_vnd = coalesce(o.cost_vnd, n.cost_vnd),
    accepted_at = CASE WHEN o.outcome = 'accepted' THEN coalesce(n.accepted_at, now()) ELSE n.accepted_at END,
    route = CASE WHEN o.step IS NULL OR n.route -> -1 = o.step THEN n.route ELSE n.route || o.step END,
    lease_until = NULL, updated_at = now()
FROM outcome o
WHERE n.id = o.id AND n.created_at = o.created_at AND n.created_at > now() - interval '70 days' AND n.token = o.token
  AND (n.state IN ('sending', 'delivered', 'read') OR (n.state = 'in_doubt' AND o.outcome = 'accepted'))
RETURNING n.id

-- name: lock_to_bring_back
-- Locks notices that may come back to pending; in a statement before the one that looks for newer ones of their dossiers,
-- so that the look sees every claim that overtook them (`claim_due` waits for nobody, and leaves what is locked alone).
-- Bounded in age: what is older is never claimed.
SELECT id FROM notices WHERE id = ANY(%(ids)s::uuid[]) AND created_at > now() - interval '70 days'
ORDER BY id, created_at FOR UPDATE

-- name: put_back_unsent
-- An answer that came after the lease ended, and says that the message certainly never left: it ends the doubt as long
-- as nothing newer of the dossier went out.
UPDATE notices n SET state = o.state, reason = o.reason, due_at = now() + make_interval(secs => o.due_in_seconds),
    sends = n.sends - 1, tries = o.tries, channel = coalesce(o.channel, n.channel),
    route = CASE WHEN o.step IS NULL OR n.route -> -1 = o.step THEN n.route ELSE n.route || o.step END,
    updated_at = now()
FROM json_to_recordset(%(outcomes)s::json) AS o (
    id uuid, created_at timestamptz, token uuid, state text, reason text, due_in_seconds float8, tries smallint,
    channel text, step jsonb)
WHERE n.id = o.id AND n.created_at = o.created_at AND n.created_at > now() - interval '70 days' AND n.token = o.token
  AND n.state = 'in_doubt' AND n.due_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM notices newer
      WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.role = n.role AND newer.sends > 0
        AND newer.created_at > now() - interval '70 days')
RETURNING n.id

-- name: expire_leases
-- A lease that ran out means in doubt, never pending: nobody knows whether the request left. A row that a frozen
-- process has locked is left for the next look: waiting for it would hold up everybody else's. What ended so before may
-- be what kills its workers: it is set aside for good, and only a receipt or a person moves it. Bounded in age as the claim
-- is, but twice as far back: what was claimed in its last minute, before a month without workers, is found as well.
WITH ended AS (
    SELECT id, created_at FROM notices
    WHERE state = 'sending' AND lease_until < now() AND created_at > now() - interval '70 days'
    FOR UPDATE SKIP LOCKED
), expired AS (
    UPDATE notices n SET state = 'in_doubt', crashes = n.crashes + 1, lease_until = NULL,
        reason = CASE WHEN n.crashes = 0 THEN 'lease_expired' ELSE 'poison' END,
        due_at = CASE WHEN n.crashes = 0 THEN now() + make_interval(secs => %(wait_seconds)s) END, updated_at = now()
    FROM ended WHERE n.id = ended.id AND n.created_at = ended.created_at AND n.created_at > now() - interval '70 days'
    RETURNING n.id, n.token, n.sends, n.channel, n.reason
)
INSERT INTO attempts (notice_id, token, send, channel, outcome, code)
SELECT id, token, sends, channel, 'in_doubt', reason FROM expired
RETURNING notice_id

-- name: settle_doubts
-- After the wait for a receipt: one more send for what the citizen must act on, as long as nothing newer went out;
-- everything else, every broadcast and every one-time code stays in doubt for good (facts: rq-httpx-redis-pitfalls B3).
WITH ripe AS (
    SELECT n.id, n.created_at,
           n.demands_action AND n.lane <> 'broadcast' AND n.kind <> 'otp' AND n.sends < %(max_sends)s
           AND n.created_at > now() - interval '35 days' AND NOT EXISTS (
               SELECT 1 FROM notices newer WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal
                 AND newer.created_at > now() - interval '70 days' AND newer.role = n.role AND newer.state NOT IN ('cancelled', 'suppressed', 'no_mobile')
                 AND NOT (newer.state = 'superseded' AND newer.reason IS NOT DISTINCT FROM 'corrected')) AS again
    FROM notices n
    WHERE n.state = 'in_doubt' AND n.due_at <= now() AND n.created_at > now() - interval '70 days'
    LIMIT 1000 FOR UPDATE OF n SKIP LOCKED
), settled AS (
    UPDATE notices n SET
        state = CASE WHEN r.again THEN 'pending' ELSE 'in_doubt' END,
        possible_duplicate = n.possible_duplicate OR r.again,
        token = CASE WHEN r.again THEN NULL ELSE n.token END,
        due_at = CASE WHEN r.again THEN now() END,
        reason = CASE WHEN r.again THEN 'in_doubt_resend' ELSE 'never_confirmed' END,
        updated_at = now()
    FROM ripe r WHERE n.id = r.id AND n.created_at = r.created_at AND n.created_at > now() - interval '70 days'
    RETURNING n.id, n.sends, n.channel, n.lane, r.again
), logged AS (
    INSERT INTO attempts (notice_id, send, channel, outcome) SELECT id, sends, channel, 'resend' FROM settled WHERE again
)
SELECT lane, again FROM settled

-- name: due_lanes
-- The lanes with work that is due now, and young enough to be claimed. By lane, so that the index leads past the million
-- rows of a broadcast that wait for their turn without a date.
SELECT lane, count(*) AS notices, extract(epoch FROM now() - min(due_at))::float8 AS oldest_seconds
FROM notices
WHERE lane IN ('urgent', 'status', 'broadcast') AND state = 'pending' AND due_at <= now()
  AND created_at > now() - interval '35 days'
GROUP BY lane

-- name: apply_receipts
-- Moves notices on by receipts. Never backwards; a receipt also ends a doubt, stops a second send and mends a failure.
-- What had gone on to another channel may still arrive on the first one. Where something arrived, the channel is open.
WITH receipt AS (
    SELECT DISTINCT ON (id) * FROM unnest(
        %(id)s::uuid[], %(read)s::boolean[], %(rating)s::smallint[], %(platform)s::text[], %(message_id)s::text[])
        AS r (id, read, rating, platform, message_id) ORDER BY id, read DESC, rating DESC NULLS LAST
), moved AS (
    UPDATE notices n SET
        state = CASE WHEN r.read OR n.state = 'read' THEN 'read' ELSE 'delivered' END,
        delivered_at = coalesce(n.delivered_at, now()),
        accepted_at = coalesce(n.accepted_at, now()),
        read_at = CASE WHEN r.read THEN coalesce(n.read_at, now()) ELSE n.read_at END,
        rating = coalesce(r.rating, n.rating),
        reason = CASE WHEN n.reason = 'wrong_number' THEN n.reason END,  -- it arrived, and at a stranger's
        due_at = NULL, lease_until = NULL, updated_at = now()
    FROM receipt r
    WHERE n.id = r.id AND n.sends > 0 AND n.created_at > now() - interval '35 days'
      AND (n.state NOT IN ('delivered', 'read')
           OR (n.state = 'delivered' AND (r.read OR r.rating IS NOT NULL))
           OR (n.state = 'read' AND r.rating IS NOT NULL))
    RETURNING n.id, n.sends, n.state, n.recipient_hash, n.accepted_at,
        CASE WHEN n.possible_duplicate THEN coalesce((
            SELECT a.channel FROM attempts a
            WHERE a.notice_id = n.id AND a.outcome = 'silent'
              AND (a.code = r.message_id
                   OR (NOT starts_with(n.channel, r.platform) AND starts_with(a.channel, r.platform)))
            ORDER BY a.id DESC LIMIT 1), n.channel) ELSE n.channel END AS channel
), reopened AS (
    -- A refusal that came after the message had been taken still holds.
    DELETE FROM reachability c USING moved m
    WHERE c.recipient_hash = m.recipient_hash AND c.channel = m.channel
      AND (c.reason = 'unreachable' OR c.noted_at < m.accepted_at)
)
INSERT INTO attempts (notice_id, send, channel, outcome, code)
SELECT id, sends, channel, 'receipt', state FROM moved
RETURNING notice_id

-- name: ids_of_messages
-- The notices behind the platform's message ids; a message that was given up for another channel may still arrive.
SELECT id, platform_message_id FROM notices
WHERE platform_message_id = ANY(%(message_ids)s::text[]) AND created_at > now() - interval '35 days'
UNION
SELECT notice_id, code FROM attempts
WHERE outcome = 'silent' AND code = ANY(%(message_ids)s::text[]) AND at > now() - interval '35 days'

-- name: of_dossier
-- What was sent about a dossier, oldest first; no personal data.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash, role
FROM notices WHERE dossier_id = %(dossier_id)s ORDER BY ordinal, created_at

-- name: search
-- Notices by state and dossier, newest first.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash, role
FROM notices
WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(code)s::text IS NULL OR dossier_code = %(code)s)
ORDER BY created_at DESC, ordinal DESC LIMIT %(limit)s

-- name: get
-- One notice.
SELECT id, created_at, dossier_code, ordinal, kind, lane, state, reason, channel, language, sends, tries,
       possible_duplicate, due_at, accepted_at, delivered_at, read_at, updated_at, event_key, platform_message_id,
       cost_vnd, rating, route, content_hash, role
FROM notices WHERE id = %(id)s

-- name: attempts_of
-- Every attempt of a notice, oldest first.
SELECT at, send, channel, outcome, code, latency_ms FROM attempts WHERE notice_id = %(id)s ORDER BY id

-- name: retry
-- A person hands a dead end to delivery again, from the first step of the ladder. Not when something newer of its
-- dossier went out (the older would follow it), not when there were no words to send, and nothing of a cancelled
-- broadcast: it would never be claimed.
WITH retried AS (
    UPDATE notices n SET state = 'pending', reason = 'retried_by_hand', tries = 0, crashes = 0, token = NULL,
        due_at = now(), possible_duplicate = n.possible_duplicate OR n.state = 'in_doubt', updated_at = now(),
        route = n.route || '[{"why": "retried_by_hand"}]'::jsonb  -- what was given up before counts no more
    WHERE n.id = %(id)s AND (n.state = 'failed' OR (n.state = 'in_doubt' AND n.due_at IS NULL))
      AND (n.recipient_enc IS NOT NULL OR n.email_enc IS NOT NULL) AND n.reason IS DISTINCT FROM 'composition'
      AND NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = n.broadcast_id AND b.state = 'cancelled')
      AND NOT EXISTS (
          SELECT 1 FROM notices newer
          WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.role = n.role
            AND (newer.sends > 0 OR newer.merged_into IS NOT NULL))
    RETURNING n.lane, n.recipient_hash
), reopened AS (
    -- Who asks for it knows better than what a platform said a while ago; a refusal still holds.
    DELETE FROM reachability c USING retried r
    WHERE c.recipient_hash = r.recipient_hash AND c.reason = 'unreachable'
)
SELECT lane FROM retried

-- name: count_states
-- Notices that are not at rest, by state; each part is answered by a partial index, not by reading years of notices. The
-- rows of broadcasts whose turn has not come have no date; their number is known without counting a million of them.
SELECT state, sum(notices)::bigint AS notices FROM (
    SELECT state, count(*) AS notices FROM notices
    WHERE lane IN ('urgent', 'status', 'broadcast') AND state IN ('held', 'pending') AND due_at IS NOT NULL
    GROUP BY state
    UNION ALL
    SELECT 'held', sum(rows - released) FROM broadcasts
    WHERE state IN ('preparing', 'canary', 'sending', 'paused', 'halted') AND rows > released HAVING count(*) > 0
    UNION ALL
    SELECT state, count(*) FROM notices WHERE state = 'sending' GROUP BY state
    UNION ALL
    SELECT state, count(*) FROM notices WHERE state IN ('failed', 'no_mobile', 'in_doubt') GROUP BY state
) AS parts GROUP BY state
