-- name: lock
-- One at a time numbers the versions of a text.
SELECT pg_advisory_xact_lock(hashtext(%(lock)s))

-- name: change
-- The author's open draft says this now.
UPDATE templates SET body = %(body)s
WHERE notice = %(notice)s AND language = %(language)s AND channel = %(channel)s AND author = %(author)s AND state = 'draft'
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: add
-- A new version.
INSERT INTO templates (notice, language, channel, version, body, author)
SELECT %(notice)s, %(language)s, %(channel)s, coalesce(max(version), 0) + 1, %(body)s, %(author)s
FROM templates WHERE notice = %(notice)s AND language = %(language)s AND channel = %(channel)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: submit
-- A draft waits for approval.
UPDATE templates SET state = 'submitted', comment = NULL WHERE id = %(id)s AND state = 'draft' AND author = %(author)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: take_back
-- What waits is a draft again.
UPDATE templates SET state = 'draft' WHERE id = %(id)s AND state = 'submitted' AND author = %(author)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: for_decision
-- What waits, held until the decision is committed.
SELECT id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at
FROM templates WHERE id = %(id)s AND state = 'submitted' FOR UPDATE

-- name: approve
-- In force from now on; nobody approves their own.
UPDATE templates SET state = 'approved', approver = %(approver)s, approved_at = clock_timestamp()
WHERE id = %(id)s AND state = 'submitted' AND author <> %(approver)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: send_back
-- Back to its author, with a word why.
UPDATE templates SET state = 'draft', comment = %(comment)s
WHERE id = %(id)s AND state = 'submitted' AND author <> %(approver)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: discard
-- A draft that its author does not want any more; its number stays used.
UPDATE templates SET state = 'withdrawn' WHERE id = %(id)s AND state = 'draft' AND author = %(author)s
RETURNING id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at

-- name: find
-- A version.
SELECT id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at
FROM templates WHERE id = %(id)s

-- name: history
-- A text's versions, newest first.
SELECT id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at
FROM templates WHERE notice = %(notice)s AND language = %(language)s AND channel = %(channel)s ORDER BY version DESC LIMIT 100

-- name: waiting
-- What waits for approval, oldest first.
SELECT id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at
FROM templates WHERE state = 'submitted' ORDER BY created_at

-- name: in_force
-- What was approved last of every text.
SELECT DISTINCT ON (notice, language, channel)
       id, notice, language, channel, version, body, state, author, approver, comment, created_at, approved_at
FROM templates WHERE state = 'approved' ORDER BY notice, language, channel, approved_at DESC, version DESC

-- name: newest
-- Grows with each approval.
SELECT count(*) AS number FROM templates WHERE state = 'approved'
