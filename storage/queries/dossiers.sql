-- name: insert_unknown
-- Makes an empty row for each code that is seen for the first time and returns those that it made: they are locked.
-- Sorted, so that two batches cannot deadlock; a row that another one is making is waited for.
INSERT INTO dossiers (code)
SELECT code FROM unnest(%(codes)s::text[]) AS code ORDER BY code
ON CONFLICT (code) DO NOTHING
RETURNING id, code

-- name: lock
-- Locks the dossiers of a batch and says what is known of them.
SELECT id, code, status, status_time, last_notice, last_detail, notices, phone_enc, phone_hash, name_hash,
       email_enc, people_enc, procedure_code, procedure_name, agency_code, agency_name, submitted_at, received_at, due_at,
       finished_at
FROM dossiers WHERE code = ANY(%(codes)s::text[]) ORDER BY code FOR UPDATE

-- name: save
-- Moves dossiers to what their newest event says; what an event leaves out stays as it was. The ids stand there twice, so
-- that only the batch's rows are read: else the planner hashes a whole table of tens of thousands for every batch.
UPDATE dossiers d SET
    status = u.status, status_time = u.status_time, last_notice = u.last_notice, last_detail = u.last_detail,
    notices = u.notices, source = u.source,
    procedure_code = coalesce(u.procedure_code, d.procedure_code),
    procedure_name = coalesce(u.procedure_name, d.procedure_name),
    agency_code = coalesce(u.agency_code, d.agency_code),
    agency_name = coalesce(u.agency_name, d.agency_name),
    phone_enc = CASE WHEN u.phone_given THEN u.phone_enc ELSE d.phone_enc END,
    phone_hash = CASE WHEN u.phone_given THEN u.phone_hash ELSE d.phone_hash END,
    name_enc = coalesce(u.name_enc, d.name_enc),
    name_hash = coalesce(u.name_hash, d.name_hash),
    email_enc = coalesce(u.email_enc, d.email_enc),
    people_enc = coalesce(u.people_enc, d.people_enc),
    submitted_at = coalesce(u.submitted_at, d.submitted_at),
    received_at = coalesce(u.received_at, d.received_at),
    due_at = coalesce(u.due_at, d.due_at),
    finished_at = coalesce(u.finished_at, d.finished_at),
    updated_at = now()
FROM unnest(
    %(id)s::bigint[], %(status)s::smallint[], %(status_time)s::timestamptz[], %(last_notice)s::text[],
    %(last_detail)s::bytea[], %(notices)s::integer[], %(source)s::text[], %(procedure_code)s::text[],
    %(procedure_name)s::text[], %(agency_code)s::text[], %(agency_name)s::text[], %(phone_given)s::boolean[],
    %(phone_enc)s::bytea[], %(phone_hash)s::bytea[], %(name_enc)s::bytea[], %(name_hash)s::bytea[],
    %(email_enc)s::bytea[], %(people_enc)s::bytea[], %(submitted_at)s::timestamptz[], %(received_at)s::timestamptz[],
    %(due_at)s::timestamptz[], %(finished_at)s::timestamptz[]
) AS u (id, status, status_time, last_notice, last_detail, notices, source, procedure_code, procedure_name, agency_code,
        agency_name, phone_given, phone_enc, phone_hash, name_enc, name_hash, email_enc, people_enc, submitted_at,
        received_at, due_at, finished_at)
WHERE d.id = u.id AND d.id = ANY(%(id)s::bigint[])

-- name: find
-- One dossier by its code, without personal data.
SELECT id, code, status, status_time, last_notice, procedure_code, procedure_name, agency_code, agency_name,
       submitted_at, received_at, due_at, finished_at
FROM dossiers WHERE code = %(code)s AND status IS NOT NULL

-- name: linked_to
-- The dossiers that a citizen may ask about, the latest first.
SELECT d.id, d.code, d.status, d.status_time, d.last_notice, d.procedure_code, d.procedure_name, d.agency_code,
       d.agency_name, d.submitted_at, d.received_at, d.due_at, d.finished_at
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())
  AND d.status IS NOT NULL
ORDER BY d.status_time DESC LIMIT %(limit)s

-- name: owners_of_phones
-- The owners of the newest dossiers of phones, as far as something happened to them within so many days; one look into
-- the index a phone, whatever the number of its dossiers. Nearly every phone has too few for anybody to ask further.
SELECT wanted.hash, array_agg(DISTINCT coalesce(d.name_hash, int8send(d.id))) AS owners
FROM unnest(%(hashes)s::bytea[]) AS wanted (hash)
CROSS JOIN LATERAL (
    SELECT id, name_hash, status_time FROM dossiers
    WHERE phone_hash = wanted.hash ORDER BY id DESC LIMIT %(limit)s
) AS d
WHERE d.status_time > now() - make_interval(secs => %(days)s * 86400)
  AND %(fewest)s <= (
      SELECT count(*) FROM (
          SELECT FROM dossiers WHERE phone_hash = wanted.hash LIMIT %(fewest)s) AS counted)
GROUP BY wanted.hash

-- name: owners_told
-- The owners of dossiers about which phones got a notice as somebody else than the applicant.
SELECT wanted.hash, array_agg(DISTINCT coalesce(d.name_hash, int8send(d.id))) AS owners
FROM unnest(%(hashes)s::bytea[]) AS wanted (hash)
CROSS JOIN LATERAL (
    SELECT dossier_id, role FROM notices
    WHERE recipient_hash = wanted.hash AND created_at > now() - make_interval(secs => %(days)s * 86400)
    ORDER BY created_at DESC LIMIT %(limit)s
) AS told
JOIN dossiers d ON d.id = told.dossier_id
WHERE told.role <> 'applicant'
GROUP BY wanted.hash
