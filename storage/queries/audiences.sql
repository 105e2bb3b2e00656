-- name: save
-- An audience under a name; a unit has one of each name.
INSERT INTO audiences (name, unit, audience, officer) VALUES (%(name)s, %(unit)s, %(audience)s, %(officer)s)
ON CONFLICT (unit, name) DO NOTHING RETURNING id

-- name: find
-- One of the units, or of those below them.
SELECT id, name, unit, audience, officer, created_at FROM audiences a
WHERE id = %(id)s AND (%(units)s::text[] IS NULL OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE a.unit = u OR starts_with(a.unit, u || '.')))

-- name: all
-- All of the units, and of those below them.
SELECT id, name, unit, audience, officer, created_at FROM audiences a
WHERE %(units)s::text[] IS NULL OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE a.unit = u OR starts_with(a.unit, u || '.'))
ORDER BY name, id

-- name: delete
-- What broadcasts were made of it stays as it is: they hold a copy.
DELETE FROM audiences a
WHERE id = %(id)s AND (%(units)s::text[] IS NULL OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE a.unit = u OR starts_with(a.unit, u || '.')))
RETURNING id, name, unit, audience, officer, created_at
