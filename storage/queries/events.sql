-- name: claim_keys
-- Takes the identities that are new and returns them; a concurrent batch with the same ones waits for this one.
INSERT INTO event_keys (key)
SELECT DISTINCT key FROM unnest(%(keys)s::uuid[]) AS key ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING key

-- name: append
-- Appends a batch of events with their outcomes.
COPY dossier_events (source, event_id, key, dossier_id, dossier_code, status, event_time, outcome, notice, anomaly,
                     errors, payload_enc)
FROM STDIN

-- name: count_outcomes
-- How many events ended how, for accounting.
SELECT outcome, count(*) AS events FROM dossier_events GROUP BY outcome

-- name: of_notice
-- The event that a notice came from.
SELECT id, received_at, source, event_id, status, event_time, outcome, notice, anomaly
FROM dossier_events WHERE key = %(key)s AND outcome IN ('accepted', 'stale')
