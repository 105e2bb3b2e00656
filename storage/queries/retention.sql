-- name: transcript
-- Words of chats that are older than they may be: those of people who agreed to a memory later than the others'. What a
-- person of ours is at, and what is waited for, stays as long as for those who agreed.
DELETE FROM messages WHERE id IN (
    SELECT m.id FROM messages m
    WHERE m.at < now() - make_interval(secs => %(short_seconds)s)
      AND (m.at < now() - make_interval(secs => %(long_seconds)s) OR NOT (
          EXISTS (
              SELECT 1 FROM citizen_consents c
              WHERE c.citizen_id = m.citizen_id AND c.purpose = 'chat_memory' AND c.withdrawn_at IS NULL)
          OR EXISTS (
              SELECT 1 FROM tickets t WHERE t.citizen_id = m.citizen_id AND t.state IN ('open', 'claimed'))))
    ORDER BY m.at LIMIT %(limit)s)
RETURNING id

-- name: transcript_of
-- All words of one chat.
DELETE FROM messages WHERE citizen_id = %(citizen_id)s RETURNING id

-- name: entries
-- Platform events that are done with; no platform repeats one so late.
DELETE FROM inbox WHERE id IN (
    SELECT id FROM inbox
    WHERE state IN ('done', 'ignored', 'failed') AND received_at < now() - make_interval(secs => %(seconds)s)
    ORDER BY id LIMIT %(limit)s)
RETURNING id

-- name: code_notices
-- What carried one-time codes that are long over.
UPDATE notices n SET content_enc = NULL, recipient_enc = NULL, email_enc = NULL, updated_at = now()
FROM link_codes c
WHERE c.created_at < now() - make_interval(secs => %(seconds)s) AND n.id = c.notice_id
  AND n.created_at > c.created_at - interval '1 day' AND n.created_at < c.created_at + interval '1 day'
  AND n.state NOT IN ('held', 'pending', 'sending')

-- name: codes
-- One-time codes that are long over, decoys among them.
DELETE FROM link_codes WHERE id IN (
    SELECT id FROM link_codes WHERE created_at < now() - make_interval(secs => %(seconds)s) LIMIT %(limit)s)
RETURNING id

-- name: guesses
-- Counts that no limit looks back to any more.
DELETE FROM guesses WHERE id IN (
    SELECT id FROM guesses WHERE at < now() - make_interval(secs => %(seconds)s) ORDER BY at LIMIT %(limit)s)
RETURNING id

-- name: officer_messages
-- What officers wrote in hand-overs that ended long ago.
DELETE FROM officer_messages WHERE id IN (
    SELECT id FROM officer_messages
    WHERE state NOT IN ('pending', 'sending') AND created_at < now() - make_interval(secs => %(seconds)s)
    LIMIT %(limit)s)
RETURNING id

-- name: jobs
-- Erasures that were done long ago; their hashes stay in `erasures`.
DELETE FROM erasure_jobs WHERE done_at < now() - make_interval(secs => %(seconds)s) RETURNING number

-- name: reachability
-- What the platform once said of recipients, and asks again anyway.
DELETE FROM reachability WHERE until < now() - make_interval(secs => %(seconds)s) RETURNING channel
