-- name: story
-- What only the whole story of a notice needs, beside what lists show.
SELECT n.role, n.demands_action, n.follows, n.replaces, n.merged_into, n.crashes, n.checks, n.urgent_until,
       n.email_enc IS NOT NULL AS has_email, n.recipient_enc IS NOT NULL AS has_phone,
       (SELECT count(*)::integer FROM notices m
        WHERE m.merged_into = n.id AND m.recipient_hash = n.recipient_hash) AS merges,
       d.agency_code, d.agency_name
FROM notices n LEFT JOIN dossiers d ON d.id = n.dossier_id
WHERE n.id = %(id)s
