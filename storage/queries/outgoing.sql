-- name: add
-- Keeps an event for the one-stop system; the same again changes nothing.
INSERT INTO outgoing_events (id, type, subject, payload_enc, entry_id)
VALUES (%(id)s, %(type)s, %(subject)s, %(payload_enc)s, %(entry_id)s)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: claim
-- Takes events that are due; of one subject only the earliest that is not done, so that its events arrive in order.
-- Who died while sending loses the event to the next: a receiver tells a repeat by its id.
WITH due AS (
    SELECT o.id FROM outgoing_events o
    WHERE ((o.state = 'pending' AND o.due_at <= now()) OR (o.state = 'sending' AND o.lease_until <= now()))
      AND NOT EXISTS (
          SELECT 1 FROM outgoing_events earlier
          WHERE earlier.subject = o.subject AND earlier.ordinal < o.ordinal AND earlier.state IN ('pending', 'sending'))
      AND NOT EXISTS (SELECT 1 FROM outgoing_stops WHERE receiver = %(receiver)s)
    ORDER BY o.due_at, o.ordinal
    LIMIT %(limit)s
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE outgoing_events o SET state = 'sending', tries = least(o.tries, 32000) + 1, token = gen_random_uuid(),
    lease_until = now() + make_interval(secs => %(lease_seconds)s),
    give_up_at = coalesce(o.give_up_at, now() + make_interval(secs => %(give_up_seconds)s))
FROM due WHERE o.id = due.id
RETURNING o.id, o.type, o.subject, o.payload_enc, o.tries, o.token, o.ordinal,
    extract(epoch FROM o.give_up_at - now())::float8 AS seconds_left

-- name: settle
-- Records what a try came to, unless the lease was lost.
UPDATE outgoing_events SET state = %(state)s, last_answer = %(answer)s, lease_until = NULL, token = NULL,
    due_at = CASE WHEN %(state)s = 'pending' THEN now() + make_interval(secs => %(due_in_seconds)s) ELSE due_at END,
    tries = CASE WHEN %(is_uncounted)s THEN greatest(tries - 1, 0) ELSE tries END,
    delivered_at = CASE WHEN %(state)s = 'delivered' THEN now() END
WHERE id = %(id)s AND state = 'sending' AND token = %(token)s
RETURNING id

-- name: stop
-- A receiver is gone; nothing goes there until a person says so.
INSERT INTO outgoing_stops (receiver, event_id) VALUES (%(receiver)s, %(event_id)s) ON CONFLICT DO NOTHING
RETURNING receiver

-- name: resume
-- Sending goes on, to whomever; the time of standing still is not counted against what was tried before.
WITH gone AS (
    DELETE FROM outgoing_stops RETURNING receiver
), fresh AS (
    UPDATE outgoing_events SET give_up_at = NULL
    WHERE state = 'pending' AND give_up_at IS NOT NULL AND EXISTS (SELECT FROM gone)
)
SELECT receiver FROM gone

-- name: stopped_since
-- Since when a receiver is gone.
SELECT stopped_at FROM outgoing_stops WHERE receiver = %(receiver)s

-- name: search
-- Events, newest first, without what they say.
SELECT id, type, subject, state, tries, created_at, due_at, delivered_at, last_answer
FROM outgoing_events
WHERE %(state)s::text IS NULL OR state = %(state)s
ORDER BY ordinal DESC LIMIT %(limit)s

-- name: find
-- One event with what it says.
SELECT id, type, subject, state, tries, created_at, due_at, delivered_at, last_answer, payload_enc
FROM outgoing_events WHERE id = %(id)s

-- name: repeat
-- Sends an event again from now on, for a day; not one that is under way.
UPDATE outgoing_events SET state = 'pending', due_at = now(), give_up_at = NULL, tries = 0, delivered_at = NULL
WHERE id = %(id)s AND state <> 'sending'
RETURNING id

-- name: count
-- How many there are by state, and for how long the oldest of each has been there.
SELECT state, count(*) AS events, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM outgoing_events WHERE state <> 'delivered' GROUP BY state

-- name: forget_delivered
-- Drops what was delivered long ago; a receiver has its own copy.
DELETE FROM outgoing_events WHERE id IN (
    SELECT id FROM outgoing_events
    WHERE state = 'delivered' AND created_at < now() - make_interval(days => %(days)s) ORDER BY created_at LIMIT 1000)
RETURNING id
