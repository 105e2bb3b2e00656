-- name: days
-- What was made since a moment, broadcasts left out, by hour from it, lane, state and channel, with what it cost. Found by
-- the index on such rows alone: two days have some ten thousand, however big the day's broadcasts are.
SELECT date_bin('1 hour', n.created_at, %(since)s) AS hour, n.lane, n.state, n.channel, count(*) AS notices,
       coalesce(sum(n.cost_vnd), 0)::bigint AS cost_vnd
FROM notices n
LEFT JOIN dossiers d ON d.id = n.dossier_id AND %(units)s::text[] IS NOT NULL
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
GROUP BY 1, 2, 3, 4

-- name: speeds
-- How many seconds half of the status notices made since a moment took to the phone, and 95 of 100. An event and its
-- notice are written in one transaction, so the notice's time is the event's.
SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM n.delivered_at - n.created_at)::float8)
       AS seconds
FROM notices n
LEFT JOIN dossiers d ON d.id = n.dossier_id AND %(units)s::text[] IS NOT NULL
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s
  AND n.lane <> 'broadcast' AND n.kind <> 'digest' AND n.delivered_at IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))

-- name: spent
-- What messages made in a span of time cost, in đồng without VAT; broadcasts left out.
SELECT coalesce(sum(n.cost_vnd), 0)::bigint AS cost_vnd
FROM notices n
LEFT JOIN dossiers d ON d.id = n.dossier_id AND %(units)s::text[] IS NOT NULL
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s AND n.cost_vnd > 0
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))

-- name: broadcasts
-- What broadcasts that began since a moment have come to, as they wrote it down themselves.
SELECT b.started_at, coalesce(b.progress -> 'counts', '{}') AS counts, coalesce((b.progress ->> 'cost_vnd')::bigint, 0) AS cost_vnd
FROM broadcasts b
WHERE b.started_at >= %(since)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE b.unit = u OR starts_with(b.unit, u || '.')))

-- name: dead_ends
-- What nobody receives unless a person acts (`dead_ends.sql`, undelivered), counted by what it is; only what changed since
-- a moment, so that the partial indexes on state and time answer.
WITH ends AS (
    SELECT n.id, n.dossier_id, n.broadcast_id,
           CASE WHEN n.state <> 'in_doubt' THEN 'undelivered' WHEN n.reason = 'poison' THEN 'poison' ELSE 'in_doubt' END AS what
    FROM notices n
    WHERE n.state IN ('failed', 'no_mobile', 'in_doubt') AND (n.state <> 'in_doubt' OR n.due_at IS NULL)
      AND n.updated_at >= %(since)s AND n.reason IS DISTINCT FROM 'wrong_number'
    UNION ALL
    SELECT n.id, n.dossier_id, n.broadcast_id, 'undelivered' FROM notices n
    WHERE n.state = 'accepted' AND n.reason = 'no_receipt' AND n.due_at IS NULL AND n.demands_action AND n.updated_at >= %(since)s
    UNION ALL
    SELECT n.id, n.dossier_id, n.broadcast_id, 'undelivered' FROM notices n
    WHERE n.reason = 'wrong_number' AND n.updated_at >= %(since)s
)
SELECT e.what, count(*) AS notices
FROM ends e
LEFT JOIN dossiers d ON d.id = e.dossier_id AND %(units)s::text[] IS NOT NULL
LEFT JOIN broadcasts b ON b.id = e.broadcast_id AND %(units)s::text[] IS NOT NULL
WHERE NOT EXISTS (SELECT 1 FROM notice_marks k WHERE k.notice_id = e.id AND k.kind = 'told_otherwise')
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u
      WHERE coalesce(b.unit, d.agency_code) = u OR starts_with(coalesce(b.unit, d.agency_code), u || '.')))
GROUP BY e.what

-- name: talks
-- People who wait for an officer, and feedback whose promised time is over.
SELECT count(*) FILTER (WHERE t.kind = 'handover' AND t.state = 'open') AS waiting,
       count(*) FILTER (WHERE t.kind <> 'handover' AND t.due_at < now()) AS overdue
FROM tickets t
WHERE t.state IN ('open', 'claimed')
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE t.unit = u OR starts_with(t.unit, u || '.')))

-- name: refused_events
-- Events that broke the contract since a moment.
SELECT count(*) AS events FROM dossier_events WHERE outcome = 'rejected' AND received_at >= %(since)s

-- name: queues
-- What waits and could be worked on, by queue: how many, and for how many seconds the oldest one has.
SELECT 'lane.' || lane AS queue, count(*) AS waiting, extract(epoch FROM now() - min(due_at))::float8 AS seconds
FROM notices WHERE state IN ('held', 'pending') AND state = 'pending' AND due_at <= now() AND created_at > now() - interval '35 days'
GROUP BY lane
UNION ALL
SELECT 'inbox', count(*), extract(epoch FROM now() - min(received_at))::float8
FROM inbox WHERE state IN ('pending', 'working') AND due_at <= now() HAVING count(*) > 0
UNION ALL
SELECT 'outgoing', count(*), extract(epoch FROM now() - min(created_at))::float8
FROM outgoing_events WHERE state IN ('pending', 'sending') HAVING count(*) > 0
