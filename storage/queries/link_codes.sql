-- name: asked_by
-- What an inbox entry asked for when it was worked on before.
SELECT id FROM link_codes WHERE entry_id = %(entry_id)s

-- name: void
-- A new code takes the place of the citizen's older ones.
UPDATE link_codes SET void_at = now()
WHERE citizen_id = %(citizen_id)s AND used_at IS NULL AND void_at IS NULL

-- name: add
-- A code under way; without dossier and phone it is a decoy.
INSERT INTO link_codes (citizen_id, purpose, dossier_id, phone_hash, phone_enc, code_hash, salt, details_enc, entry_id,
                        notice_id, expires_at)
VALUES (%(citizen_id)s, %(purpose)s, %(dossier_id)s, %(phone_hash)s, %(phone_enc)s, %(code_hash)s, %(salt)s,
        %(details_enc)s, %(entry_id)s, %(notice_id)s, now() + make_interval(secs => %(seconds)s))
RETURNING expires_at

-- name: newest
-- The code that a citizen may type, locked: two processes with the same message come one after the other. One that this
-- very entry used or tried before is found as well.
SELECT id, salt, tries, tried_entry, used_at IS NOT NULL AS is_used,
       used_at IS NULL AND void_at IS NULL AND expires_at > now() AS is_open
FROM link_codes WHERE citizen_id = %(citizen_id)s ORDER BY id DESC LIMIT 1 FOR UPDATE

-- name: has_open
-- Whether a citizen has a code to type.
SELECT 1 FROM link_codes
WHERE citizen_id = %(citizen_id)s AND used_at IS NULL AND void_at IS NULL AND expires_at > now() LIMIT 1

-- name: try
-- Uses a code up, or counts a wrong try; the last one ends it. Once for each inbox entry, and only while it is open. A
-- decoy has no right digits.
UPDATE link_codes SET
    tries = tries + 1, tried_entry = %(entry_id)s,
    used_at = CASE WHEN code_hash = ANY(%(hashes)s::bytea[]) AND phone_enc IS NOT NULL THEN now() END,
    void_at = CASE WHEN (code_hash <> ALL(%(hashes)s::bytea[]) OR phone_enc IS NULL) AND tries + 1 >= %(most)s
                   THEN now() END
WHERE id = %(id)s AND used_at IS NULL AND void_at IS NULL AND expires_at > now() AND tries < %(most)s
  AND tried_entry IS DISTINCT FROM %(entry_id)s
RETURNING used_at IS NOT NULL AS is_used, tries

-- name: used
-- What a used code proves, and by which channel it had gone.
SELECT c.purpose, c.dossier_id, c.phone_enc, c.details_enc, (
    SELECT n.channel FROM notices n WHERE n.id = c.notice_id AND n.created_at > now() - interval '2 days') AS channel
FROM link_codes c WHERE c.id = %(id)s

-- name: purpose
-- What the code that a citizen may type is for.
UPDATE link_codes SET purpose = %(purpose)s
WHERE id = (SELECT max(id) FROM link_codes WHERE citizen_id = %(citizen_id)s)
  AND used_at IS NULL AND void_at IS NULL AND expires_at > now() AND purpose = ANY(%(from)s::text[])
RETURNING id

-- name: recently_proved
-- The phone over which a citizen proved control not long ago, for links of their own.
SELECT c.phone_enc, (
    SELECT n.channel FROM notices n WHERE n.id = c.notice_id AND n.created_at > now() - interval '2 days') AS channel
FROM link_codes c
WHERE c.citizen_id = %(citizen_id)s AND c.purpose = 'link' AND c.phone_enc IS NOT NULL
  AND c.used_at > now() - make_interval(secs => %(seconds)s)
ORDER BY c.id DESC LIMIT 1
