-- name: lock
-- One after the other for each of these subjects, until the transaction ends. Sorted: no deadlock.
SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(%(keys)s::bigint[]) AS key ORDER BY 1) AS sorted

-- name: count
-- How often it happened in each of these windows; never counts further than is asked.
SELECT asked.number, (
    SELECT count(*) FROM (
        SELECT FROM guesses g
        WHERE g.subject = asked.subject AND g.kind = asked.kind
          AND g.at > now() - make_interval(secs => asked.seconds) AND (g.is_wrong OR NOT asked.only_wrong)
        LIMIT asked.most) AS counted)::integer AS times
FROM unnest(
    %(number)s::integer[], %(subject)s::bytea[], %(kind)s::text[], %(seconds)s::float8[], %(only_wrong)s::boolean[],
    %(most)s::integer[]) AS asked (number, subject, kind, seconds, only_wrong, most)

-- name: add
-- Notes something for each of these subjects.
INSERT INTO guesses (kind, subject, is_wrong)
SELECT %(kind)s, subject, is_wrong FROM unnest(%(subjects)s::bytea[], %(wrong)s::boolean[]) AS u (subject, is_wrong)

-- name: wrong_of_all
-- Wrong guesses of all people within so many seconds, counted up to a bound.
SELECT count(*)::integer AS times FROM (
    SELECT FROM guesses WHERE is_wrong AND at > now() - make_interval(secs => %(seconds)s) LIMIT %(most)s) AS counted
