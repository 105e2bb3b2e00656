-- name: facts
-- What is known of recipients beyond their address; recipients of whom nothing is known are left out. A phone over which
-- several people proved control (a family's, or a number given to somebody else) leads to nobody's chat; nor does a link
-- that was lent for a time: the relative is told on the phone.
SELECT a.hash, p.opted_out_at IS NOT NULL OR p.paused_until > now() IS TRUE AS opted_out, c.user_enc,
       c.last_interaction_at, r.closed, p.quiet_from, p.quiet_to, m.dossiers AS muted
FROM (SELECT DISTINCT unnest(%(hashes)s::bytea[]) AS hash) AS a
LEFT JOIN preferences p ON p.recipient_hash = a.hash
LEFT JOIN LATERAL (
    SELECT (array_agg(c.user_enc))[1] AS user_enc, max(c.last_interaction_at) AS last_interaction_at
    FROM citizens c
    WHERE c.id IN (SELECT l.citizen_id FROM links l
                   WHERE l.phone_hash = a.hash AND l.revoked_at IS NULL AND l.expires_at IS NULL)
      AND c.platform = 'zalo'
    HAVING count(*) = 1 AND bool_and(c.follows IS NOT FALSE AND c.stopped_at IS NULL)
) AS c ON true
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(channel, reason) AS closed FROM reachability
    WHERE recipient_hash = a.hash AND until > now()
) AS r ON true
-- Not only where there are preferences: these may stand under another key by now.
LEFT JOIN LATERAL (SELECT array_agg(dossier_id) AS dossiers FROM mutes WHERE recipient_hash = a.hash) AS m ON true
WHERE p.recipient_hash IS NOT NULL OR c.user_enc IS NOT NULL OR r.closed IS NOT NULL OR m.dossiers IS NOT NULL

-- name: close
-- Notes that channels do not reach recipients for a while; the newest word counts, but a stranger's phone stays one.
INSERT INTO reachability (recipient_hash, channel, reason, code, until)
SELECT hash, channel, reason, code, now() + make_interval(secs => seconds)
FROM unnest(%(hash)s::bytea[], %(channel)s::text[], %(reason)s::text[], %(code)s::text[], %(seconds)s::float8[])
    AS u (hash, channel, reason, code, seconds)
ORDER BY hash, channel
ON CONFLICT (recipient_hash, channel) DO UPDATE SET
    reason = excluded.reason, code = excluded.code, until = excluded.until, noted_at = now()
WHERE reachability.reason <> 'wrong_number' OR excluded.reason = 'wrong_number'

-- name: opt_out
-- No more messages of ours on Zalo for this phone. What was noted under an older key is taken over: two rows for one
-- phone would meet when the keys are changed.
WITH older AS (
    DELETE FROM preferences WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND recipient_hash <> %(hash)s
    RETURNING opted_out_at, language
)
INSERT INTO preferences (recipient_hash, recipient_enc, opted_out_at, language)
VALUES (%(hash)s, %(phone_enc)s, coalesce((SELECT min(opted_out_at) FROM older), now()), (SELECT max(language) FROM older))
ON CONFLICT (recipient_hash) DO UPDATE SET opted_out_at = coalesce(preferences.opted_out_at, now()), updated_at = now()

-- name: opt_in
-- Takes that back.
UPDATE preferences SET opted_out_at = NULL, updated_at = now() WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: suppress
-- What waits for a phone that opted out and has no other way left is not sent.
UPDATE notices n SET state = 'suppressed', reason = 'opted_out', due_at = NULL, updated_at = now()
WHERE n.recipient_hash = ANY(%(hashes)s::bytea[]) AND n.state IN ('held', 'pending') AND NOT n.demands_action
  AND n.lane <> 'urgent' AND n.created_at > now() - interval '35 days'
RETURNING n.id
