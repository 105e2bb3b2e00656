-- name: find
-- One of the dossiers that a citizen may ask about, by its code.
SELECT d.id, d.code, d.status, d.status_time, d.last_notice, d.procedure_code, d.procedure_name, d.agency_code,
       d.agency_name, d.submitted_at, d.received_at, d.due_at, d.finished_at,
       l.id AS link_id, l.proof, l.created_at AS linked_at, l.expires_at
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND d.code = %(code)s AND d.status IS NOT NULL
  AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())

-- name: get
-- The same by the dossier's id.
SELECT d.id, d.code, d.status, d.status_time, d.last_notice, d.procedure_code, d.procedure_name, d.agency_code,
       d.agency_name, d.submitted_at, d.received_at, d.due_at, d.finished_at,
       l.id AS link_id, l.proof, l.created_at AS linked_at, l.expires_at
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND l.dossier_id = %(dossier_id)s AND d.status IS NOT NULL
  AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())

-- name: current
-- All that a citizen may ask about, the latest handled first.
SELECT d.id, d.code, d.status, d.status_time, d.last_notice, d.procedure_code, d.procedure_name, d.agency_code,
       d.agency_name, d.submitted_at, d.received_at, d.due_at, d.finished_at,
       l.id AS link_id, l.proof, l.created_at AS linked_at, l.expires_at
FROM links l JOIN dossiers d ON d.id = l.dossier_id
WHERE l.citizen_id = %(citizen_id)s AND d.status IS NOT NULL
  AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())
ORDER BY d.status_time DESC, d.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: addressee
-- Whom a one-time code for a dossier goes to.
SELECT id, phone_enc, people_enc FROM dossiers WHERE code = %(code)s AND status IS NOT NULL

-- name: addressees_locked
-- The same at the moment of linking: an event that moves a dossier to another phone comes before or after it. In the
-- order in which events lock them.
SELECT id, phone_enc, people_enc FROM dossiers WHERE id = ANY(%(dossier_ids)s::bigint[]) AND status IS NOT NULL
ORDER BY code FOR SHARE

-- name: of_phone
-- The newest dossiers of a phone, with what tells their owners apart.
SELECT id, coalesce(name_hash, int8send(id)) AS owner FROM dossiers
WHERE phone_hash = ANY(%(hashes)s::bytea[]) AND status IS NOT NULL ORDER BY id DESC LIMIT %(limit)s

-- name: has_dossiers
-- Whether there is any dossier of a phone.
SELECT EXISTS (
    SELECT FROM dossiers WHERE phone_hash = ANY(%(hashes)s::bytea[]) AND status IS NOT NULL) AS found

-- name: end_expired
-- What a citizen was lent for a time ends.
UPDATE links SET revoked_at = expires_at, revoked_reason = 'expired'
WHERE citizen_id = %(citizen_id)s AND revoked_at IS NULL AND expires_at <= now()
RETURNING id

-- name: add
-- Lets a citizen ask about dossiers. A link of one's own is not turned into one for a time.
INSERT INTO links (citizen_id, dossier_id, proof, phone_hash, phone_enc, expires_at)
SELECT %(citizen_id)s, dossier_id, %(proof)s, %(phone_hash)s, %(phone_enc)s, now() + make_interval(secs => %(seconds)s)
FROM unnest(%(dossier_ids)s::bigint[]) AS dossier_id
ON CONFLICT (citizen_id, dossier_id) WHERE revoked_at IS NULL DO UPDATE SET
    proof = excluded.proof, phone_hash = excluded.phone_hash, phone_enc = excluded.phone_enc,
    expires_at = CASE WHEN links.expires_at IS NULL THEN NULL ELSE excluded.expires_at END
RETURNING id

-- name: lend
-- Makes one's own link one for a time: the dossier is a relative's after all.
UPDATE links SET expires_at = now() + make_interval(secs => %(seconds)s)
WHERE citizen_id = %(citizen_id)s AND dossier_id = %(dossier_id)s AND revoked_at IS NULL AND expires_at IS NULL
RETURNING id

-- name: revoke
-- Takes a link back, by the dossier's id or its code; done again by the same inbox entry, it says the same.
UPDATE links l SET revoked_at = coalesce(l.revoked_at, now()), revoked_reason = 'by_citizen', told_entry = %(entry_id)s
FROM dossiers d
WHERE l.citizen_id = %(citizen_id)s AND d.id = l.dossier_id AND (d.id = %(dossier_id)s OR d.code = %(code)s)
  AND ((l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now()))
       OR (l.revoked_reason = 'by_citizen' AND l.told_entry = %(entry_id)s))
RETURNING d.code

-- name: revoke_all
-- Takes all links of a citizen back; again, it says the same.
UPDATE links SET revoked_at = coalesce(revoked_at, now()), revoked_reason = 'by_citizen', told_entry = %(entry_id)s
WHERE citizen_id = %(citizen_id)s
  AND ((revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))
       OR (revoked_reason = 'by_citizen' AND told_entry = %(entry_id)s))
RETURNING id

-- name: revoke_moved
-- An officer put another phone into dossiers: who proved the old one has no business with them any more.
UPDATE links SET revoked_at = now(), revoked_reason = 'phone_changed'
WHERE dossier_id = ANY(%(dossier_ids)s::bigint[]) AND revoked_at IS NULL AND phone_hash IS NOT NULL

-- name: take_news
-- Links that ended without the citizen's doing and were not told yet; told by an inbox entry, which may be tried again.
UPDATE links l SET told_entry = %(entry_id)s
FROM dossiers d
WHERE l.citizen_id = %(citizen_id)s AND d.id = l.dossier_id AND l.revoked_at > now() - interval '90 days'
  AND l.revoked_reason IN ('phone_changed', 'expired') AND (l.told_entry IS NULL OR l.told_entry = %(entry_id)s)
  AND NOT EXISTS (
      SELECT 1 FROM links newer
      WHERE newer.citizen_id = l.citizen_id AND newer.dossier_id = l.dossier_id AND newer.revoked_at IS NULL)
RETURNING l.id, d.code, l.revoked_reason AS reason, l.revoked_at AS ended_at
