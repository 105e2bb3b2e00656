-- name: seed
-- Notes an account with its first pair of tokens; an account that is there already keeps the rotated pair.
INSERT INTO accounts (id, app_id, name, access_token_enc, refresh_token_enc, access_expires_at)
VALUES (%(id)s, %(app_id)s, %(name)s, %(access)s, %(refresh)s, now() + make_interval(secs => %(expires_in_seconds)s))
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: replace_pair
-- A person gives an account a new pair: whatever refresh was under way has lost its claim.
INSERT INTO accounts (id, app_id, name, access_token_enc, refresh_token_enc, access_expires_at, refresh_expires_at)
VALUES (%(id)s, %(app_id)s, %(name)s, %(access)s, %(refresh)s, now() + make_interval(secs => %(expires_in_seconds)s),
        %(refresh_expires_at)s)
ON CONFLICT (id) DO UPDATE SET
    app_id = excluded.app_id, name = coalesce(excluded.name, accounts.name),
    access_token_enc = excluded.access_token_enc, refresh_token_enc = excluded.refresh_token_enc,
    access_expires_at = excluded.access_expires_at, refresh_expires_at = excluded.refresh_expires_at,
    version = accounts.version + 1, state = 'active', state_code = NULL, refresh_claim = NULL, refresh_claimed_until = NULL, refresh_tries = 0,
    refresh_answer_enc = NULL, updated_at = now()
RETURNING id

-- name: read
-- The pair as it is now.
SELECT access_token_enc, refresh_token_enc, access_expires_at, refresh_expires_at, version, state
FROM accounts WHERE id = %(id)s

-- name: claim_refresh
-- One refresher at a time: the claim outlives the request it is for.
UPDATE accounts SET refresh_claim = gen_random_uuid(),
    refresh_claimed_until = now() + make_interval(secs => %(lease_seconds)s),
    refresh_tries = refresh_tries + 1, updated_at = now()
WHERE id = %(id)s AND version = %(version)s AND state = 'active'
  AND (refresh_claim IS NULL OR refresh_claimed_until < now())
RETURNING refresh_claim, refresh_token_enc, refresh_tries - 1 AS tries, refresh_answer_enc

-- name: record_answer
-- Write-ahead of the raw answer: dying between this and the saved pair loses nothing.
UPDATE accounts SET refresh_answer_enc = %(answer)s, refresh_tries = 0, updated_at = now()
WHERE id = %(id)s AND refresh_claim = %(claim)s

-- name: save_pair
-- The new pair, before anybody uses it.
UPDATE accounts SET access_token_enc = %(access)s, refresh_token_enc = %(refresh)s,
    access_expires_at = %(access_expires_at)s, refresh_expires_at = %(refresh_expires_at)s,
    version = version + 1, refresh_claim = NULL, refresh_claimed_until = NULL, refresh_tries = 0,
    refresh_answer_enc = NULL, state = 'active', state_code = NULL, updated_at = now()
WHERE id = %(id)s AND refresh_claim = %(claim)s
RETURNING version

-- name: mark_dead
-- The refresh token is gone: a person must consent again.
UPDATE accounts SET state = 'needs_authorization', state_code = %(code)s, refresh_claim = NULL,
    refresh_claimed_until = NULL, refresh_answer_enc = NULL, updated_at = now()
WHERE id = %(id)s AND refresh_claim = %(claim)s
RETURNING id

-- name: release_claim
-- The request never left (tries as before), or its outcome is unknown (tries as claimed).
UPDATE accounts SET refresh_claim = NULL, refresh_claimed_until = NULL, refresh_tries = %(tries)s,
    refresh_answer_enc = NULL, updated_at = now()
WHERE id = %(id)s AND refresh_claim = %(claim)s

-- name: note_quota
-- What the platform said is left for today.
UPDATE accounts SET quota_remaining = %(remaining)s, quota_total = coalesce(%(total)s, quota_total), updated_at = now()
WHERE id = %(id)s

-- name: all
-- Every account with its health; no tokens.
SELECT id, platform, app_id, name, state, state_code, access_expires_at, refresh_expires_at, version, refresh_tries,
       refresh_answer_enc IS NOT NULL AS has_unsaved_answer, quota_remaining, quota_total, created_at, updated_at
FROM accounts ORDER BY created_at
