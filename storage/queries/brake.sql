-- name: status
-- The brake as it stands.
SELECT engaged, cause, detail, by, since, release_at, pulls FROM brake

-- name: pull
-- Pulls the brake, unless it is pulled already; one that a person must release replaces one that releases itself, and one
-- whose time is over counts as released. Each pull in a row holds a step longer, up to so many steps.
WITH pulled AS (
    UPDATE brake SET engaged = true, cause = %(cause)s, detail = %(detail)s, by = %(by)s, since = now(),
        pulls = CASE WHEN %(step_seconds)s::float8 IS NULL THEN 0
                     WHEN pulls > 0 AND since > now() - interval '10 minutes' THEN pulls + 1 ELSE 1 END,
        release_at = now() + make_interval(secs => %(step_seconds)s::float8 * least(
            CASE WHEN pulls > 0 AND since > now() - interval '10 minutes' THEN pulls + 1 ELSE 1 END,
            %(max_steps)s::integer))
    WHERE NOT engaged OR release_at <= now() OR (release_at IS NOT NULL AND %(step_seconds)s::float8 IS NULL)
    RETURNING engaged, cause, detail, by, since, release_at, pulls
), logged AS (
    INSERT INTO brake_log (engaged, cause, detail, by) SELECT true, cause, detail, by FROM pulled
)
SELECT * FROM pulled

-- name: release
-- Releases the brake and returns how it stood; with `only_due`, one that was to release itself and whose time has come.
WITH held AS (
    SELECT single, engaged, cause, detail, by, since, release_at, pulls FROM brake
    WHERE engaged AND (NOT %(only_due)s OR release_at <= now())
    FOR UPDATE
), released AS (
    UPDATE brake b SET engaged = false, cause = NULL, detail = NULL, by = %(by)s, since = now(), release_at = NULL
    FROM held WHERE b.single = held.single
), logged AS (
    INSERT INTO brake_log (engaged, cause, detail, by) SELECT false, cause, %(detail)s, %(by)s FROM held
)
SELECT engaged, cause, detail, by, since, release_at, pulls FROM held

-- name: calm
-- Things go well again: the next pull is the first one in a row.
UPDATE brake SET pulls = 0 WHERE NOT engaged AND pulls > 0 RETURNING pulls

-- name: expire_waiting
-- Takes back what waited too long to be true: what was taken before a restored backup was made has long been sent.
-- Of what may be out nobody can say "too late": that stays in doubt for good. What a platform took is asked about no more.
UPDATE notices SET
    state = CASE WHEN state = 'accepted' THEN state
                 WHEN state IN ('held', 'pending') AND sends = 0 THEN 'expired' ELSE 'in_doubt' END,
    reason = CASE WHEN state = 'accepted' OR (state IN ('held', 'pending') AND sends = 0) THEN 'brake'
                  ELSE 'never_confirmed' END,
    due_at = NULL, lease_until = NULL, updated_at = now()
WHERE created_at <= now() - make_interval(secs => %(seconds)s)
  AND (state IN ('held', 'pending') OR (state = 'sending' AND lease_until < now())
       OR (state IN ('in_doubt', 'accepted') AND due_at IS NOT NULL))
RETURNING state

-- name: log
-- What the brake did lately, newest first.
SELECT at, engaged, cause, detail, by FROM brake_log ORDER BY id DESC LIMIT %(limit)s
