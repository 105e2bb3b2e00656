-- name: subscribe
-- Somebody wants to be told about a category; who asked before did so then.
INSERT INTO subscriptions (recipient_hash, recipient_enc, category, proof)
VALUES (%(hash)s, %(phone_enc)s, %(category)s, %(proof)s)
ON CONFLICT (recipient_hash, category) DO NOTHING

-- name: unsubscribe
-- Takes it back; without a category, all of it.
DELETE FROM subscriptions WHERE recipient_hash = ANY(%(hashes)s::bytea[])
  AND (%(category)s::text IS NULL OR category = %(category)s)
RETURNING category

-- name: of_phones
-- What is wanted for phones.
SELECT category, min(since) AS since FROM subscriptions WHERE recipient_hash = ANY(%(hashes)s::bytea[])
GROUP BY category ORDER BY category
