-- name: register
-- A wish for the result of a dossier by post; nothing when there is one already.
INSERT INTO postal_wishes (dossier_id, citizen_id, address_enc, entry_id)
VALUES (%(dossier_id)s, %(citizen_id)s, %(address_enc)s, %(entry_id)s)
ON CONFLICT DO NOTHING
RETURNING id, dossier_id, citizen_id, entry_id, created_at

-- name: current
-- The wish for a dossier that stands.
SELECT id, dossier_id, citizen_id, entry_id, created_at FROM postal_wishes
WHERE dossier_id = %(dossier_id)s AND withdrawn_at IS NULL

-- name: withdraw
-- Takes it back.
UPDATE postal_wishes SET withdrawn_at = now() WHERE dossier_id = %(dossier_id)s AND withdrawn_at IS NULL
RETURNING id

-- name: withdrawn_lately
-- Whether a wish was taken back just now.
SELECT 1 AS found FROM postal_wishes
WHERE dossier_id = %(dossier_id)s AND withdrawn_at > now() - interval '2 minutes'
LIMIT 1

-- name: of_entry
-- The wish that an inbox entry made, whatever became of it.
SELECT id, dossier_id, citizen_id, entry_id, created_at FROM postal_wishes WHERE entry_id = %(entry_id)s
