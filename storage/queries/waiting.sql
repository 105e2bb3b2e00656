-- name: release_held
-- Hands held notices whose hour has come to delivery; those over the day's limit only where nothing merges them.
WITH ready AS (
    SELECT id, created_at FROM notices
    WHERE lane IN ('urgent', 'status', 'broadcast')  -- the index leads past a broadcast's rows, which have no date
      AND state = 'held' AND due_at <= now() AND created_at > now() - interval '35 days'
      AND (NOT %(merges)s OR reason IS DISTINCT FROM 'daily_limit' OR lane <> 'status')
    FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET state = 'pending', reason = NULL, updated_at = now()
FROM ready WHERE n.id = ready.id AND n.created_at = ready.created_at AND n.created_at > now() - interval '35 days'
RETURNING n.lane

-- name: supersede_held
-- What waits for its hour while something newer of its dossier goes at once: replaced where the newer one says all that
-- still holds, which counts it; else it goes now, before the newer one, for sent later it would follow it. A hold that
-- lets an officer correct a mistake is not ours to end. The newer ones were written by this very transaction.
WITH newer AS (
    SELECT * FROM unnest(
        %(id)s::uuid[], %(dossier_id)s::bigint[], %(role)s::text[], %(ordinal)s::integer[], %(kind)s::text[],
        %(urgent_until)s::timestamptz[]) AS u (id, dossier_id, role, ordinal, kind, urgent_until)
), implied AS (
    SELECT * FROM unnest(%(older_kind)s::text[], %(newer_kind)s::text[]) AS u (older_kind, newer_kind)
), waiting AS (
    SELECT n.id, n.created_at, n.replaces, newest.id AS newest_id, newest.urgent_until,
           EXISTS (
               SELECT 1 FROM newer JOIN implied ON implied.newer_kind = newer.kind
               WHERE newer.dossier_id = n.dossier_id AND newer.role = n.role AND newer.ordinal > n.ordinal
                 AND implied.older_kind = n.kind) AS is_implied
    FROM notices n
    JOIN LATERAL (
        SELECT newer.id, newer.urgent_until FROM newer
        WHERE newer.dossier_id = n.dossier_id AND newer.role = n.role AND newer.ordinal > n.ordinal
        ORDER BY newer.ordinal DESC LIMIT 1) AS newest ON true
    WHERE n.dossier_id = ANY(%(dossier_id)s::bigint[]) AND n.state = 'held'
      AND n.reason IS DISTINCT FROM 'coalescing' AND n.created_at > now() - interval '35 days'
    FOR UPDATE OF n
), replaced AS (
    UPDATE notices n SET state = 'superseded', reason = 'overtaken', due_at = NULL, updated_at = now()
    FROM waiting w WHERE w.is_implied AND n.id = w.id AND n.created_at = w.created_at
), counted AS (
    UPDATE notices n SET replaces = n.replaces + w.many
    FROM (SELECT newest_id, sum(1 + replaces) AS many FROM waiting WHERE is_implied GROUP BY newest_id) AS w
    WHERE n.id = w.newest_id AND n.created_at = now()
)
UPDATE notices n SET state = 'pending', reason = NULL, due_at = now(), urgent_until = w.urgent_until, updated_at = now()
FROM waiting w WHERE NOT w.is_implied AND n.id = w.id AND n.created_at = w.created_at

-- name: readdress
-- What has not gone yet goes to the number that the dossier has now. What may be out keeps the one that it went to.
UPDATE notices n SET recipient_enc = u.recipient, recipient_hash = u.hash, updated_at = now()
FROM unnest(%(dossier_id)s::bigint[], %(recipient)s::bytea[], %(hash)s::bytea[]) AS u (dossier_id, recipient, hash)
WHERE n.dossier_id = u.dossier_id AND n.role = 'applicant' AND n.state IN ('held', 'pending') AND n.sends = 0
  AND n.recipient_hash <> u.hash AND n.created_at > now() - interval '35 days'

-- name: find_crowded
-- Dossiers of which several notices wait for one person, some of them long. One pass over what waits, without sort and
-- join: after an outage that may be a hundred thousand rows, of which the planner knows nothing.
SELECT dossier_id FROM notices
WHERE lane IN ('urgent', 'status') AND state IN ('held', 'pending') AND dossier_id IS NOT NULL
  AND reason IS DISTINCT FROM 'coalescing' AND created_at > now() - interval '35 days'
GROUP BY dossier_id, role
HAVING count(*) > 1 AND bool_or(
    created_at < now() - make_interval(secs => %(patience_seconds)s)
    OR due_at > now() + make_interval(secs => %(patience_seconds)s))
LIMIT %(limit)s

-- name: find_overtaken
-- A backlog comes down to what still holds: what has waited long, or will, while something newer of its dossier and
-- person waits as well that says all that still holds of it; with the newest of them.
WITH waiting AS (
    SELECT id, kind, array_agg(kind) OVER newer AS newer_kinds, last_value(id) OVER everything AS newest_id,
           created_at < now() - make_interval(secs => %(patience_seconds)s)
           OR due_at > now() + make_interval(secs => %(patience_seconds)s) AS is_late
    FROM notices
    WHERE dossier_id = ANY(%(dossiers)s::bigint[]) AND lane IN ('urgent', 'status') AND state IN ('held', 'pending')
      AND reason IS DISTINCT FROM 'coalescing' AND created_at > now() - interval '35 days'
    WINDOW newer AS (
               PARTITION BY dossier_id, role ORDER BY ordinal ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
           everything AS (
               PARTITION BY dossier_id, role ORDER BY ordinal
               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), implied AS (
    SELECT older_kind, array_agg(newer_kind) AS newer_kinds
    FROM unnest(%(older_kind)s::text[], %(newer_kind)s::text[]) AS u (older_kind, newer_kind) GROUP BY older_kind
)
SELECT waiting.id, waiting.newest_id FROM waiting JOIN implied ON implied.older_kind = waiting.kind
WHERE waiting.is_late AND waiting.newer_kinds && implied.newer_kinds
LIMIT %(limit)s

-- name: supersede_overtaken
-- Sets found ones aside. The newest counts those it is sent instead of, and when it was over the day's limit it takes the
-- place of one of them. It is locked first: it must not leave with the old number.
WITH pair AS MATERIALIZED (
    SELECT * FROM unnest(%(id)s::uuid[], %(newest_id)s::uuid[]) AS u (id, newest_id)
), newest AS MATERIALIZED (
    SELECT id, created_at, state = 'held' AND reason IS NOT DISTINCT FROM 'daily_limit' AS is_over FROM notices
    WHERE id = ANY(%(newest_id)s::uuid[]) AND created_at > now() - interval '35 days' AND state IN ('held', 'pending')
    FOR UPDATE SKIP LOCKED
), overtaken AS MATERIALIZED (
    SELECT id, created_at, replaces, due_at, state = 'pending' AS goes_now,
           reason IS DISTINCT FROM 'daily_limit' AS has_place
    FROM notices
    WHERE id = ANY(%(id)s::uuid[]) AND created_at > now() - interval '35 days' AND state IN ('held', 'pending')
      AND id IN (SELECT pair.id FROM pair JOIN newest ON newest.id = pair.newest_id)
    FOR UPDATE SKIP LOCKED
), place AS (
    SELECT newest.id, newest.created_at, sum(1 + o.replaces) AS many, bool_or(o.goes_now) AS goes_now,
           newest.is_over AND bool_or(o.has_place) AS moves, min(o.due_at) FILTER (WHERE o.has_place) AS due_at
    FROM overtaken o JOIN pair ON pair.id = o.id JOIN newest ON newest.id = pair.newest_id
    GROUP BY newest.id, newest.created_at, newest.is_over
), counted AS (
    UPDATE notices n SET
        replaces = n.replaces + place.many,
        state = CASE WHEN place.moves AND place.goes_now THEN 'pending' ELSE n.state END,
        reason = CASE WHEN NOT place.moves THEN n.reason WHEN NOT place.goes_now THEN 'quiet_hours' END,
        due_at = CASE WHEN NOT place.moves THEN n.due_at WHEN place.goes_now THEN now() ELSE place.due_at END
    FROM place
    WHERE n.id = place.id AND n.created_at = place.created_at AND n.id = ANY(%(newest_id)s::uuid[])
      AND n.created_at > now() - interval '35 days'
)
UPDATE notices n SET state = 'superseded', reason = 'overtaken', due_at = NULL, updated_at = now()
FROM overtaken o
WHERE n.id = o.id AND n.created_at = o.created_at AND n.id = ANY(%(id)s::uuid[])
  AND n.created_at > now() - interval '35 days'
RETURNING n.id

-- name: count_by_day
-- How many messages phones get on which of the city's days: those made, each on the day on which it went or will go.
-- One-time codes and replies are no messages of that kind, and a broadcast's row counts from its turn on. `waits_for`: the moment for which those over the limit wait.
SELECT recipient_hash AS hash,
       (coalesce(accepted_at, due_at, updated_at) AT TIME ZONE %(zone)s)::date AS day,
       CASE WHEN state = 'held' AND reason = 'daily_limit' AND lane = 'status' THEN due_at END AS waits_for, count(*) AS notices
FROM notices
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND created_at > now() - interval '15 days' AND lane <> 'urgent'
  AND state IN ('held', 'pending', 'sending', 'in_doubt', 'accepted', 'delivered', 'read')
  AND NOT (state = 'held' AND due_at IS NULL)
GROUP BY 1, 2, 3

-- name: lock_phones
-- Lets one transaction at a time decide about phones that are near their limit.
SELECT pg_advisory_xact_lock(hashtext('hoso.daily_limit'), place) FROM unnest(%(places)s::integer[]) AS place
ORDER BY place

-- name: lock_digests
-- One process at a time merges.
SELECT pg_try_advisory_xact_lock(hashtext('hoso.digests')) AS locked

-- name: due_digests
-- Phones whose merged message is due, and of how many notices it will speak.
SELECT recipient_hash AS hash, count(*) AS notices FROM notices
WHERE lane = 'status' AND state = 'held' AND reason = 'daily_limit' AND due_at <= now() AND recipient_hash IS NOT NULL
  AND created_at > now() - interval '35 days'
GROUP BY recipient_hash LIMIT %(limit)s

-- name: lock_merged
-- The notices that one phone's merged message speaks of; fewer than there are when somebody is at one of them.
SELECT id, created_at, dossier_id, dossier_code, ordinal, kind, role, language, demands_action, recipient_enc, email_enc,
       content_enc
FROM notices
WHERE recipient_hash = %(hash)s AND lane = 'status' AND state = 'held' AND reason = 'daily_limit' AND due_at <= now()
  AND created_at > now() - interval '35 days'
ORDER BY created_at, ordinal FOR UPDATE SKIP LOCKED

-- name: merge
-- What a merged message says is not said again.
UPDATE notices n SET state = 'superseded', reason = 'merged', merged_into = %(digest)s, due_at = NULL,
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(created_at)s::timestamptz[]) AS u (id, created_at)
WHERE n.id = u.id AND n.created_at = u.created_at AND n.state = 'held'

-- name: release
-- Hands single held notices to delivery as they are.
UPDATE notices n SET state = 'pending', reason = NULL, replaces = n.replaces + %(replaces)s, updated_at = now()
FROM unnest(%(id)s::uuid[], %(created_at)s::timestamptz[]) AS u (id, created_at)
WHERE n.id = u.id AND n.created_at = u.created_at AND n.state = 'held'
