-- name: lock
-- Who declares or takes back takes turns: two who say opposite things of one day see each other.
SELECT pg_advisory_xact_lock(hashtext('hoso.calendar_days'))

-- name: known
-- Declared days from one day on.
SELECT day, unit, worked, reason, officer, at FROM calendar_days WHERE day >= %(first)s ORDER BY day, unit

-- name: of_unit
-- What one unit, or the city, declared for some days.
SELECT day, unit, worked, reason, officer, at FROM calendar_days
WHERE unit = %(unit)s AND day = ANY(%(days)s::date[]) ORDER BY day

-- name: declare
-- Keeps days; those that are declared already stay as they are.
INSERT INTO calendar_days (day, unit, worked, reason, officer)
SELECT day, %(unit)s, %(worked)s, %(reason)s, %(officer)s FROM unnest(%(days)s::date[]) AS d (day)
ON CONFLICT (day, unit) DO NOTHING
RETURNING day

-- name: take_back
-- A day is an ordinary one again; nothing when it was.
DELETE FROM calendar_days WHERE day = %(day)s AND unit = %(unit)s
RETURNING day, unit, worked, reason, officer, at

-- name: judge_held_again
-- What waits for the end of days off is looked at again, once every process knows the new days: delivery holds it once
-- more where it must.
WITH waiting AS MATERIALIZED (
    SELECT id, created_at FROM notices
    WHERE state = 'held' AND reason = 'quiet_hours' AND due_at >= %(since)s AND created_at > now() - interval '35 days'
    FOR UPDATE SKIP LOCKED
)
UPDATE notices n SET due_at = now() + make_interval(secs => %(wait_seconds)s), updated_at = now()
FROM waiting w
WHERE n.id = w.id AND n.created_at = w.created_at AND n.created_at > now() - interval '35 days'
