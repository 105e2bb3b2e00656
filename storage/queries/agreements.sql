-- name: current
-- What a citizen agreed to and has not taken back.
SELECT purpose, wording, given_at, withdrawn_at FROM citizen_consents
WHERE citizen_id = %(citizen_id)s AND withdrawn_at IS NULL ORDER BY purpose

-- name: history
-- Everything that a citizen agreed to, with what was taken back.
SELECT purpose, wording, given_at, withdrawn_at FROM citizen_consents WHERE citizen_id = %(citizen_id)s ORDER BY id

-- name: give
-- A citizen agrees; who agreed already did so then.
INSERT INTO citizen_consents (citizen_id, purpose, wording, entry_id)
VALUES (%(citizen_id)s, %(purpose)s, %(wording)s, %(entry_id)s)
ON CONFLICT (citizen_id, purpose) WHERE withdrawn_at IS NULL DO NOTHING

-- name: withdraw
-- Takes it back; without a purpose, all of it.
UPDATE citizen_consents SET withdrawn_at = now()
WHERE citizen_id = %(citizen_id)s AND withdrawn_at IS NULL
  AND (%(purpose)s::text IS NULL OR purpose = %(purpose)s)
RETURNING purpose
