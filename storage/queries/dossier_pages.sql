-- name: find
-- One dossier by its code for an officer, within the officer's units; no personal data.
SELECT d.id, d.code, d.status, d.status_time, d.source, d.procedure_code, d.procedure_name, d.agency_code, d.agency_name,
       d.submitted_at, d.received_at, d.due_at, d.finished_at,
       d.name_enc IS NOT NULL AS has_name, d.phone_enc IS NOT NULL AS has_phone, d.email_enc IS NOT NULL AS has_email
FROM dossiers d
WHERE d.code = %(code)s AND d.status IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))

-- name: find_by_phone
-- The newest dossiers of a phone within the officer's units, with what is shown of them masked.
SELECT d.id, d.code, d.status, d.status_time, d.procedure_name, d.agency_name, d.due_at, d.name_enc
FROM dossiers d
WHERE d.phone_hash = ANY(%(hashes)s::bytea[]) AND d.status IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
ORDER BY d.id DESC LIMIT %(limit)s

-- name: owner
-- The sealed columns of a dossier's applicant.
SELECT name_enc, phone_enc, email_enc FROM dossiers WHERE id = %(dossier_id)s

-- name: events
-- What came about a dossier, newest first, with what became of it.
SELECT received_at, event_time AS at, source, event_id, status, outcome, notice, anomaly FROM dossier_events
WHERE dossier_id = %(dossier_id)s AND outcome IN ('accepted', 'stale') AND event_time IS NOT NULL AND status IS NOT NULL
ORDER BY event_time DESC, id DESC LIMIT %(limit)s

-- name: supplements
-- How often papers were asked for: each step to 5 from something else, and each changed demand that was told.
SELECT count(*)::integer AS requests FROM (
    SELECT status, notice, lag(status) OVER (ORDER BY event_time, id) AS before FROM dossier_events
    WHERE dossier_id = %(dossier_id)s AND outcome = 'accepted' AND status IS NOT NULL) AS steps
WHERE status = 5 AND (before IS DISTINCT FROM 5 OR notice = 'supplement')

-- name: attempts
-- Every attempt of all notices of a dossier, oldest first.
SELECT a.notice_id, a.at, a.send, a.channel, a.outcome, a.code, a.latency_ms FROM attempts a
WHERE a.notice_id = ANY(%(notices)s::uuid[]) ORDER BY a.id

-- name: undelivered
-- The officers' list, newest first, in pages by key: what nobody receives unless a person acts, and nobody has told
-- otherwise (as dead_ends.sql). Only what an officer of the units may see; a message that said several notices together
-- stands for those of their dossiers. What a broadcast could not deliver is in its report.
WITH listed AS (
    SELECT n.id, n.created_at, n.updated_at, coalesce(n.dossier_code, merged.codes) AS dossier_code,
           n.dossier_id, n.kind, n.role, n.state, n.reason, n.channel, n.sends, n.recipient_enc, n.demands_action,
           coalesce(d.agency_code, merged.agency_code) AS agency_code,
           coalesce(d.agency_name, merged.agency_name) AS agency_name,
           CASE WHEN n.reason = 'wrong_number' THEN 'wrong_number'
                WHEN n.state = 'no_mobile' OR n.reason = 'no_mobile' THEN 'no_mobile'
                WHEN n.state = 'in_doubt' THEN 'in_doubt'
                WHEN n.reason = 'no_receipt' THEN 'no_receipt'
                WHEN n.reason ~ '^(too_old:)?(recipient_|opted_out|nothing_left|not_delivered)' THEN 'unreachable'
                ELSE 'ours' END AS trouble
    FROM notices n LEFT JOIN dossiers d ON d.id = n.dossier_id
    LEFT JOIN LATERAL (
        SELECT string_agg(DISTINCT m.dossier_code, ', ') AS codes, min(about.agency_code) AS agency_code,
               string_agg(DISTINCT about.agency_name, ', ') AS agency_name
        FROM notices m JOIN dossiers about ON about.id = m.dossier_id
        WHERE n.kind = 'digest' AND m.merged_into = n.id AND m.recipient_hash = n.recipient_hash
          AND m.created_at > n.created_at - interval '35 days'
          AND (%(units)s::text[] IS NULL OR EXISTS (
              SELECT 1 FROM unnest(%(units)s::text[]) AS u
              WHERE about.agency_code = u OR starts_with(about.agency_code, u || '.')))
    ) AS merged ON true
    WHERE ((n.state IN ('failed', 'no_mobile', 'in_doubt') AND (n.state <> 'in_doubt' OR n.due_at IS NULL))
           OR (n.state = 'accepted' AND n.reason = 'no_receipt' AND n.due_at IS NULL AND n.demands_action)
           OR n.reason = 'wrong_number')
      AND n.broadcast_id IS NULL
      AND (%(units)s::text[] IS NULL OR merged.codes IS NOT NULL OR EXISTS (
          SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
      AND NOT EXISTS (SELECT 1 FROM notice_marks k WHERE k.notice_id = n.id AND k.kind = 'told_otherwise')
      AND (%(kind)s::text IS NULL OR n.kind = %(kind)s)
)
SELECT * FROM listed
WHERE (%(trouble)s::text IS NULL OR trouble = %(trouble)s)
  AND (%(before)s::timestamptz IS NULL OR (updated_at, id) < (%(before)s, %(before_id)s::uuid))
ORDER BY updated_at DESC, id DESC LIMIT %(limit)s

-- name: due
-- Dossiers that the office works on (waiting for papers or payment does not count) and that are late, or will be unless
-- they are finished by `until`, in pages by key, the date first that is over longest. An apology moved the date.
SELECT d.id, d.code, d.status, d.status_time, d.procedure_name, d.agency_code, d.agency_name, d.due_at, d.received_at,
       (SELECT due_at FROM apologies WHERE dossier_id = d.id ORDER BY id DESC LIMIT 1) AS former_due_at,
       (SELECT count(*)::integer FROM apologies WHERE dossier_id = d.id) AS apologies
FROM dossiers d
WHERE d.status IN (2, 4) AND d.due_at <= %(until)s
  AND (%(late)s::boolean IS NULL OR (d.due_at < %(now)s) = %(late)s)
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
  AND (%(unit)s::text IS NULL OR d.agency_code = %(unit)s OR starts_with(d.agency_code, %(unit)s || '.'))
  AND (%(after)s::timestamptz IS NULL
       OR CASE WHEN %(newest)s::boolean THEN (d.due_at, d.id) < (%(after)s, %(after_id)s::bigint)
               ELSE (d.due_at, d.id) > (%(after)s, %(after_id)s::bigint) END)
ORDER BY CASE WHEN %(newest)s::boolean THEN d.due_at END DESC, CASE WHEN %(newest)s::boolean THEN d.id END DESC,
         d.due_at, d.id
LIMIT %(limit)s

-- name: count_due
-- How many are late, and how many will be.
SELECT count(*) FILTER (WHERE d.due_at < %(now)s)::integer AS late, count(*) FILTER (WHERE d.due_at >= %(now)s)::integer AS soon
FROM dossiers d
WHERE d.status IN (2, 4) AND d.due_at <= %(until)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
  AND (%(unit)s::text IS NULL OR d.agency_code = %(unit)s OR starts_with(d.agency_code, %(unit)s || '.'))

-- name: due_units
-- The units that have such dossiers, for the filter.
SELECT d.agency_code AS code, max(d.agency_name) AS name FROM dossiers d
WHERE d.status IN (2, 4) AND d.due_at <= %(until)s AND d.agency_code IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
GROUP BY d.agency_code ORDER BY max(d.agency_name), d.agency_code LIMIT 500
