-- name: search
-- Hand-overs for the officers of some units: danger first, then who has waited longest; with `before` those that have
-- ended, the latest first. A unit: where it was put, else that of the person's own dossier that moved last.
SELECT t.id, t.number, t.state, t.topic, t.officer, t.citizen_id, t.created_at, t.due_at, t.claimed_at, t.closed_at,
       c.language, c.platform, c.last_interaction_at,
       coalesce(t.unit_code, own.agency_code) AS unit, own.agency_code AS dossier_unit, own.agency_name AS unit_name,
       own.code AS dossier_code, last.author AS last_author, last.at AS last_at
FROM tickets t JOIN citizens c ON c.id = t.citizen_id
LEFT JOIN LATERAL (
    SELECT d.code, d.agency_code, d.agency_name FROM links l JOIN dossiers d ON d.id = l.dossier_id
    WHERE l.citizen_id = t.citizen_id AND l.revoked_at IS NULL AND l.expires_at IS NULL
    ORDER BY d.status_time DESC NULLS LAST, d.id LIMIT 1) AS own ON true
LEFT JOIN LATERAL (
    SELECT m.author, m.at FROM messages m WHERE m.citizen_id = t.citizen_id ORDER BY m.id DESC LIMIT 1) AS last ON true
WHERE t.kind = 'handover' AND t.state = ANY(%(states)s::text[])
  AND (%(number)s::text IS NULL OR t.number = %(number)s)
  AND (%(officer)s::text IS NULL OR t.officer = %(officer)s)
  AND (%(before)s::bigint IS NULL OR t.id < %(before)s)
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u
      WHERE coalesce(t.unit_code, own.agency_code) = u OR starts_with(coalesce(t.unit_code, own.agency_code), u || '.')))
ORDER BY t.state IN ('answered', 'cancelled'), t.topic IS NOT DISTINCT FROM 'danger' AND t.state = 'open' DESC,
    CASE WHEN t.state IN ('answered', 'cancelled') THEN -t.id ELSE t.id END
LIMIT %(limit)s

-- name: gone
-- A hand-over whose person was erased meanwhile: where it belonged.
SELECT unit_code FROM tickets WHERE kind = 'handover' AND number = %(number)s AND citizen_id IS NULL

-- name: lines
-- What was said in a hand-over, and in the hours before it, the oldest first.
SELECT id, at, author, kind, officer, text_enc, entry_id FROM (
    SELECT id, at, author, kind, officer, text_enc, entry_id FROM messages
    WHERE citizen_id = %(citizen_id)s AND at >= %(since)s AND (%(until)s::timestamptz IS NULL OR at <= %(until)s)
    ORDER BY id DESC LIMIT %(limit)s) AS lately
ORDER BY id

-- name: unsent
-- What officers wrote in a hand-over and is not in the transcript: on its way, in doubt, failed, taken back.
SELECT id, officer, state, reason, text_enc, created_at FROM officer_messages
WHERE ticket_id = %(ticket_id)s AND state <> 'sent' ORDER BY id

-- name: photo_entry
-- The inbox entry that brought a photo, if it is one of this person's.
SELECT m.entry_id FROM messages m
WHERE m.id = %(message_id)s AND m.citizen_id = %(citizen_id)s AND m.author = 'citizen' AND m.kind = 'photo'
  AND m.entry_id IS NOT NULL

-- name: inbox_entry
-- An event as it came.
SELECT platform, raw_enc FROM inbox WHERE id = %(id)s AND raw_enc IS NOT NULL

-- name: units
-- Units in which somebody may answer.
SELECT DISTINCT unit FROM officer_roles WHERE role = 'author' AND unit <> '*' ORDER BY unit
