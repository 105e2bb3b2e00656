-- name: begin
-- Notes that words of danger are answered in full, unless that was done within the last while.
UPDATE conversations SET danger_at = now(), danger_entry = %(entry_id)s
WHERE citizen_id = %(citizen_id)s
  AND (danger_at IS NULL OR danger_at < now() - make_interval(secs => %(seconds)s)
       OR danger_entry = %(entry_id)s)
RETURNING citizen_id
