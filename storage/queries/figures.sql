-- name: days
-- What was made since a moment, broadcasts left out, by hour from it, lane, state and channel, with what it cost. Found by
-- the index on such rows alone: two days have some ten thousand, however big the day's broadcasts are. OFFSET 0: each row
-- looks up its dossier by its id; else all dossiers there are would be read for the few of two days.
SELECT date_bin('1 hour', n.created_at, %(since)s) AS hour, n.lane, n.state, n.channel, count(*) AS notices,
       coalesce(sum(n.cost_vnd), 0)::bigint AS cost_vnd
FROM notices n
LEFT JOIN LATERAL (
    SELECT agency_code FROM dossiers WHERE id = n.dossier_id AND %(units)s::text[] IS NOT NULL OFFSET 0) AS d ON true
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
GROUP BY 1, 2, 3, 4

-- name: speeds
-- How many seconds half of the status notices made since a moment took to the phone, and 95 of 100. An event and its
-- notice are written in one transaction, so the notice's time is the event's. Dossiers are looked up as for the days.
SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM n.delivered_at - n.created_at)::float8)
       AS seconds
FROM notices n
LEFT JOIN LATERAL (
    SELECT agency_code FROM dossiers WHERE id = n.dossier_id AND %(units)s::text[] IS NOT NULL OFFSET 0) AS d ON true
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s
  AND n.lane <> 'broadcast' AND n.kind <> 'digest' AND n.delivered_at IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))

-- name: spent
-- What messages made in a span of time cost, in đồng without VAT, by the unit of their dossier; broadcasts left out. It
-- reads every row of that time and every dossier, once for all officers.
SELECT d.agency_code AS unit, sum(n.cost_vnd)::bigint AS cost_vnd
FROM notices n LEFT JOIN dossiers d ON d.id = n.dossier_id
WHERE n.broadcast_id IS NULL AND n.created_at >= %(since)s AND n.created_at < %(until)s AND n.cost_vnd > 0
GROUP BY d.agency_code

-- name: broadcasts
-- What broadcasts that began since a moment have come to, as they wrote it down themselves.
SELECT b.started_at, coalesce(b.progress -> 'counts', '{}') AS counts, coalesce((b.progress ->> 'cost_vnd')::bigint, 0) AS cost_vnd
FROM broadcasts b
WHERE b.started_at >= %(since)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE b.unit = u OR starts_with(b.unit, u || '.')))

-- name: approvals
-- Broadcasts that wait for an officer's decision: of the units, and nothing that the officer wrote on.
SELECT count(*) AS broadcasts FROM broadcasts b
WHERE b.state = 'submitted' AND b.author <> %(officer)s AND NOT %(officer)s = ANY(b.authors)
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE b.unit = u OR starts_with(b.unit, u || '.')))

-- name: dead_ends
-- What is on the officers' list (`dossier_pages.sql`, undelivered: what a broadcast could not deliver is in its report),
-- counted by what it is; only what changed since a moment. The first condition is word for word that of the index.
SELECT CASE WHEN n.state <> 'in_doubt' OR n.reason IS NOT DISTINCT FROM 'wrong_number' THEN 'undelivered'
            WHEN n.reason = 'poison' THEN 'poison' ELSE 'in_doubt' END AS what, count(*) AS notices
FROM notices n
LEFT JOIN LATERAL (
    SELECT agency_code FROM dossiers WHERE id = n.dossier_id AND %(units)s::text[] IS NOT NULL OFFSET 0) AS d ON true
WHERE ((n.state IN ('failed', 'no_mobile', 'in_doubt') AND (n.state <> 'in_doubt' OR n.due_at IS NULL))
       OR (n.state = 'accepted' AND n.reason = 'no_receipt' AND n.due_at IS NULL AND n.demands_action)
       OR n.reason = 'wrong_number')
  AND n.broadcast_id IS NULL AND n.updated_at >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM notice_marks k WHERE k.notice_id = n.id AND k.kind = 'told_otherwise')
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.'))
       OR (n.kind = 'digest' AND EXISTS (
           SELECT 1 FROM notices m JOIN dossiers about ON about.id = m.dossier_id, unnest(%(units)s::text[]) AS u
           WHERE m.merged_into = n.id AND m.recipient_hash = n.recipient_hash
             AND m.created_at > n.created_at - interval '35 days'
             AND (about.agency_code = u OR starts_with(about.agency_code, u || '.')))))
GROUP BY 1

-- name: talks
-- People who wait for an officer, and feedback whose promised time is over. A unit: where it was put; else, as in the
-- lists behind these numbers (`talks.sql`, `ticket_desk.sql`), that of a person's own dossier or of the feedback's.
SELECT count(*) FILTER (WHERE t.kind = 'handover' AND t.citizen_id IS NOT NULL AND t.state = 'open') AS waiting,
       count(*) FILTER (WHERE t.kind <> 'handover' AND t.due_at < now()) AS overdue
FROM tickets t
LEFT JOIN LATERAL (
    (SELECT d.agency_code FROM links l JOIN dossiers d ON d.id = l.dossier_id
     WHERE t.kind = 'handover' AND l.citizen_id = t.citizen_id AND l.revoked_at IS NULL AND l.expires_at IS NULL
     ORDER BY d.status_time DESC NULLS LAST, d.id LIMIT 1)
    UNION ALL
    SELECT d.agency_code FROM dossiers d WHERE t.kind <> 'handover' AND d.id = t.dossier_id
) AS own ON %(units)s::text[] IS NOT NULL
WHERE t.state IN ('open', 'claimed')
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u
      WHERE coalesce(t.unit_code, own.agency_code) = u OR starts_with(coalesce(t.unit_code, own.agency_code), u || '.')))

-- name: refused_events
-- Events that broke the contract since a moment.
SELECT count(*) AS events FROM dossier_events WHERE outcome = 'rejected' AND received_at >= %(since)s

-- name: queues
-- What waits and could be worked on, by queue: how many, and for how many seconds the oldest one has. Lanes by name, so
-- that the index leads past the million rows of a broadcast that wait for their turn without a date.
SELECT 'lane.' || lane AS queue, count(*) AS waiting, extract(epoch FROM now() - min(due_at))::float8 AS seconds
FROM notices
WHERE lane IN ('urgent', 'status', 'broadcast') AND state = 'pending' AND due_at <= now()
  AND created_at > now() - interval '35 days'
GROUP BY lane
UNION ALL
SELECT 'inbox', count(*), extract(epoch FROM now() - min(received_at))::float8
FROM inbox WHERE state IN ('pending', 'working') AND due_at <= now() HAVING count(*) > 0
UNION ALL
SELECT 'outgoing', count(*), extract(epoch FROM now() - min(created_at))::float8
FROM outgoing_events WHERE state IN ('pending', 'sending') HAVING count(*) > 0
