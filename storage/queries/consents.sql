-- name: begin
-- A consent is asked for; those of yesterday are dropped on the way.
WITH dropped AS (DELETE FROM consents WHERE begun_at < now() - interval '1 day')
INSERT INTO consents (state_hash, verifier_enc, redirect_uri, expires_at)
VALUES (%(state_hash)s, %(verifier)s, %(redirect_uri)s, now() + make_interval(secs => %(life_seconds)s))
RETURNING id

-- name: look
-- A consent that may still be given.
SELECT id, verifier_enc, redirect_uri FROM consents
WHERE state_hash = %(state_hash)s AND taken_at IS NULL AND expires_at > now()

-- name: take
-- The state came back: whoever comes second finds nothing.
UPDATE consents SET taken_at = now()
WHERE state_hash = %(state_hash)s AND taken_at IS NULL AND expires_at > now()
RETURNING id, verifier_enc, redirect_uri

-- name: finish
-- What came of it; the verifier has done its work.
UPDATE consents SET account_id = %(account_id)s, refusal = %(refusal)s, verifier_enc = NULL
WHERE id = %(id)s

-- name: outcome
-- What came of it so far. One that was taken and then neither kept nor refused was lost with its process.
SELECT account_id, refusal,
    CASE WHEN taken_at IS NULL THEN expires_at < now()
         ELSE taken_at < now() - make_interval(secs => %(exchange_seconds)s) END AS is_over
FROM consents WHERE id = %(id)s
