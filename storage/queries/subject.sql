-- name: summary
-- How much is known of one chat.
SELECT c.language, c.follows, c.created_at, c.stopped_at,
       (SELECT count(*) FROM messages WHERE citizen_id = c.id) AS messages,
       (SELECT min(at) FROM messages WHERE citizen_id = c.id) AS oldest_message,
       (SELECT count(*) FROM links WHERE citizen_id = c.id AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())) AS links,
       (SELECT count(*) FROM tickets WHERE citizen_id = c.id) AS tickets,
       (SELECT count(*) FROM tickets WHERE citizen_id = c.id AND state IN ('open', 'claimed')) AS open_tickets,
       (SELECT count(*) FROM ratings WHERE citizen_id = c.id AND rated_at IS NOT NULL) AS ratings,
       (SELECT count(*) FROM postal_wishes WHERE citizen_id = c.id AND withdrawn_at IS NULL) AS wishes
FROM citizens c WHERE c.id = %(citizen_id)s

-- name: chats
-- The chats of people who proved control of phones.
SELECT c.id, c.platform, c.user_enc, c.language, c.follows, c.created_at, c.last_interaction_at, c.stopped_at
FROM citizens c
WHERE c.id IN (
    SELECT citizen_id FROM links
    WHERE phone_hash = ANY(%(hashes)s::bytea[]) AND revoked_at IS NULL AND expires_at IS NULL)
ORDER BY c.id

-- name: messages
-- What was said in a chat.
SELECT at, author, kind, text_enc, label, officer FROM messages WHERE citizen_id = %(citizen_id)s ORDER BY id

-- name: links
-- Which dossiers a chat may ask about, or might.
SELECT d.code, l.proof, l.created_at, l.expires_at, l.revoked_at, l.revoked_reason
FROM links l JOIN dossiers d ON d.id = l.dossier_id WHERE l.citizen_id = %(citizen_id)s ORDER BY l.id

-- name: tickets
-- Tickets of a chat.
SELECT number, kind, topic, state, unit, text_enc, answer_enc, created_at, due_at, closed_at,
       (SELECT count(*) FROM ticket_photos p WHERE p.ticket_id = t.id) AS photos
FROM tickets t WHERE citizen_id = %(citizen_id)s ORDER BY id

-- name: ratings
-- Ratings of a chat.
SELECT d.code, r.asked_at, r.level, r.note_enc, r.rated_at
FROM ratings r JOIN dossiers d ON d.id = r.dossier_id WHERE r.citizen_id = %(citizen_id)s ORDER BY r.asked_at

-- name: wishes
-- Wishes for results by post of a chat.
SELECT d.code, w.address_enc, w.created_at, w.withdrawn_at
FROM postal_wishes w JOIN dossiers d ON d.id = w.dossier_id WHERE w.citizen_id = %(citizen_id)s ORDER BY w.id

-- name: preferences
-- What was said of phones.
SELECT opted_out_at, paused_until, quiet_from, quiet_to, wrong_number_at, language, updated_at
FROM preferences WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: mutes
-- The dossiers about which phones want nothing.
SELECT d.code, m.created_at FROM mutes m JOIN dossiers d ON d.id = m.dossier_id
WHERE m.recipient_hash = ANY(%(hashes)s::bytea[]) ORDER BY m.created_at

-- name: reachability
-- Channels that do not reach phones, as platforms said.
SELECT channel, reason, code, noted_at, until FROM reachability WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: dossiers
-- The dossiers of phones.
SELECT code, status, status_time, procedure_name, agency_name, phone_enc, name_enc, email_enc, people_enc, submitted_at,
       received_at, due_at, finished_at, created_at
FROM dossiers WHERE phone_hash = ANY(%(hashes)s::bytea[]) ORDER BY id

-- name: notices
-- What phones were sent.
SELECT id, created_at, dossier_code, kind, role, lane, state, reason, channel, content_enc, content_hash, accepted_at,
       delivered_at, read_at, rating
FROM notices WHERE recipient_hash = ANY(%(hashes)s::bytea[]) ORDER BY created_at

-- name: erasures
-- When phones were erased.
SELECT number, at FROM erasures WHERE subject_hash = ANY(%(hashes)s::bytea[]) ORDER BY id

-- name: notices_of_chat
-- How many messages phones were sent.
SELECT count(*) AS notices FROM notices WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: consents
-- What a chat agreed to.
SELECT purpose, wording, given_at, withdrawn_at FROM citizen_consents WHERE citizen_id = %(citizen_id)s ORDER BY id

-- name: subscriptions
-- What a phone asked to be told about.
SELECT category, since, proof FROM subscriptions WHERE recipient_hash = ANY(%(hashes)s::bytea[]) ORDER BY category

-- name: listed
-- Lists of recipients, uploaded by officers, that a phone is in.
SELECT l.name, l.unit, l.created_at, l.expires_at FROM recipients r JOIN recipient_lists l ON l.id = r.list_id
WHERE r.recipient_hash = ANY(%(hashes)s::bytea[]) ORDER BY l.id
