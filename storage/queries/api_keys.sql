-- name: add
-- A new key of a source.
INSERT INTO api_keys (id, source, key_hash, scopes, unit)
VALUES (%(id)s, %(source)s, %(key_hash)s, %(scopes)s, %(unit)s)

-- name: find
-- The key behind a hash, unless it was revoked.
SELECT id, source, created_at, last_used_at, revoked_at, scopes, unit FROM api_keys
WHERE key_hash = %(key_hash)s AND revoked_at IS NULL

-- name: all
-- Every key, without its secret.
SELECT id, source, created_at, last_used_at, revoked_at, scopes, unit FROM api_keys ORDER BY created_at

-- name: touch
-- Notes the last use, once a minute at most.
UPDATE api_keys SET last_used_at = now()
WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')

-- name: revoke
-- Ends a key.
UPDATE api_keys SET revoked_at = now() WHERE id = %(id)s AND revoked_at IS NULL
RETURNING id, source, created_at, last_used_at, revoked_at, scopes, unit
