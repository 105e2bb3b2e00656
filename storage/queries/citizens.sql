-- name: find
-- The person behind a platform's user id, under any configured key.
SELECT id, language, follows, language_chosen_at IS NOT NULL AS has_chosen_language FROM citizens WHERE platform = %(platform)s AND user_hash = ANY(%(hashes)s::bytea[])
ORDER BY id LIMIT 1

-- name: add
-- Notes a person at first sight.
INSERT INTO citizens (platform, user_hash, user_enc, follows)
VALUES (%(platform)s, %(user_hash)s, %(user_enc)s, %(follows)s)
ON CONFLICT (platform, user_hash) DO UPDATE SET updated_at = now()
RETURNING id, language, follows, language_chosen_at IS NOT NULL AS has_chosen_language

-- name: set_language
-- Notes a person's language: chosen, or (unless they chose one) guessed from what they write.
UPDATE citizens SET language = %(language)s, updated_at = now(),
    language_chosen_at = CASE WHEN %(is_choice)s THEN now() ELSE language_chosen_at END
WHERE id = %(id)s AND (%(is_choice)s OR language_chosen_at IS NULL)
RETURNING id

-- name: set_follows
-- Notes that a person follows the account, or no longer does.
UPDATE citizens SET follows = %(follows)s, updated_at = now() WHERE id = %(id)s

-- name: note_interaction
-- Notes when a person last opened the window for consultation messages. The platform's clock may run ahead of ours.
UPDATE citizens SET last_interaction_at = greatest(last_interaction_at, least(%(at)s::timestamptz, now()))
WHERE id = %(id)s

-- name: link
-- Lets a person ask about a dossier, and ties the phone that was proved; a repeat may bring the phone.
INSERT INTO links (citizen_id, dossier_id, proof, phone_hash, phone_enc)
VALUES (%(citizen_id)s, %(dossier_id)s, %(proof)s, %(phone_hash)s, %(phone_enc)s)
ON CONFLICT (citizen_id, dossier_id) WHERE revoked_at IS NULL DO UPDATE SET
    proof = excluded.proof, phone_hash = excluded.phone_hash, phone_enc = excluded.phone_enc
WHERE excluded.phone_hash IS NOT NULL

-- name: revoke_link
-- Takes that back.
UPDATE links SET revoked_at = now()
WHERE citizen_id = %(citizen_id)s AND dossier_id = %(dossier_id)s AND revoked_at IS NULL
