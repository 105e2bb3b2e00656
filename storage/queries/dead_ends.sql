-- name: undelivered
-- What nobody will receive unless a person acts, newest first: failed, without a number, in doubt for good, or taken by
-- the platform and never heard of again although the citizen must act on it; or it reached a stranger. Not what an
-- officer has told by other means. With the
-- unit that handles the dossier; no personal data. A message that said several notices together stands for their dossiers.
SELECT n.id, n.created_at, n.updated_at, coalesce(n.dossier_code, merged.codes) AS dossier_code, n.kind, n.role, n.lane,
       n.state, n.reason, n.channel, n.sends, coalesce(d.agency_code, merged.agency_codes) AS agency_code,
       coalesce(d.agency_name, merged.agency_names) AS agency_name
FROM notices n LEFT JOIN dossiers d ON d.id = n.dossier_id
LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT m.dossier_code, ', ') AS codes, string_agg(DISTINCT about.agency_code, ', ') AS agency_codes,
           string_agg(DISTINCT about.agency_name, ', ') AS agency_names, array_agg(about.agency_code) AS units
    FROM notices m LEFT JOIN dossiers about ON about.id = m.dossier_id
    WHERE n.kind = 'digest' AND m.merged_into = n.id AND m.recipient_hash = n.recipient_hash
      AND m.created_at > n.created_at - interval '35 days'
) AS merged ON true
WHERE ((n.state IN ('failed', 'no_mobile', 'in_doubt') AND (n.state <> 'in_doubt' OR n.due_at IS NULL))
       OR (n.state = 'accepted' AND n.reason = 'no_receipt' AND n.due_at IS NULL AND n.demands_action)
       OR n.reason = 'wrong_number')
  AND NOT EXISTS (SELECT 1 FROM notice_marks k WHERE k.notice_id = n.id AND k.kind = 'told_otherwise')
  AND (%(since)s::timestamptz IS NULL OR n.updated_at >= %(since)s)
  AND (%(unit)s::text IS NULL OR d.agency_code = %(unit)s OR %(unit)s = ANY(merged.units)
       OR position(lower(%(unit)s) IN lower(coalesce(d.agency_name, merged.agency_names))) > 0)
ORDER BY n.updated_at DESC, n.id LIMIT %(limit)s
