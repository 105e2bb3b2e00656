-- name: count
-- How often a dossier was given a new date with an apology.
SELECT count(*)::integer AS apologies FROM apologies WHERE dossier_id = %(dossier_id)s

-- name: add
-- Notes an apology; none when this very date was apologised for already.
INSERT INTO apologies (dossier_id, due_at, new_due_at, reason, officer, notice_id)
VALUES (%(dossier_id)s, %(due_at)s, %(new_due_at)s, %(reason)s, %(officer)s, %(notice_id)s)
ON CONFLICT (dossier_id, due_at) DO NOTHING RETURNING id

-- name: redated
-- The dates of dossiers that were apologised for: they count no more.
SELECT dossier_id, array_agg(due_at) AS dates FROM apologies
WHERE dossier_id = ANY(%(dossiers)s::bigint[]) GROUP BY dossier_id

-- name: move_dossier
-- The dossier's new date, and one more notice of it; its row is locked by then.
UPDATE dossiers SET due_at = %(new_due_at)s, notices = notices + 1, updated_at = now() WHERE id = %(dossier_id)s

-- name: of_dossier
-- The apologies about a dossier, oldest first.
SELECT due_at, new_due_at, reason, officer, notice_id, created_at FROM apologies
WHERE dossier_id = %(dossier_id)s ORDER BY id
