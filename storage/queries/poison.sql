-- name: found
-- Notices that were set aside since then, because workers died with them twice.
SELECT id, updated_at FROM notices
WHERE state = 'in_doubt' AND reason = 'poison' AND updated_at > %(since)s AND created_at > now() - interval '70 days'
ORDER BY updated_at LIMIT 100

-- name: now
-- The database's clock.
SELECT now() AS now
