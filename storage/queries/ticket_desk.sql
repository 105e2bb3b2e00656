-- name: search
-- Feedback and data requests for the officers of some units: those under way by what is due first (praise has no date),
-- then those that have ended, the latest first. A unit: where it was put, else that of its dossier.
SELECT t.id, t.number, t.kind, t.state, t.topic, t.unit, t.officer, t.citizen_id, t.dossier_id, t.created_at, t.due_at,
       t.closed_at, t.text_enc, t.answer_enc, t.details_enc, t.claimed_at, t.published_at,
       coalesce(t.unit_code, d.agency_code) AS unit_code, d.code AS dossier_code, d.agency_code AS dossier_unit,
       c.language, c.platform, c.last_interaction_at
FROM tickets t LEFT JOIN dossiers d ON d.id = t.dossier_id LEFT JOIN citizens c ON c.id = t.citizen_id
WHERE t.kind <> 'handover' AND t.state = ANY(%(states)s::text[])
  AND (%(number)s::text IS NULL OR t.number = %(number)s)
  AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
  AND (%(topic)s::text IS NULL OR t.topic = %(topic)s)
  AND (%(officer)s::text IS NULL OR t.officer = %(officer)s)
  AND (%(is_unpublished)s::boolean IS NOT TRUE OR (t.kind = 'feedback' AND t.published_at IS NULL
       AND t.topic IS DISTINCT FROM 'praise'))
  AND (%(before)s::bigint IS NULL OR t.id < %(before)s)
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u
      WHERE coalesce(t.unit_code, d.agency_code) = u OR starts_with(coalesce(t.unit_code, d.agency_code), u || '.')))
  AND (%(unit)s::text IS NULL OR coalesce(t.unit_code, d.agency_code) = %(unit)s
       OR starts_with(coalesce(t.unit_code, d.agency_code), %(unit)s || '.'))
ORDER BY t.state IN ('answered', 'cancelled'),
    CASE WHEN t.state IN ('answered', 'cancelled') THEN NULL ELSE t.due_at END NULLS LAST,
    CASE WHEN t.state IN ('answered', 'cancelled') THEN -t.id ELSE t.id END
LIMIT %(limit)s

-- name: units
-- Units that have tickets.
SELECT DISTINCT coalesce(t.unit_code, d.agency_code) AS unit
FROM tickets t LEFT JOIN dossiers d ON d.id = t.dossier_id
WHERE t.kind <> 'handover' AND coalesce(t.unit_code, d.agency_code) IS NOT NULL
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u
      WHERE coalesce(t.unit_code, d.agency_code) = u OR starts_with(coalesce(t.unit_code, d.agency_code), u || '.')))
ORDER BY unit LIMIT 500

-- name: lock
-- A ticket's details, until the transaction ends.
SELECT id, citizen_id, state, officer, details_enc FROM tickets
WHERE number = %(number)s AND kind <> 'handover' FOR UPDATE

-- name: put_details
-- What else is known of it.
UPDATE tickets SET details_enc = %(details_enc)s, updated_at = now() WHERE id = %(id)s RETURNING id

-- name: ask_more
-- More was asked for: the officer has it, and its sender sees the question where the answer will stand.
UPDATE tickets SET state = 'claimed', officer = %(officer)s, claimed_at = coalesce(claimed_at, now()),
    answer_enc = %(answer_enc)s, details_enc = %(details_enc)s, updated_at = now()
WHERE id = %(id)s AND state IN ('open', 'claimed')
RETURNING id

-- name: take_over
-- An officer takes a ticket that another one has.
UPDATE tickets SET officer = %(officer)s, claimed_at = now(), updated_at = now()
WHERE number = %(number)s AND kind <> 'handover' AND state = 'claimed' AND officer = %(from)s
RETURNING id

-- name: move
-- For the officers of another unit; nobody has it any more.
UPDATE tickets SET unit_code = %(unit)s, state = 'open', officer = NULL, claimed_at = NULL, updated_at = now()
WHERE number = %(number)s AND kind <> 'handover'
  AND (state = 'open' OR (state = 'claimed' AND officer = %(officer)s))
RETURNING id

-- name: publish
-- The answer was made public.
UPDATE tickets SET published_at = now(), updated_at = now()
WHERE number = %(number)s AND kind = 'feedback' AND state = 'answered' AND published_at IS NULL
RETURNING id

-- name: photo
-- One picture of a ticket, in the order of their coming, from 1.
SELECT kind, photo_enc FROM ticket_photos WHERE ticket_id = %(ticket_id)s ORDER BY id OFFSET %(position)s - 1 LIMIT 1

-- name: count_photos
-- How many pictures a ticket has.
SELECT count(*) AS photos FROM ticket_photos WHERE ticket_id = %(ticket_id)s

-- name: told
-- What was written into the chat about a ticket, and what became of it.
SELECT id, officer, state, reason, created_at FROM officer_messages WHERE ticket_id = %(ticket_id)s ORDER BY id
