-- name: ask
-- Notes that a citizen is asked about a finished dossier, and returns a row if this is the time to ask: only once, only
-- somebody with a link of their own (not a relative's, which expires), never who rated on the platform's template.
INSERT INTO ratings (dossier_id, citizen_id, asked_entry)
SELECT d.id, l.citizen_id, %(entry_id)s
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND d.id = %(dossier_id)s AND l.revoked_at IS NULL AND l.expires_at IS NULL
  AND d.status = ANY(%(finished)s::smallint[])
  AND NOT EXISTS (SELECT FROM notices n WHERE n.dossier_id = d.id AND n.rating IS NOT NULL)
ON CONFLICT (dossier_id, citizen_id) DO UPDATE SET asked_at = ratings.asked_at
WHERE ratings.asked_entry = excluded.asked_entry
RETURNING dossier_id

-- name: unasked
-- The citizen's own dossier that finished last and was not asked about yet.
SELECT d.id, d.code
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND l.revoked_at IS NULL AND l.expires_at IS NULL
  AND d.status = ANY(%(finished)s::smallint[])
  AND NOT EXISTS (
      SELECT FROM ratings r WHERE r.dossier_id = d.id AND r.citizen_id = l.citizen_id
        AND r.asked_entry IS DISTINCT FROM %(entry_id)s)
  AND NOT EXISTS (SELECT FROM notices n WHERE n.dossier_id = d.id AND n.rating IS NOT NULL)
ORDER BY d.status_time DESC LIMIT 1

-- name: rate
-- Keeps the first level that a citizen gives; the same press again finds its own.
INSERT INTO ratings (dossier_id, citizen_id, level, rated_at, rated_entry)
VALUES (%(dossier_id)s, %(citizen_id)s, %(level)s, now(), %(entry_id)s)
ON CONFLICT (dossier_id, citizen_id) DO UPDATE SET
    level = excluded.level, rated_at = coalesce(ratings.rated_at, now()), rated_entry = excluded.rated_entry
WHERE ratings.rated_at IS NULL OR ratings.rated_entry = excluded.rated_entry
RETURNING level

-- name: add_note
-- Puts the citizen's words beside the level, once.
UPDATE ratings SET note_enc = %(note_enc)s
WHERE dossier_id = %(dossier_id)s AND citizen_id = %(citizen_id)s AND level IS NOT NULL
RETURNING level

-- name: counts
-- How many rated how, by unit and local month, in a span of time.
SELECT d.agency_code AS unit, max(d.agency_name) AS unit_name,
       to_char(r.rated_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month, r.level, count(*)::integer AS ratings
FROM ratings r JOIN dossiers d ON d.id = r.dossier_id
WHERE r.level IS NOT NULL AND r.rated_at >= %(since)s AND r.rated_at < %(until)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
GROUP BY d.agency_code, month, r.level ORDER BY d.agency_code NULLS LAST, month, r.level

-- name: notes
-- What people wrote beside their levels, the latest first.
SELECT d.agency_code AS unit, r.level, r.note_enc, to_char(r.rated_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month
FROM ratings r JOIN dossiers d ON d.id = r.dossier_id
WHERE r.note_enc IS NOT NULL AND r.level IS NOT NULL AND r.rated_at >= %(since)s AND r.rated_at < %(until)s
  AND (%(units)s::text[] IS NULL OR EXISTS (
      SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
ORDER BY r.rated_at DESC LIMIT %(limit)s
