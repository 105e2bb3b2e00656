-- name: read
-- What an officer proves to be the one by: the password, the secret of the codes, the last code's step.
SELECT id AS officer_id, password_hash, totp_secret_enc, totp_step,
       password_until IS NOT NULL AND password_until < now() AS is_expired
FROM officers WHERE login = %(login)s::text OR id = %(id)s::bigint

-- name: rehash
-- The same password under newer parameters; sessions stay.
UPDATE officers SET password_hash = %(new)s WHERE id = %(officer_id)s AND password_hash = %(old)s

-- name: use_step
-- Uses a code up: true once for each step, whoever else tries at the same time.
UPDATE officers SET totp_step = %(step)s
WHERE id = %(officer_id)s AND totp_secret_enc IS NOT NULL AND (totp_step IS NULL OR totp_step < %(step)s) RETURNING id

-- name: use_recovery_code
-- Uses a recovery code up.
UPDATE recovery_codes SET used_at = now()
WHERE officer_id = %(officer_id)s AND code_hash = %(code_hash)s AND used_at IS NULL RETURNING officer_id

-- name: set_password
-- Another password: sessions of the one before are over.
UPDATE officers SET password_hash = %(password_hash)s, password_until = NULL, credentials_version = credentials_version + 1
WHERE id = %(officer_id)s AND disabled_at IS NULL RETURNING credentials_version

-- name: set_up
-- The officer's own password and secret, in place of what somebody else had given.
UPDATE officers SET password_hash = %(password_hash)s, password_until = NULL, must_set_up = false,
    totp_secret_enc = %(secret)s, totp_step = %(step)s, credentials_version = credentials_version + 1
WHERE id = %(officer_id)s AND credentials_version = %(version)s AND disabled_at IS NULL RETURNING credentials_version

-- name: set_totp
-- Another secret of codes: sessions of the one before are over.
UPDATE officers SET totp_secret_enc = %(secret)s, totp_step = %(step)s, credentials_version = credentials_version + 1
WHERE id = %(officer_id)s AND disabled_at IS NULL RETURNING credentials_version

-- name: reset
-- A temporary password; codes are off until the officer sets them up again.
UPDATE officers SET password_hash = %(password_hash)s, password_until = now() + make_interval(secs => %(seconds)s),
    must_set_up = true, totp_secret_enc = NULL, totp_step = NULL, credentials_version = credentials_version + 1
WHERE id = %(officer_id)s RETURNING credentials_version

-- name: drop_recovery_codes
-- Recovery codes of before open nothing any more.
DELETE FROM recovery_codes WHERE officer_id = %(officer_id)s

-- name: add_recovery_codes
-- New recovery codes.
INSERT INTO recovery_codes (officer_id, code_hash) SELECT %(officer_id)s, unnest(%(hashes)s::bytea[])

-- name: count_recovery_codes
-- Recovery codes that are left.
SELECT count(*) AS left_over FROM recovery_codes WHERE officer_id = %(officer_id)s AND used_at IS NULL

-- name: note_sign_in
-- When somebody was here last.
UPDATE officers SET signed_in_at = now() WHERE id = %(officer_id)s
