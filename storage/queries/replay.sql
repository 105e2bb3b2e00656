-- name: stored
-- Events of a time as they were understood, page by page: those whose identity is missing, for example
-- after a part of the tables was restored.
SELECT e.id, e.key, e.source, e.event_id, e.payload_enc
FROM dossier_events e
WHERE e.received_at >= %(since)s AND e.received_at < %(until)s AND e.id > %(after)s
  AND e.outcome IN ('accepted', 'stale') AND e.payload_enc IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM event_keys k WHERE k.key = e.key)
ORDER BY e.id LIMIT %(limit)s

-- name: count_known
-- How many events of a time are stored with their identity.
SELECT count(*) AS events FROM dossier_events e
WHERE e.received_at >= %(since)s AND e.received_at < %(until)s AND e.outcome IN ('accepted', 'stale')
  AND EXISTS (SELECT 1 FROM event_keys k WHERE k.key = e.key)

-- name: known_keys
-- Which of these identities were taken already.
SELECT key FROM event_keys WHERE key = ANY(%(keys)s::uuid[])

-- name: known_notices
-- Which of these notices exist.
SELECT DISTINCT id FROM notices WHERE id = ANY(%(ids)s::uuid[])
