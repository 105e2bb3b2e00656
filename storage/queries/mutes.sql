-- name: add
-- A phone wants no more messages about a dossier; what was noted under an older key is taken over.
WITH older AS (
    DELETE FROM mutes
    WHERE dossier_id = %(dossier_id)s AND recipient_hash = ANY(%(hashes)s::bytea[]) AND recipient_hash <> %(hash)s
)
INSERT INTO mutes (recipient_hash, recipient_enc, dossier_id)
VALUES (%(hash)s, %(phone_enc)s, %(dossier_id)s) ON CONFLICT DO NOTHING

-- name: suppress
-- What waits about it is not sent, unless it has another way and must be acted on.
UPDATE notices n SET state = 'suppressed', reason = 'opted_out', due_at = NULL, updated_at = now()
WHERE n.recipient_hash = ANY(%(hashes)s::bytea[]) AND n.dossier_id = %(dossier_id)s AND n.state IN ('held', 'pending')
  AND NOT n.demands_action AND n.lane <> 'urgent' AND n.created_at > now() - interval '35 days'
RETURNING n.id

-- name: remove
-- Takes it back.
DELETE FROM mutes WHERE dossier_id = %(dossier_id)s AND recipient_hash = ANY(%(hashes)s::bytea[])

-- name: remove_all
-- Takes all of a phone's back.
DELETE FROM mutes WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: dossiers_of
-- The dossiers about which phones want no messages, by id alone.
SELECT DISTINCT dossier_id FROM mutes WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: codes_of
-- The dossiers about which phones want no messages.
SELECT d.id, d.code FROM mutes m JOIN dossiers d ON d.id = m.dossier_id
WHERE m.recipient_hash = ANY(%(hashes)s::bytea[]) GROUP BY d.id, d.code ORDER BY d.id DESC
