-- name: insert_unknown
-- Makes an empty row for each code that is seen for the first time; sorted, so that two batches cannot deadlock.
INSERT INTO dossiers (code)
SELECT code FROM unnest(%(codes)s::text[]) AS code ORDER BY code
ON CONFLICT (code) DO NOTHING

-- name: lock
-- Locks the dossiers of a batch and says what is known of them.
SELECT id, code, status, status_time, last_notice, last_detail, notices, phone_enc, procedure_code, procedure_name,
       agency_code, agency_name, submitted_at, received_at, due_at, finished_at
FROM dossiers WHERE code = ANY(%(codes)s::text[]) ORDER BY code FOR UPDATE

-- name: save
-- Moves dossiers to what their newest event says; what an event leaves out stays as it was.
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
    email_enc = coalesce(u.email_enc, d.email_enc),
    submitted_at = coalesce(u.submitted_at, d.submitted_at),
    received_at = coalesce(u.received_at, d.received_at),
    due_at = coalesce(u.due_at, d.due_at),
    finished_at = coalesce(u.finished_at, d.finished_at),
    updated_at = now()
FROM unnest(
    %(id)s::bigint[], %(status)s::smallint[], %(status_time)s::timestamptz[], %(last_notice)s::text[],
    %(last_detail)s::bytea[], %(notices)s::integer[], %(source)s::text[], %(procedure_code)s::text[],
    %(procedure_name)s::text[], %(agency_code)s::text[], %(agency_name)s::text[], %(phone_given)s::boolean[],
    %(phone_enc)s::bytea[], %(phone_hash)s::bytea[], %(name_enc)s::bytea[], %(email_enc)s::bytea[],
    %(submitted_at)s::timestamptz[], %(received_at)s::timestamptz[], %(due_at)s::timestamptz[],
    %(finished_at)s::timestamptz[]
) AS u (id, status, status_time, last_notice, last_detail, notices, source, procedure_code, procedure_name, agency_code,
        agency_name, phone_given, phone_enc, phone_hash, name_enc, email_enc, submitted_at, received_at, due_at, finished_at)
WHERE d.id = u.id

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
WHERE l.citizen_id = %(citizen_id)s AND l.revoked_at IS NULL AND d.status IS NOT NULL
ORDER BY d.status_time DESC LIMIT %(limit)s
