-- name: lock
-- A notice about which an officer decides, with its dossier's unit; locked, so that two officers take turns. Null units:
-- all. Without a dossier (a merged message), its unit is that of those that it speaks of, and all must be the officer's.
SELECT n.id, n.created_at, n.updated_at, n.state, n.reason, n.due_at, n.lane, n.kind, n.role, n.dossier_id,
       n.dossier_code, n.recipient_enc IS NOT NULL AS has_phone, n.email_enc IS NOT NULL AS has_email,
       n.merged_into, d.phone_enc, d.people_enc,
       coalesce(d.agency_code, (
           SELECT min(about.agency_code) FROM notices m JOIN dossiers about ON about.id = m.dossier_id
           WHERE n.kind = 'digest' AND m.merged_into = n.id AND m.recipient_hash = n.recipient_hash
             AND m.created_at > n.created_at - interval '35 days')) AS unit,
       EXISTS (SELECT 1 FROM notices newer
               WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.role = n.role
                 AND (newer.sends > 0 OR newer.merged_into IS NOT NULL)) AS is_overtaken,
       EXISTS (SELECT 1 FROM notice_marks k WHERE k.notice_id = n.id AND k.kind = 'told_otherwise') AS is_told
FROM notices n LEFT JOIN dossiers d ON d.id = n.dossier_id
WHERE n.id = %(id)s AND n.broadcast_id IS NULL
  AND (%(code)s::text IS NULL OR n.dossier_code = %(code)s)
  AND (%(units)s::text[] IS NULL
       OR EXISTS (
           SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.'))
       OR (n.kind = 'digest' AND EXISTS (SELECT 1 FROM notices m WHERE m.merged_into = n.id) AND NOT EXISTS (
           SELECT 1 FROM notices m LEFT JOIN dossiers about ON about.id = m.dossier_id
           WHERE m.merged_into = n.id AND NOT coalesce((
               SELECT bool_or(about.agency_code = u OR starts_with(about.agency_code, u || '.'))
               FROM unnest(%(units)s::text[]) AS u), false))))
FOR UPDATE OF n

-- name: readdress
-- The number that its dossier has now, for a notice that had none.
UPDATE notices n SET recipient_enc = %(recipient)s, recipient_hash = %(hash)s, state = 'failed', updated_at = now()
WHERE n.id = %(id)s AND n.created_at = %(created_at)s AND n.state = 'no_mobile'

-- name: send_again
-- What arrived, or was taken and never heard of, goes out once more: the officer was warned that it may be there twice.
-- Not when something newer of its dossier went out meanwhile, or is about to: a claim may be at it.
UPDATE notices n SET state = 'pending', reason = 'retried_by_hand', tries = 0, crashes = 0, checks = 0, token = NULL,
    due_at = now(), possible_duplicate = true, updated_at = now(),
    route = n.route || '[{"why": "retried_by_hand"}]'::jsonb
WHERE n.id = %(id)s AND n.created_at = %(created_at)s
  AND (n.state IN ('delivered', 'read') OR (n.state = 'accepted' AND n.due_at IS NULL))
  AND NOT EXISTS (
      SELECT 1 FROM notices newer
      WHERE newer.dossier_id = n.dossier_id AND newer.ordinal > n.ordinal AND newer.role = n.role
        AND (newer.sends > 0 OR newer.merged_into IS NOT NULL OR (newer.state = 'pending' AND newer.due_at <= now())))
RETURNING n.lane

-- name: add
-- Notes what an officer did.
INSERT INTO notice_marks (notice_id, created_at, kind, officer, how)
VALUES (%(id)s, clock_timestamp(), %(kind)s, %(officer)s, %(how)s)

-- name: of_notices
-- The marks of notices, oldest first.
SELECT notice_id, created_at, kind, officer, how FROM notice_marks
WHERE notice_id = ANY(%(notices)s::uuid[]) ORDER BY created_at
