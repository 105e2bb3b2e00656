-- name: search
-- Short answers of some units, by unit and title; those of the whole city are for everybody.
SELECT id, unit, title, text, officer, created_at FROM canned_answers AS x
WHERE %(units)s::text[] IS NULL OR x.unit = '*' OR EXISTS (
    SELECT 1 FROM unnest(%(units)s::text[]) AS u
    WHERE x.unit = u OR starts_with(x.unit, u || '.') OR starts_with(u, x.unit || '.'))
ORDER BY x.unit, x.title, x.id LIMIT 500

-- name: find
-- A short answer.
SELECT id, unit, title, text, officer, created_at FROM canned_answers WHERE id = %(id)s

-- name: add
-- A short answer; nothing when the unit has one of that title.
INSERT INTO canned_answers (unit, title, text, officer) VALUES (%(unit)s, %(title)s, %(text)s, %(officer)s)
ON CONFLICT (unit, title) DO NOTHING
RETURNING id

-- name: change
-- Another title or text; nothing when the unit has one of that title.
UPDATE canned_answers c SET title = %(title)s, text = %(text)s, officer = %(officer)s
WHERE id = %(id)s AND NOT EXISTS (
    SELECT 1 FROM canned_answers o WHERE o.unit = c.unit AND o.title = %(title)s AND o.id <> c.id)
RETURNING id

-- name: remove
-- Gone.
DELETE FROM canned_answers WHERE id = %(id)s RETURNING id
