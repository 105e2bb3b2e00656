-- name: find
-- What was said of phones, under any configured key; the newest word first.
SELECT recipient_hash, opted_out_at, paused_until, quiet_from, quiet_to, wrong_number_at FROM preferences
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) ORDER BY updated_at DESC

-- name: note
-- A phone's row, made when it is needed. What was noted under an older key is taken over: two rows for one phone would
-- meet when the keys are changed.
WITH older AS (
    DELETE FROM preferences WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND recipient_hash <> %(hash)s
    RETURNING opted_out_at, language, paused_until, quiet_from, quiet_to, wrong_number_at
)
INSERT INTO preferences AS p (recipient_hash, recipient_enc, opted_out_at, language, paused_until, quiet_from, quiet_to,
                              wrong_number_at)
SELECT %(hash)s, %(phone_enc)s, min(opted_out_at), max(language), max(paused_until), max(quiet_from), max(quiet_to),
       min(wrong_number_at)
FROM older
ON CONFLICT (recipient_hash) DO UPDATE SET
    recipient_enc = excluded.recipient_enc,
    opted_out_at = coalesce(p.opted_out_at, excluded.opted_out_at),
    language = coalesce(p.language, excluded.language),
    paused_until = coalesce(p.paused_until, excluded.paused_until),
    quiet_from = coalesce(p.quiet_from, excluded.quiet_from),
    quiet_to = coalesce(p.quiet_to, excluded.quiet_to),
    wrong_number_at = coalesce(p.wrong_number_at, excluded.wrong_number_at),
    updated_at = now()

-- name: stop
-- No more messages of ours on Zalo.
UPDATE preferences SET opted_out_at = coalesce(opted_out_at, now()), updated_at = now() WHERE recipient_hash = %(hash)s

-- name: pause
-- The same for a while.
UPDATE preferences SET paused_until = %(until)s, updated_at = now() WHERE recipient_hash = %(hash)s

-- name: set_hours
-- Hours without messages; null for both: none.
UPDATE preferences SET quiet_from = %(quiet_from)s, quiet_to = %(quiet_to)s, updated_at = now()
WHERE recipient_hash = %(hash)s

-- name: note_wrong_number
-- The dossier's phone is not its applicant's: nothing about it goes there, by no means.
UPDATE preferences SET opted_out_at = coalesce(opted_out_at, now()), wrong_number_at = coalesce(wrong_number_at, now()),
    updated_at = now()
WHERE recipient_hash = %(hash)s

-- name: start
-- Takes every stop back; the hours are a wish of their own and stay.
UPDATE preferences SET opted_out_at = NULL, paused_until = NULL, wrong_number_at = NULL, updated_at = now()
WHERE recipient_hash = ANY(%(hashes)s::bytea[])

-- name: suppress
-- What waits for a phone that wants nothing on Zalo, and has no other way left, is not sent.
UPDATE notices n SET state = 'suppressed', reason = 'opted_out', due_at = NULL, updated_at = now()
WHERE n.recipient_hash = ANY(%(hashes)s::bytea[]) AND n.state IN ('held', 'pending') AND NOT n.demands_action
  AND n.lane <> 'urgent' AND n.created_at > now() - interval '35 days'
RETURNING n.id

-- name: flag_wrong_number
-- Puts the newest message that reached a wrong number on the officers' list.
UPDATE notices n SET reason = 'wrong_number', updated_at = now()
WHERE (n.id, n.created_at) IN (
    SELECT id, created_at FROM notices
    WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND state IN ('accepted', 'delivered', 'read')
      AND dossier_id IS NOT NULL AND created_at > now() - interval '70 days'
    ORDER BY created_at DESC LIMIT 1)
RETURNING n.id

-- name: stop_chat
-- This chat gets no message that it did not ask for.
UPDATE citizens SET stopped_at = coalesce(stopped_at, now()), updated_at = now() WHERE id = %(citizen_id)s

-- name: start_chat
-- Takes that back.
UPDATE citizens SET stopped_at = NULL, updated_at = now() WHERE id = %(citizen_id)s

-- name: chat_stopped
-- Since when.
SELECT stopped_at FROM citizens WHERE id = %(citizen_id)s

-- name: own_phones
-- The phones over which a citizen proved control; not those of relatives, whose messages are not theirs to stop.
SELECT DISTINCT ON (phone_hash) phone_enc FROM links
WHERE citizen_id = %(citizen_id)s AND revoked_at IS NULL AND expires_at IS NULL AND phone_enc IS NOT NULL
ORDER BY phone_hash, id

-- name: phone_of_message
-- To which phone a message of ours went: whoever answers it in a chat has that phone.
SELECT recipient_enc FROM notices
WHERE platform_message_id = %(message_id)s AND recipient_enc IS NOT NULL AND created_at > now() - interval '400 days'
  AND starts_with(channel, 'zalo')
ORDER BY created_at DESC LIMIT 1

-- name: reopen
-- Forgets why channels were closed for a phone.
DELETE FROM reachability WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND reason = %(reason)s

-- name: judge_hours_again
-- What waits for an hour is looked at again: delivery holds it once more where it must.
UPDATE notices SET due_at = now(), updated_at = now()
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND state = 'held' AND reason = 'quiet_hours'
  AND created_at > now() - interval '35 days'
