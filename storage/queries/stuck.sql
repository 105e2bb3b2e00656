-- name: count
-- Rows that are too long in one state, by state. Each part is answered by a partial index, and bounded. A notice that
-- waits for an earlier one of its dossier is not stuck itself; a broadcast may take hours at the platform's rate. What
-- the brake held is not stuck either, so waiting counts from its release. Bounded in age, but twice as far back as the
-- claim: what grew too old to be claimed is stuck as nothing else is.
WITH calm AS (SELECT coalesce(max(since), '-infinity') AS since FROM brake)
SELECT 'pending' AS state, count(*) AS notices FROM (
    SELECT 1 FROM notices n, calm
    WHERE n.lane IN ('urgent', 'status', 'broadcast') AND n.state = 'pending' AND n.created_at > now() - interval '70 days'
      AND greatest(n.due_at, calm.since)
          < now() - make_interval(secs => CASE n.lane WHEN 'broadcast' THEN %(broadcast)s::float8 ELSE %(pending)s::float8 END)
      AND n.due_at < now() - make_interval(secs => %(pending)s::float8)
      AND NOT EXISTS (
          SELECT 1 FROM notices earlier
          WHERE earlier.dossier_id = n.dossier_id AND earlier.ordinal < n.ordinal AND earlier.role = n.role
            AND earlier.created_at > now() - interval '70 days'
            AND earlier.state IN ('held', 'pending', 'sending', 'in_doubt') AND earlier.due_at IS NOT NULL)
    LIMIT 10000) AS rows
UNION ALL
SELECT 'held', count(*) FROM (
    SELECT 1 FROM notices
    WHERE lane IN ('urgent', 'status', 'broadcast') AND state = 'held' AND due_at < now() - make_interval(secs => %(held)s::float8)
      AND created_at > now() - interval '70 days' LIMIT 10000) AS rows
UNION ALL
SELECT 'sending', count(*) FROM (
    SELECT 1 FROM notices
    WHERE state = 'sending' AND lease_until < now() - make_interval(secs => %(sending)s::float8)
      AND created_at > now() - interval '70 days' LIMIT 10000) AS rows
UNION ALL
SELECT 'in_doubt', count(*) FROM (
    SELECT 1 FROM notices
    WHERE state = 'in_doubt' AND due_at < now() - make_interval(secs => %(in_doubt)s::float8)
      AND created_at > now() - interval '70 days' LIMIT 10000) AS rows
UNION ALL
SELECT 'inbox', count(*) FROM (
    SELECT 1 FROM inbox
    WHERE state IN ('pending', 'working') AND due_at < now() - make_interval(secs => %(inbox)s::float8)
      AND (state = 'pending' OR lease_until < now() - make_interval(secs => %(inbox)s::float8)) LIMIT 10000) AS rows
