-- name: steps
-- The dossier's accepted events in the source's order, newest first: where it stood, and since when.
SELECT event_time AS at, status FROM dossier_events
WHERE dossier_id = %(dossier_id)s AND outcome = 'accepted' AND event_time IS NOT NULL AND status IS NOT NULL
ORDER BY event_time DESC, status DESC, id DESC LIMIT %(limit)s

-- name: told
-- What was told about the dossier, newest first: only what the platform or the gateway took.
SELECT coalesce(accepted_at, updated_at) AS at, kind, channel FROM notices
WHERE dossier_id = %(dossier_id)s AND kind = ANY(%(kinds)s::text[]) AND state IN ('accepted', 'delivered', 'read')
ORDER BY coalesce(accepted_at, updated_at) DESC, ordinal DESC LIMIT %(limit)s

-- name: newest_payloads
-- The newest accepted events that brought the dossier where it stands; a re-synchronisation may have left details out.
SELECT payload_enc FROM dossier_events
WHERE dossier_id = %(dossier_id)s AND status = %(status)s AND outcome = 'accepted' AND payload_enc IS NOT NULL
ORDER BY event_time DESC, id DESC LIMIT %(limit)s
