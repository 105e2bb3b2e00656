-- name: add
-- A new officer, unless the login is taken.
INSERT INTO officers (login, name, password_hash, created_by, must_set_up)
VALUES (%(login)s, %(name)s, %(password_hash)s, %(created_by)s, %(must_set_up)s)
ON CONFLICT (login) DO NOTHING RETURNING id

-- name: drop_grants
-- Takes away what an officer may do.
DELETE FROM officer_roles WHERE officer_id = %(officer_id)s

-- name: add_grants
-- Lets an officer do things.
INSERT INTO officer_roles (officer_id, unit, role)
SELECT %(officer_id)s, unit, role FROM unnest(%(units)s::text[], %(roles)s::text[]) AS g (unit, role)

-- name: find
-- An officer by id or login.
SELECT o.id, o.login, o.name, o.language, o.credentials_version, o.must_set_up, o.totp_secret_enc IS NOT NULL AS has_totp,
       o.created_at, o.signed_in_at, o.disabled_at,
       coalesce((SELECT array_agg(ARRAY[r.unit, r.role] ORDER BY r.unit, r.role) FROM officer_roles r
                 WHERE r.officer_id = o.id), '{}') AS grants
FROM officers o WHERE o.id = %(id)s::bigint OR o.login = %(login)s::text

-- name: all
-- Every officer, by login.
SELECT o.id, o.login, o.name, o.language, o.credentials_version, o.must_set_up, o.totp_secret_enc IS NOT NULL AS has_totp,
       o.created_at, o.signed_in_at, o.disabled_at,
       coalesce((SELECT array_agg(ARRAY[r.unit, r.role] ORDER BY r.unit, r.role) FROM officer_roles r
                 WHERE r.officer_id = o.id), '{}') AS grants
FROM officers o ORDER BY o.login

-- name: names
-- What officers are called.
SELECT login, name FROM officers

-- name: lock
-- Those who change what officers may do take turns: somebody must always be left to administer.
SELECT pg_advisory_xact_lock(hashtext('hoso.officers'))

-- name: count_head_administrators
-- Those who can still put everything right.
SELECT count(*) AS administrators FROM officers o
WHERE o.disabled_at IS NULL AND (%(but)s::bigint IS NULL OR o.id <> %(but)s)
  AND EXISTS (SELECT 1 FROM officer_roles r WHERE r.officer_id = o.id AND r.unit = '*' AND r.role = 'administrator')

-- name: disable
-- Nobody signs in with this login any more; its sessions are over.
UPDATE officers SET disabled_at = now(), credentials_version = credentials_version + 1
WHERE id = %(id)s AND disabled_at IS NULL RETURNING id

-- name: enable
-- The login opens again.
UPDATE officers SET disabled_at = NULL WHERE id = %(id)s AND disabled_at IS NOT NULL RETURNING id

-- name: set_language
-- The language of the pages.
UPDATE officers SET language = %(language)s WHERE id = %(id)s

-- name: set_name
-- What an officer is called.
UPDATE officers SET name = %(name)s WHERE id = %(id)s
