-- name: lock_conversation
-- A citizen's conversation until the transaction ends, made if there is none.
INSERT INTO conversations (citizen_id) VALUES (%(citizen_id)s)
ON CONFLICT (citizen_id) DO UPDATE SET updated_at = conversations.updated_at
RETURNING mode, ticket_id

-- name: set_mode
-- Who answers from now on.
UPDATE conversations SET mode = %(mode)s, ticket_id = %(ticket_id)s, silent_until = NULL, updated_at = now()
WHERE citizen_id = %(citizen_id)s
RETURNING citizen_id

-- name: queue
-- How many wait for an officer, and how many minutes officers took for a chat lately (null: too few to tell).
SELECT (SELECT count(*) FROM tickets WHERE kind = 'handover' AND state = 'open') AS waiting,
       (SELECT CASE WHEN count(*) >= 5 THEN avg(seconds) / 60 END::float8 FROM (
            SELECT extract(epoch FROM closed_at - claimed_at) AS seconds FROM tickets
            WHERE kind = 'handover' AND state = 'answered' AND claimed_at > now() - interval '14 days'
            ORDER BY closed_at DESC LIMIT 20) AS lately) AS minutes

-- name: place
-- How many were in the queue before this one, itself included; danger goes first.
SELECT count(*) AS place
FROM tickets mine JOIN tickets other ON other.kind = 'handover' AND other.state = 'open'
    AND (other.topic IS NOT DISTINCT FROM 'danger', -other.id) >= (mine.topic IS NOT DISTINCT FROM 'danger', -mine.id)
WHERE mine.id = %(ticket_id)s AND mine.state = 'open'

-- name: look
-- A hand-over, by its number or its id, with whom it is about.
SELECT t.id, t.number, t.state, t.topic, t.officer, t.citizen_id, t.created_at, t.due_at, t.claimed_at, t.closed_at,
       c.language, c.platform, c.last_interaction_at
FROM tickets t JOIN citizens c ON c.id = t.citizen_id
WHERE t.kind = 'handover' AND (t.number = %(number)s OR t.id = %(id)s)

-- name: find
-- A hand-over, by its number or its id, with whom it is about, locked until the transaction ends.
SELECT t.id, t.number, t.state, t.topic, t.officer, t.citizen_id, t.created_at, t.due_at, t.claimed_at, t.closed_at,
       c.language, c.platform, c.last_interaction_at
FROM tickets t JOIN citizens c ON c.id = t.citizen_id
WHERE t.kind = 'handover' AND (t.number = %(number)s OR t.id = %(id)s)
FOR UPDATE OF t

-- name: search
-- Hand-overs for officers: danger first, then who has waited longest.
SELECT t.id, t.number, t.state, t.topic, t.officer, t.citizen_id, t.created_at, t.due_at, t.claimed_at, t.closed_at,
       c.language, c.platform, c.last_interaction_at
FROM tickets t JOIN citizens c ON c.id = t.citizen_id
WHERE t.kind = 'handover' AND (%(is_closed)s OR t.state IN ('open', 'claimed'))
ORDER BY t.state IN ('answered', 'cancelled'), t.topic IS NOT DISTINCT FROM 'danger' DESC, t.id LIMIT %(limit)s

-- name: claim
-- An officer takes a hand-over that waits; it belongs to a unit from then on, unless it was put somewhere before.
UPDATE tickets SET state = 'claimed', officer = %(officer)s, claimed_at = now(), updated_at = now(),
    unit_code = coalesce(unit_code, %(unit)s::text)
WHERE id = %(id)s AND state = 'open'
RETURNING id

-- name: release
-- Back into the queue, for the officers of a unit if one is given.
UPDATE tickets SET state = 'open', officer = NULL, claimed_at = NULL, updated_at = now(),
    unit_code = coalesce(%(unit)s::text, unit_code)
WHERE id = %(id)s AND state IN ('open', 'claimed')
RETURNING id

-- name: of_form
-- The message that a form made already.
SELECT id FROM officer_messages WHERE ticket_id = %(ticket_id)s AND form = %(form)s AND officer = %(officer)s

-- name: touch
-- Something was said; the time without a word begins anew.
UPDATE tickets SET updated_at = now() WHERE id = %(id)s RETURNING id

-- name: close
-- A hand-over ends: done, or taken back.
UPDATE tickets SET state = %(state)s, answer_enc = %(answer_enc)s, closed_at = now(), updated_at = now()
WHERE id = %(id)s AND state IN ('open', 'claimed')
RETURNING id

-- name: leave_conversation
-- The assistant answers again, if it was this hand-over that silenced it.
UPDATE conversations SET mode = 'bot', ticket_id = NULL, silent_until = NULL, updated_at = now()
WHERE citizen_id = %(citizen_id)s AND ticket_id = %(ticket_id)s
RETURNING citizen_id

-- name: idle
-- Hand-overs in which nobody has said anything for too long, or for which nobody came while the platform's window was
-- open.
SELECT t.id, t.state = 'claimed' AS was_claimed FROM tickets t LEFT JOIN conversations v ON v.citizen_id = t.citizen_id
WHERE t.kind = 'handover' AND t.citizen_id IS NOT NULL
  AND greatest(v.last_in_at, t.updated_at) < now() - make_interval(secs =>
      CASE t.state WHEN 'claimed' THEN %(idle_seconds)s ELSE %(waiting_seconds)s END)
  AND t.state IN ('open', 'claimed')
ORDER BY t.id LIMIT 100

-- name: count_replies
-- Messages to a citizen since a moment, and those on their way.
SELECT (SELECT count(*) FROM messages
        WHERE citizen_id = %(citizen_id)s AND author <> 'citizen' AND at > %(since)s)
     + (SELECT count(*) FROM officer_messages
        WHERE citizen_id = %(citizen_id)s AND state IN ('pending', 'sending', 'in_doubt') AND created_at > %(since)s)
    AS replies

-- name: say
-- A message to be sent into the chat.
INSERT INTO officer_messages (ticket_id, citizen_id, officer, text_enc, form)
VALUES (%(ticket_id)s, %(citizen_id)s, %(officer)s, %(text_enc)s, %(form)s::text)
RETURNING id

-- name: cancel_pending
-- Nothing more of this hand-over goes out.
UPDATE officer_messages SET state = 'cancelled', updated_at = now()
WHERE ticket_id = %(ticket_id)s AND state = 'pending'
RETURNING id

-- name: doubt_expired
-- Who died while sending leaves a message that may be out: it is not sent again.
UPDATE officer_messages SET state = 'in_doubt', reason = 'process_died', token = NULL, lease_until = NULL,
    updated_at = now()
WHERE state = 'sending' AND lease_until <= now()
RETURNING id

-- name: claim_messages
-- Takes messages that are due: of one citizen the earliest alone.
WITH due AS (
    SELECT m.id FROM officer_messages m
    WHERE m.state = 'pending' AND m.due_at <= now()
      AND NOT EXISTS (SELECT 1 FROM officer_messages earlier
                      WHERE earlier.citizen_id = m.citizen_id AND earlier.id < m.id
                        AND earlier.state IN ('pending', 'sending'))
    ORDER BY m.id LIMIT %(limit)s
    FOR UPDATE OF m SKIP LOCKED
)
UPDATE officer_messages m SET state = 'sending', tries = least(m.tries, 32000) + 1, token = gen_random_uuid(),
    lease_until = now() + make_interval(secs => %(lease_seconds)s), updated_at = now()
FROM due, citizens c
LEFT JOIN conversations v ON v.citizen_id = c.id
WHERE m.id = due.id AND c.id = m.citizen_id
RETURNING m.id, m.citizen_id, m.officer, m.text_enc, m.token, m.created_at, c.platform, c.user_enc, v.account_id

-- name: settle
-- Records what a try came to, unless the lease was lost.
UPDATE officer_messages SET state = %(state)s, reason = %(reason)s, message_id = %(message_id)s, token = NULL,
    lease_until = NULL, due_at = now() + make_interval(secs => %(due_in_seconds)s), updated_at = now()
WHERE id = %(id)s AND state = 'sending' AND token = %(token)s
RETURNING id

-- name: note_sent
-- Puts it into the transcript.
INSERT INTO messages (citizen_id, author, kind, text_enc, officer, message_id)
VALUES (%(citizen_id)s, %(author)s, 'text', %(text_enc)s, %(officer)s, %(message_id)s)
RETURNING id

-- name: undone
-- What could not be sent, or nobody knows of, in a hand-over.
SELECT id, state, reason, created_at FROM officer_messages
WHERE ticket_id = %(ticket_id)s AND state IN ('pending', 'sending', 'in_doubt', 'failed') ORDER BY id

-- name: transcript
-- What was said lately between a citizen and us, the oldest first.
SELECT at, author, kind, officer, text_enc FROM (
    SELECT id, at, author, kind, officer, text_enc FROM messages
    WHERE citizen_id = %(citizen_id)s ORDER BY id DESC LIMIT %(limit)s) AS lately
ORDER BY id
