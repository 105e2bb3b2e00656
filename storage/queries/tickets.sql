-- name: open
-- A ticket; nothing when its inbox entry has one already, or its number is taken.
INSERT INTO tickets (number, kind, citizen_id, dossier_id, topic, text_enc, details_enc, unit, entry_id, due_at)
VALUES (%(number)s, %(kind)s, %(citizen_id)s, %(dossier_id)s, %(topic)s, %(text_enc)s, %(details_enc)s, %(unit)s,
        %(entry_id)s, %(due_at)s)
ON CONFLICT DO NOTHING
RETURNING id, number, kind, state, topic, unit, officer, citizen_id, dossier_id, created_at, due_at, closed_at,
          text_enc, answer_enc

-- name: of_entry
-- The ticket that an inbox entry made.
SELECT id, number, kind, state, topic, unit, officer, citizen_id, dossier_id, created_at, due_at, closed_at,
       text_enc, answer_enc
FROM tickets WHERE entry_id = %(entry_id)s

-- name: find
-- A ticket by its number; of one citizen only, when one is given.
SELECT id, number, kind, state, topic, unit, officer, citizen_id, dossier_id, created_at, due_at, closed_at,
       text_enc, answer_enc
FROM tickets
WHERE number = %(number)s AND (%(citizen_id)s::bigint IS NULL OR citizen_id = %(citizen_id)s)

-- name: of_citizen
-- A citizen's tickets, the newest first.
SELECT id, number, kind, state, topic, unit, officer, citizen_id, dossier_id, created_at, due_at, closed_at,
       text_enc, answer_enc
FROM tickets
WHERE citizen_id = %(citizen_id)s AND kind = ANY(%(kinds)s::text[])
ORDER BY id DESC LIMIT %(limit)s

-- name: search
-- Tickets for officers: what is promised soonest first.
SELECT id, number, kind, state, topic, unit, officer, citizen_id, dossier_id, created_at, due_at, closed_at,
       text_enc, answer_enc
FROM tickets
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY due_at NULLS LAST, id LIMIT %(limit)s

-- name: claim
-- An officer takes a ticket that nobody has; the same officer again changes nothing.
UPDATE tickets SET state = 'claimed', officer = %(officer)s, claimed_at = coalesce(claimed_at, now()), updated_at = now()
WHERE number = %(number)s AND kind <> 'handover'
  AND (state = 'open' OR (state = 'claimed' AND officer = %(officer)s))
RETURNING id

-- name: answer
-- An officer answers, and the ticket is done; with `is_own` only if no other officer has it.
UPDATE tickets SET state = 'answered', officer = %(officer)s, answer_enc = %(answer_enc)s, closed_at = now(),
    updated_at = now()
WHERE number = %(number)s AND kind <> 'handover' AND state IN ('open', 'claimed')
  AND (NOT %(is_own)s OR officer IS NULL OR officer = %(officer)s)
RETURNING id, citizen_id

-- name: withdraw
-- A citizen takes an own ticket back that is not answered; the same inbox entry again changes nothing.
UPDATE tickets SET state = 'cancelled', closed_at = coalesce(closed_at, now()), updated_at = now()
WHERE number = %(number)s AND citizen_id = %(citizen_id)s AND kind = 'feedback' AND state IN ('open', 'claimed')
RETURNING id

-- name: keep_photo
-- A picture, before its ticket exists, while the person has fewer than the limit; a repeat changes nothing.
INSERT INTO ticket_photos (citizen_id, kind, photo_enc, entry_id, part)
SELECT %(citizen_id)s, %(kind)s, %(photo_enc)s, %(entry_id)s, %(part)s
WHERE (SELECT count(*) FROM ticket_photos WHERE citizen_id = %(citizen_id)s AND ticket_id IS NULL) < %(limit)s
ON CONFLICT DO NOTHING
RETURNING id

-- name: has_photo
-- Whether this picture is kept already.
SELECT 1 AS found FROM ticket_photos WHERE entry_id = %(entry_id)s AND part = %(part)s

-- name: count_loose_photos
-- How many pictures wait for their ticket.
SELECT count(*) AS photos FROM ticket_photos WHERE citizen_id = %(citizen_id)s AND ticket_id IS NULL

-- name: attach_photos
-- The pictures that waited belong to this ticket now.
UPDATE ticket_photos SET ticket_id = %(ticket_id)s WHERE citizen_id = %(citizen_id)s AND ticket_id IS NULL
RETURNING id

-- name: drop_loose_photos
-- Pictures of feedback that was not sent after all.
DELETE FROM ticket_photos WHERE citizen_id = %(citizen_id)s AND ticket_id IS NULL RETURNING id

-- name: drop_forgotten_photos
-- The same, of whoever left in the middle.
DELETE FROM ticket_photos WHERE ticket_id IS NULL AND created_at < now() - interval '1 day' RETURNING id

-- name: photos
-- The pictures of a ticket.
SELECT kind, photo_enc FROM ticket_photos WHERE ticket_id = %(ticket_id)s ORDER BY id

-- name: forget_closed
-- Drops tickets, and with them pictures and officers' messages, that were closed long ago.
DELETE FROM tickets WHERE id IN (
    SELECT id FROM tickets
    WHERE state IN ('answered', 'cancelled') AND closed_at < now() - make_interval(days => %(days)s)
    ORDER BY id LIMIT 1000)
RETURNING id

-- name: sender
-- What must be known of a citizen before something is written to them.
SELECT language, platform, last_interaction_at FROM citizens WHERE id = %(citizen_id)s
