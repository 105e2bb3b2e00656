-- name: units_below
-- The units that dossiers are in, as far as those asked for cover them; one look into the index each. Told one by one,
-- the planner knows how few dossiers there are, and goes by them instead of by all phones.
WITH RECURSIVE found AS (
    (SELECT agency_code AS code FROM dossiers WHERE agency_code IS NOT NULL ORDER BY agency_code LIMIT 1)
    UNION ALL
    SELECT (SELECT d.agency_code FROM dossiers d WHERE d.agency_code > f.code ORDER BY d.agency_code LIMIT 1)
    FROM found f WHERE f.code IS NOT NULL
)
SELECT code FROM found
WHERE EXISTS (SELECT 1 FROM unnest(%(asked)s::text[]) AS u WHERE code = u OR starts_with(code, u || '.'))

-- name: procedures_below
-- The same for procedures, whose codes may be longer than the national one.
WITH RECURSIVE found AS (
    (SELECT procedure_code AS code FROM dossiers WHERE procedure_code IS NOT NULL ORDER BY procedure_code LIMIT 1)
    UNION ALL
    SELECT (SELECT d.procedure_code FROM dossiers d WHERE d.procedure_code > f.code ORDER BY d.procedure_code LIMIT 1)
    FROM found f WHERE f.code IS NOT NULL
)
SELECT code FROM found
WHERE EXISTS (SELECT 1 FROM unnest(%(asked)s::text[]) AS u WHERE code = u OR starts_with(code, u || '.'))

-- name: fits
-- (a part of others) What an audience asks of a dossier `d`.
    (%(units)s::text[] IS NULL OR d.agency_code = ANY(%(units)s::text[]))
    AND (%(procedures)s::text[] IS NULL OR d.procedure_code = ANY(%(procedures)s::text[]))
    AND (%(statuses)s::smallint[] IS NULL OR d.status = ANY(%(statuses)s::smallint[]))
    AND (%(submitted_from)s::timestamptz IS NULL OR d.submitted_at >= %(submitted_from)s)
    AND (%(submitted_before)s::timestamptz IS NULL OR d.submitted_at < %(submitted_before)s)
    AND (%(due_from)s::timestamptz IS NULL OR d.due_at >= %(due_from)s)
    AND (%(due_before)s::timestamptz IS NULL OR d.due_at < %(due_before)s)

-- name: phones_dossiers
-- (a part of others) The phones of dossiers that fit.
    SELECT DISTINCT d.phone_hash AS hash FROM dossiers d WHERE d.phone_hash IS NOT NULL AND {fits}

-- name: phones_list
-- (a part of others) The phones of a list.
    SELECT r.recipient_hash AS hash FROM recipients r
    WHERE r.list_id = %(list_id)s AND (NOT %(by_dossier)s OR EXISTS (
        SELECT 1 FROM dossiers d WHERE d.phone_hash = r.recipient_hash AND {fits}))

-- name: phones_subscribers
-- (a part of others) The phones that asked to be told about a category.
    SELECT s.recipient_hash AS hash FROM subscriptions s
    WHERE s.category = %(category)s AND (NOT %(by_dossier)s OR EXISTS (
        SELECT 1 FROM dossiers d WHERE d.phone_hash = s.recipient_hash AND {fits}))

-- name: count
-- How many people of each language opted out, and proved their phone in the chat (as storage/queries/recipients.sql,
-- `facts`, has it: a phone with several owners leads to nobody's chat). The chats are joined at once, not one by one.
WITH chats AS MATERIALIZED (
    SELECT l.phone_hash, max(c.language) FILTER (WHERE c.language_chosen_at IS NOT NULL) AS language
    FROM (SELECT DISTINCT phone_hash, citizen_id FROM links
          WHERE phone_hash IS NOT NULL AND revoked_at IS NULL AND expires_at IS NULL) AS l
    JOIN citizens c ON c.id = l.citizen_id AND c.platform = 'zalo'
    GROUP BY l.phone_hash HAVING count(*) = 1 AND bool_and(c.follows IS NOT FALSE AND c.stopped_at IS NULL)
), phones AS (
{phones}
), people AS (
    SELECT coalesce(p.language, c.language, 'vi') AS language, c.phone_hash IS NOT NULL AS linked,
           (p.opted_out_at IS NOT NULL OR p.paused_until > now()) IS TRUE AS opted_out
    FROM phones h
    LEFT JOIN preferences p ON p.recipient_hash = h.hash
    LEFT JOIN chats c ON c.phone_hash = h.hash
    WHERE %(category)s::text IS NULL OR EXISTS (
        SELECT 1 FROM subscriptions s WHERE s.recipient_hash = h.hash AND s.category = %(category)s)
)
SELECT language, linked, opted_out, count(*) AS people FROM people
GROUP BY language, linked, opted_out

-- name: without_mobile
-- Dossiers that fit and name no mobile number.
SELECT count(*) AS dossiers FROM dossiers d WHERE d.phone_hash IS NULL AND {fits}

-- name: known
-- (a part of others) What is known of the owner of the phone `h.hash`, one look into the indexes each.
    coalesce(p.language, c.language, 'vi') AS language, c.linked IS TRUE AS linked,
    (p.opted_out_at IS NOT NULL OR p.paused_until > now()) IS TRUE AS opted_out
FROM page h
LEFT JOIN preferences p ON p.recipient_hash = h.hash
LEFT JOIN LATERAL (
    SELECT true AS linked, max(c.language) FILTER (WHERE c.language_chosen_at IS NOT NULL) AS language
    FROM citizens c
    WHERE c.id IN (SELECT l.citizen_id FROM links l
                   WHERE l.phone_hash = h.hash AND l.revoked_at IS NULL AND l.expires_at IS NULL)
      AND c.platform = 'zalo'
    HAVING count(*) = 1 AND bool_and(c.follows IS NOT FALSE AND c.stopped_at IS NULL)
) AS c ON true

-- name: page_dossiers
-- The next phones of dossiers that fit, in the order of their hashes; the newest such dossier of each tells the rest.
WITH page AS MATERIALIZED (
    SELECT DISTINCT ON (d.phone_hash) d.phone_hash AS hash, d.phone_enc, d.name_enc, d.id AS dossier_id, d.code,
           d.status, d.procedure_code, d.procedure_name, d.agency_code, d.agency_name, d.submitted_at, d.due_at
    FROM dossiers d
    WHERE d.phone_hash > %(after)s AND {fits}
      AND (%(category)s::text IS NULL OR EXISTS (
          SELECT 1 FROM subscriptions s WHERE s.recipient_hash = d.phone_hash AND s.category = %(category)s))
      AND (%(first_key)s::bytea IS NULL OR (substring(d.phone_enc FROM 2 FOR 4) = %(first_key)s) = %(is_rotated)s)
    ORDER BY d.phone_hash, d.id DESC LIMIT %(limit)s
)
SELECT h.*, {known}
ORDER BY h.hash

-- name: page_list
-- The next rows of a list, in the order of its lines.
WITH page AS MATERIALIZED (
    SELECT r.line, r.recipient_hash AS hash, r.recipient_enc FROM recipients r
    WHERE r.list_id = %(list_id)s AND r.line > %(after)s
      AND (NOT %(by_dossier)s OR EXISTS (SELECT 1 FROM dossiers d WHERE d.phone_hash = r.recipient_hash AND {fits}))
      AND (%(category)s::text IS NULL OR EXISTS (
          SELECT 1 FROM subscriptions s WHERE s.recipient_hash = r.recipient_hash AND s.category = %(category)s))
    ORDER BY r.line LIMIT %(limit)s
)
SELECT h.*, {known}
ORDER BY h.line

-- name: page_subscribers
-- The next phones that asked to be told about a category, in the order of their hashes.
WITH page AS MATERIALIZED (
    SELECT s.recipient_hash AS hash, s.recipient_enc FROM subscriptions s
    WHERE s.category = %(category)s AND s.recipient_hash > %(after)s
      AND (NOT %(by_dossier)s OR EXISTS (SELECT 1 FROM dossiers d WHERE d.phone_hash = s.recipient_hash AND {fits}))
      AND (%(first_key)s::bytea IS NULL OR (substring(s.recipient_enc FROM 2 FOR 4) = %(first_key)s) = %(is_rotated)s)
    ORDER BY s.recipient_hash LIMIT %(limit)s
)
SELECT h.*, {known}
ORDER BY h.hash

-- name: opted_out
-- Which of these hashes belong to people who want nothing now: for phones known under an older key as well.
SELECT recipient_hash AS hash FROM preferences
WHERE recipient_hash = ANY(%(hashes)s::bytea[]) AND (opted_out_at IS NOT NULL OR paused_until > now())
