-- name: claim
-- Takes accepted notices that should have had their receipt by now, to ask what became of them. The new due_at is the
-- lease: whoever dies with it leaves the question to the next. Not while the brake is on: a restored database remembers
-- messages as silent that were delivered long ago.
WITH silent AS (
    SELECT n.id, n.created_at FROM notices n
    WHERE n.state = 'accepted' AND n.due_at IS NOT NULL AND n.due_at <= now()
      AND n.created_at > now() - interval '35 days'
      AND NOT EXISTS (SELECT 1 FROM brake WHERE engaged)
    ORDER BY n.due_at
    LIMIT %(limit)s
    FOR UPDATE OF n SKIP LOCKED
)
UPDATE notices n SET checks = least(n.checks, 32000) + 1,
    due_at = now() + make_interval(secs => %(lease_seconds)s), updated_at = now()
FROM silent WHERE n.id = silent.id AND n.created_at = silent.created_at AND n.created_at > now() - interval '35 days'
RETURNING n.id, n.created_at, n.token, n.dossier_id, n.dossier_code, n.kind, n.lane, n.role, n.language, n.demands_action,
          n.sends, n.tries, n.urgent_until, n.replaces, n.crashes, n.recipient_hash, n.recipient_enc, n.email_enc,
          n.content_enc, n.route, n.due_at AS lease_until, n.channel, n.platform_message_id AS message_id, n.checks

-- name: settle
-- Records what was heard, unless a receipt or another worker was first. Nothing goes on to another channel once
-- something newer of its dossier exists: the older would follow it. Nor what may have reached the person twice already
-- (facts: rq-httpx-redis-pitfalls B3.3: never a third), unless the message surely failed.
WITH finding AS (
    SELECT * FROM unnest(
        %(id)s::uuid[], %(created_at)s::timestamptz[], %(lease_until)s::timestamptz[], %(state)s::text[],
        %(reason)s::text[], %(due_in_seconds)s::float8[], %(channel)s::text[], %(code)s::text[], %(latency_ms)s::integer[],
        %(message_id)s::text[], %(step)s::text[]
    ) AS f (id, created_at, lease_until, state, reason, due_in_seconds, channel, code, latency_ms, message_id, step)
), judged AS (
    SELECT f.*, f.reason IS NOT DISTINCT FROM 'not_delivered' AS is_failed,
           f.state = 'pending'
           AND (f.reason IS NOT DISTINCT FROM 'not_delivered' OR NOT n.possible_duplicate) AND NOT EXISTS (
               SELECT 1 FROM notices newer
               WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.role = n.role
                 AND newer.created_at > now() - interval '70 days' AND newer.state NOT IN ('cancelled', 'suppressed', 'no_mobile')
                 AND NOT (newer.state = 'superseded' AND newer.reason IS NOT DISTINCT FROM 'corrected')) AS goes_on
    FROM finding f JOIN notices n ON n.id = f.id AND n.created_at = f.created_at
), settled AS (
    UPDATE notices n SET
        state = CASE WHEN j.state <> 'pending' OR j.goes_on THEN j.state WHEN j.is_failed THEN 'failed'
                     ELSE 'accepted' END,
        reason = CASE WHEN n.reason = 'wrong_number' AND NOT j.goes_on THEN n.reason ELSE j.reason END,
        due_at = CASE WHEN j.goes_on THEN now()
                      WHEN j.state = 'accepted' THEN now() + make_interval(secs => j.due_in_seconds) END,
        delivered_at = CASE WHEN j.state = 'delivered' THEN coalesce(n.delivered_at, now()) ELSE n.delivered_at END,
        possible_duplicate = n.possible_duplicate OR j.goes_on,
        tries = CASE WHEN j.goes_on THEN 0 ELSE n.tries END,
        checks = CASE WHEN j.goes_on THEN 0 ELSE n.checks END,
        route = CASE WHEN j.step IS NOT NULL AND (j.goes_on OR j.is_failed) THEN n.route || j.step::jsonb
                     ELSE n.route END,
        updated_at = now()
    FROM judged j
    WHERE n.id = j.id AND n.created_at = j.created_at AND n.state = 'accepted' AND n.due_at = j.lease_until
    RETURNING n.id, n.sends, n.lane, n.state, n.recipient_hash, j.channel, j.code, j.latency_ms, j.message_id, j.goes_on
), logged AS (
    INSERT INTO attempts (notice_id, send, channel, outcome, code, latency_ms)
    SELECT s.id, s.sends, s.channel, 'asked', s.code, s.latency_ms FROM settled s
    UNION ALL
    SELECT s.id, s.sends, s.channel, 'silent', s.message_id, NULL FROM settled s WHERE s.goes_on
    UNION ALL
    SELECT s.id, s.sends, s.channel, 'receipt', s.state, NULL FROM settled s WHERE s.state = 'delivered'
), reopened AS (
    DELETE FROM reachability c USING settled s
    WHERE s.state = 'delivered' AND c.recipient_hash = s.recipient_hash AND c.channel = s.channel
      AND c.reason = 'unreachable'
)
SELECT id, state, lane FROM settled

-- name: heard_of_failure
-- The gateway says that these messages did not arrive. Such a notice is looked at now instead of at its hour; one in
-- doubt is none any more, because the gateway had it.
WITH failed AS (
    UPDATE notices n SET state = 'accepted', accepted_at = coalesce(n.accepted_at, now()), due_at = now(), checks = 0,
        updated_at = now()
    WHERE n.platform_message_id = ANY(%(message_ids)s::text[]) AND n.created_at > now() - interval '35 days'
      AND n.sends > 0 AND n.state IN ('accepted', 'in_doubt')
    RETURNING n.id, n.sends, n.channel
)
INSERT INTO attempts (notice_id, send, channel, outcome, code)
SELECT id, sends, channel, 'asked', 'failed' FROM failed
RETURNING notice_id

-- name: adopt_messages
-- Notes the gateway's ids of messages whose answer was lost, or named no id, by our reference. A notice whose message is
-- known by another id is left alone: a reference in a forged report could name anybody's. One in doubt that is about to
-- be sent again is pending: there a delivery counts, and a failure waits until the repeat is accepted.
UPDATE notices n SET platform_message_id = m.message_id, channel = m.channel, updated_at = now()
FROM unnest(%(notice_id)s::uuid[], %(message_id)s::text[], %(channel)s::text[], %(is_failed)s::boolean[])
    AS m (id, message_id, channel, is_failed)
WHERE n.id = m.id AND n.created_at > now() - interval '35 days' AND n.sends > 0
  AND (n.platform_message_id = 'n-' || replace(n.id::text, '-', '')
       OR n.state = 'in_doubt'
       OR (NOT m.is_failed AND n.state = 'pending' AND n.reason = 'in_doubt_resend')
       OR (NOT m.is_failed AND n.state IN ('pending', 'sending') AND n.channel = m.channel
           AND n.route @> '[{"next": "same_channel"}]'))
RETURNING n.id, n.platform_message_id AS message_id
