-- name: count
-- Units that dossiers came from, and who works there.
SELECT d.agency_code AS code, max(d.agency_name) AS name, count(*) AS dossiers, max(d.updated_at) AS changed_at,
       (SELECT count(DISTINCT r.officer_id) FROM officer_roles r JOIN officers o ON o.id = r.officer_id
        WHERE o.disabled_at IS NULL AND (r.unit = '*' OR r.unit = d.agency_code OR starts_with(d.agency_code, r.unit || '.'))
       ) AS officers
FROM dossiers d
WHERE d.agency_code IS NOT NULL
  AND (%(units)s::text[] IS NULL
       OR EXISTS (SELECT 1 FROM unnest(%(units)s::text[]) AS u WHERE d.agency_code = u OR starts_with(d.agency_code, u || '.')))
GROUP BY d.agency_code ORDER BY d.agency_code LIMIT 2000
