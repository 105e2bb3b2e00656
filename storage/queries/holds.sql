-- name: lock
-- What is held back of the last notice of dossiers; one that the day's limit put off as well. A row that is being
-- released in this moment is waited for, and then is not held. What others were set aside for is not taken back: it would
-- take them along, and the dossier's next notice replaces it anyway.
SELECT n.id, n.created_at, n.dossier_id, n.ordinal, n.follows, n.follows_detail FROM notices n
JOIN unnest(%(dossier_id)s::bigint[], %(ordinal)s::integer[]) AS last (dossier_id, ordinal)
  ON n.dossier_id = last.dossier_id AND n.ordinal = last.ordinal
WHERE n.state = 'held' AND n.reason IN ('coalescing', 'daily_limit') AND n.replaces = 0 AND n.created_at > now() - interval '35 days'
ORDER BY n.dossier_id, n.role
FOR UPDATE OF n

-- name: told
-- The dossiers of which another person has been told the same, or is about to be.
SELECT DISTINCT n.dossier_id FROM notices n
JOIN unnest(%(dossier_id)s::bigint[], %(ordinal)s::integer[]) AS held (dossier_id, ordinal)
  ON n.dossier_id = held.dossier_id AND n.ordinal = held.ordinal
WHERE n.state IN ('pending', 'sending', 'in_doubt', 'accepted', 'delivered', 'read')
  AND n.created_at > now() - interval '35 days'

-- name: take_back
-- Sets aside what was corrected before it was said.
UPDATE notices n SET state = 'superseded', reason = 'corrected', due_at = NULL, updated_at = now()
FROM unnest(%(id)s::uuid[], %(created_at)s::timestamptz[]) AS held (id, created_at)
WHERE n.id = held.id AND n.created_at = held.created_at AND n.state = 'held'
