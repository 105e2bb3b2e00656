-- name: request
-- An erasure that a chat asked for; the same inbox entry again finds the first one's.
INSERT INTO erasure_jobs (number, citizen_id, entry_id) VALUES (%(number)s, %(citizen_id)s, %(entry_id)s)
ON CONFLICT DO NOTHING

-- name: open_jobs
-- What is asked for and not done, while nobody works on a message of the same person: what was said before is answered
-- first, and then erased as well. Who never stops writing is erased all the same. Once a day at most: whoever is new
-- again has no count of wrong guesses.
SELECT j.number, j.citizen_id, j.entry_id, j.requested_at, j.erased_at IS NOT NULL AS is_erased FROM erasure_jobs j
LEFT JOIN citizens c ON c.id = j.citizen_id
WHERE j.done_at IS NULL AND (
    j.requested_at < now() - make_interval(secs => %(patience_seconds)s) OR NOT EXISTS (
        SELECT 1 FROM inbox i
        WHERE i.state IN ('pending', 'working') AND i.kind IN ('message', 'relationship')
          AND (i.id = j.entry_id OR i.sender_hash = c.user_hash)))
  AND NOT EXISTS (
      SELECT 1 FROM erasures e WHERE e.subject_hash = c.user_hash AND e.number <> j.number
        AND e.at > now() - make_interval(secs => %(rest_seconds)s))
ORDER BY j.requested_at LIMIT 100

-- name: lock_citizens
-- The people of an erasure.
SELECT id, platform, user_enc FROM citizens WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE

-- name: citizens_of_phones
-- Who proved control of phones, as their own.
SELECT DISTINCT citizen_id FROM links
WHERE phone_hash = ANY(%(hashes)s::bytea[]) AND revoked_at IS NULL AND expires_at IS NULL

-- name: citizens_of_users
-- People known before a moment, by the hash of the platform's id.
SELECT id FROM citizens WHERE user_hash = ANY(%(hashes)s::bytea[]) AND created_at <= %(at)s

-- name: own_phones
-- The phones of people, relatives' left out.
SELECT DISTINCT ON (phone_hash) phone_enc FROM links
WHERE citizen_id = ANY(%(ids)s::bigint[]) AND revoked_at IS NULL AND expires_at IS NULL AND phone_enc IS NOT NULL
ORDER BY phone_hash, id

-- name: forget_entries
-- The bodies of what people did; that something came stays, so that a repeat of it is known. What is under way (a
-- receipt, mostly) is left for the next look.
UPDATE inbox SET raw_enc = NULL, sender_hash = NULL, note = NULL
WHERE sender_hash = ANY(%(hashes)s::bytea[]) AND state NOT IN ('pending', 'working') AND received_at <= %(at)s
RETURNING id

-- name: forget_late_entries
-- The same for what was under way then. Says whether there is more of it: receipts that nobody has looked at. One that
-- was looked at in vain waits for its message, which is mostly an answer in a chat and no notice: it ends here. After a day
-- nothing is waited for. What platforms tell of our own messages comes after them, so it counts for a day longer.
WITH subjects AS (
    SELECT subject_hash, at FROM erasures WHERE number = %(number)s AND subject_kind = 'user'
), forgotten AS (
    UPDATE inbox i SET raw_enc = NULL, sender_hash = NULL, note = NULL,
        state = CASE WHEN i.state = 'pending' THEN 'done' ELSE i.state END
    FROM subjects s WHERE i.sender_hash = s.subject_hash
      AND i.received_at <= s.at + CASE WHEN i.kind IN ('message', 'relationship') THEN interval '0' ELSE interval '1 day' END
      AND (i.state NOT IN ('pending', 'working') OR (i.kind = 'receipt' AND i.state = 'pending' AND i.tries > 0)
           OR s.at < now() - interval '1 day')
)
SELECT EXISTS (
    SELECT 1 FROM inbox i JOIN subjects s ON i.sender_hash = s.subject_hash
    WHERE i.received_at <= s.at AND i.state IN ('pending', 'working') AND s.at >= now() - interval '1 day'
      AND (i.kind <> 'receipt' OR i.state = 'working' OR i.tries = 0)) AS is_more

-- name: forget_entry
-- The body of one event that its worker has in hand.
UPDATE inbox SET raw_enc = NULL, sender_hash = NULL WHERE id = %(id)s

-- name: entries_of_chat
-- The inbox entries behind what is known of people, beside those that are found by their sender.
SELECT entry_id FROM messages WHERE citizen_id = ANY(%(ids)s::bigint[]) AND entry_id IS NOT NULL
UNION SELECT entry_id FROM tickets WHERE citizen_id = ANY(%(ids)s::bigint[]) AND entry_id IS NOT NULL
UNION SELECT entry_id FROM postal_wishes WHERE citizen_id = ANY(%(ids)s::bigint[]) AND entry_id IS NOT NULL
UNION SELECT rated_entry FROM ratings WHERE citizen_id = ANY(%(ids)s::bigint[]) AND rated_entry IS NOT NULL

-- name: tickets
-- Tickets keep their number, kind and times.
UPDATE tickets SET text_enc = NULL, details_enc = NULL, answer_enc = NULL, citizen_id = NULL, dossier_id = NULL,
    state = CASE WHEN state NOT IN ('open', 'claimed') THEN state
                 WHEN number = %(number)s THEN 'answered' ELSE 'cancelled' END,
    closed_at = coalesce(closed_at, now()), updated_at = now()
WHERE citizen_id = ANY(%(ids)s::bigint[])
RETURNING number, kind, created_at

-- name: postal_wishes
-- Wishes keep that there was one.
UPDATE postal_wishes w SET address_enc = NULL, citizen_id = NULL, withdrawn_at = coalesce(w.withdrawn_at, now())
FROM dossiers d WHERE w.citizen_id = ANY(%(ids)s::bigint[]) AND d.id = w.dossier_id
RETURNING d.code

-- name: outgoing
-- What the one-stop system was told, or was to be told, on their behalf.
DELETE FROM outgoing_events WHERE entry_id = ANY(%(entries)s::bigint[]) OR subject = ANY(%(numbers)s::text[])
RETURNING id

-- name: code_notices
-- Messages that carried one-time codes which they asked for.
UPDATE notices n SET content_enc = NULL, recipient_enc = NULL, email_enc = NULL,
    state = CASE WHEN n.state IN ('held', 'pending') THEN 'cancelled' ELSE n.state END, updated_at = now()
FROM link_codes c
WHERE c.citizen_id = ANY(%(ids)s::bigint[]) AND n.id = c.notice_id AND n.created_at > c.created_at - interval '1 day'
  AND n.state <> 'sending'

-- name: citizens
-- The people; chats, words, links, codes, agreements, ratings and pictures go with them.
DELETE FROM citizens WHERE id = ANY(%(ids)s::bigint[]) RETURNING id

-- name: suppress
-- What is left of a phone's wishes: that it wants nothing on Zalo, under its hash alone.
INSERT INTO preferences (recipient_hash, recipient_enc, opted_out_at)
SELECT unnest(%(hashes)s::bytea[]), NULL, now()
ON CONFLICT (recipient_hash) DO UPDATE SET recipient_enc = NULL, language = NULL, quiet_from = NULL, quiet_to = NULL,
    paused_until = NULL, opted_out_at = coalesce(preferences.opted_out_at, now()), updated_at = now()

-- name: mutes
-- Its wishes for single dossiers are in that one.
DELETE FROM mutes WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: subscriptions
-- What it asked to be told about.
DELETE FROM subscriptions WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: listed
-- Its rows in lists that officers uploaded.
DELETE FROM recipients WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: reachability
-- What the platform said of it; that it is a stranger's stays.
DELETE FROM reachability WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND reason <> 'wrong_number'

-- name: links
-- Links that others have by this phone.
UPDATE links SET phone_hash = NULL, phone_enc = NULL, revoked_at = coalesce(revoked_at, now()),
    revoked_reason = coalesce(revoked_reason, 'erased')
WHERE phone_hash = ANY(%(hashes)s::bytea[])

-- name: unsent
-- What waits for the phone and need not be acted on is not sent.
UPDATE notices SET state = 'suppressed', reason = 'opted_out', due_at = NULL, updated_at = now()
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND state IN ('held', 'pending') AND NOT demands_action
  AND lane <> 'urgent' AND created_at > now() - interval '35 days' AND created_at <= %(at)s

-- name: notices
-- Messages that are done with: that, when and how they went, and the hashes that prove it, stay.
UPDATE notices SET content_enc = NULL, recipient_enc = NULL, email_enc = NULL, updated_at = now()
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND created_at <= %(at)s
  AND (content_enc IS NOT NULL OR recipient_enc IS NOT NULL OR email_enc IS NOT NULL)
  AND state NOT IN ('held', 'pending', 'sending') AND (state NOT IN ('in_doubt', 'accepted') OR due_at IS NULL)

-- name: receipts
-- The platforms' words about messages to them, which may hold the number.
UPDATE inbox SET raw_enc = NULL WHERE kind = 'receipt' AND state IN ('done', 'ignored', 'failed') AND raw_enc IS NOT NULL
  AND string_to_array(platform_id, ':') && (
      SELECT coalesce(array_agg(platform_message_id), '{}') FROM notices
      WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND platform_message_id IS NOT NULL AND content_enc IS NULL)

-- name: settled_dossiers
-- Dossiers of phones that are done with, and of which nothing is under way: our copy serves no purpose any more.
SELECT d.id, d.code, d.phone_hash, d.people_enc FROM dossiers d
WHERE (d.phone_hash = ANY(%(hashes)s::bytea[]) OR d.id IN (
        SELECT dossier_id FROM notices WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND created_at <= %(at)s))
  AND d.created_at <= %(at)s AND d.status = ANY(%(final)s::smallint[])
  AND (d.phone_hash IS NOT NULL OR d.people_enc IS NOT NULL OR d.name_enc IS NOT NULL)
  AND NOT EXISTS (
      SELECT 1 FROM notices n WHERE n.dossier_id = d.id AND n.created_at > now() - interval '35 days'
        AND (n.state IN ('held', 'pending', 'sending') OR (n.state IN ('in_doubt', 'accepted') AND n.due_at IS NOT NULL)))
ORDER BY d.code FOR UPDATE OF d

-- name: notices_of_dossiers
-- The messages about them that came after the erasure was asked for.
UPDATE notices SET content_enc = NULL, recipient_enc = NULL, email_enc = NULL, updated_at = now()
WHERE dossier_id = ANY(%(ids)s::bigint[]) AND recipient_hash = ANY(%(hashes)s::bytea[])
  AND (content_enc IS NOT NULL OR recipient_enc IS NOT NULL OR email_enc IS NOT NULL)

-- name: forget_people
-- The people of dossiers, as far as each row says.
UPDATE dossiers d SET
    people_enc = u.people_enc,
    phone_enc = CASE WHEN u.is_applicant THEN NULL ELSE d.phone_enc END,
    phone_hash = CASE WHEN u.is_applicant THEN NULL ELSE d.phone_hash END,
    name_enc = CASE WHEN u.is_applicant THEN NULL ELSE d.name_enc END,
    name_hash = CASE WHEN u.is_applicant THEN NULL ELSE d.name_hash END,
    email_enc = CASE WHEN u.is_applicant THEN NULL ELSE d.email_enc END,
    updated_at = now()
FROM unnest(%(ids)s::bigint[], %(people_enc)s::bytea[], %(is_applicant)s::boolean[]) AS u (id, people_enc, is_applicant)
WHERE d.id = u.id

-- name: forget_events
-- What their events said.
UPDATE dossier_events SET payload_enc = NULL WHERE dossier_id = ANY(%(ids)s::bigint[]) AND payload_enc IS NOT NULL

-- name: note
-- What was erased, by hashes alone.
INSERT INTO erasures (number, subject_hash, subject_kind, at)
SELECT %(number)s, hash, kind, %(at)s
FROM unnest(%(hashes)s::bytea[], %(kinds)s::text[]) AS u (hash, kind)
ON CONFLICT (number, subject_hash) DO NOTHING

-- name: job_erased
-- The rows are gone; what is outside the database comes next.
UPDATE erasure_jobs SET erased_at = now() WHERE number = %(number)s

-- name: job_done
-- All is done.
UPDATE erasure_jobs SET done_at = now() WHERE number = %(number)s

-- name: to_follow
-- Phones whose erasure left something that was still under way then, and is done with now: messages, dossiers. And
-- the newest ones, of which the platforms may still tell something.
SELECT e.id, e.number, e.subject_hash, e.at FROM erasures e
WHERE e.subject_kind = 'phone' AND e.id > %(after)s AND (
    e.at > now() - interval '2 days' OR EXISTS (
        SELECT 1 FROM dossiers d
        WHERE d.phone_hash = e.subject_hash AND d.created_at <= e.at AND d.status = ANY(%(final)s::smallint[]))
    OR EXISTS (
        SELECT 1 FROM notices n
        WHERE n.recipient_hash = e.subject_hash AND n.created_at <= e.at AND n.content_enc IS NOT NULL
          AND n.state NOT IN ('held', 'pending', 'sending') AND (n.state NOT IN ('in_doubt', 'accepted') OR n.due_at IS NULL)))
ORDER BY e.id LIMIT 100

-- name: recent_of_users
-- Erasures of chats of which the platforms may still tell something.
SELECT DISTINCT number FROM erasures WHERE subject_kind = 'user' AND at > now() - interval '2 days'

-- name: last_of_user
-- When a person was erased last.
SELECT max(at) AS at FROM erasures WHERE subject_hash = ANY(%(hashes)s::bytea[]) AND subject_kind = 'user'

-- name: journal
-- What was erased: by one number, or everything.
SELECT number, subject_hash, subject_kind, at FROM erasures WHERE number = coalesce(%(number)s, number) ORDER BY id

-- name: drop_newcomer
-- Somebody who is known by nothing but an event of before the erasure.
DELETE FROM citizens c WHERE c.id = %(citizen_id)s
  AND NOT EXISTS (SELECT 1 FROM messages WHERE citizen_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM links WHERE citizen_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM tickets WHERE citizen_id = c.id)
