-- name: enter
-- Who did something, and where their conversations stand; noted at first sight. One row for each arrival.
--
-- The flood limit is a bucket kept as one moment: each message moves `busy_until` on by its cost, time brings it back.
-- Beyond the window it is a flood, from the message that went beyond it until half of the window is free again. The same
-- entry a second time costs nothing.
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(arrivals)s::json) AS g (n integer, platform text, hashes text[], user_enc text,
        account_id text, entry_id bigint, is_incoming boolean, cost_seconds float8, interaction_at timestamptz)
),
known AS MATERIALIZED (
    SELECT DISTINCT ON (g.n) g.n, c.id, c.language, c.language_chosen_at IS NOT NULL AS has_chosen_language, c.follows
    FROM given g CROSS JOIN unnest(g.hashes) AS h (hex)
    JOIN citizens c ON c.platform = g.platform AND c.user_hash = decode(h.hex, 'hex')
    ORDER BY g.n, c.id
),
added AS (
    INSERT INTO citizens AS c (platform, user_hash, user_enc, last_interaction_at)
    SELECT DISTINCT ON (g.platform, g.hashes[1]) g.platform, decode(g.hashes[1], 'hex'), decode(g.user_enc, 'base64'),
        CASE WHEN g.interaction_at IS NOT NULL THEN least(g.interaction_at, now()) END  -- least() passes over nulls
    FROM given g WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.n = g.n)
    ORDER BY g.platform, g.hashes[1]
    ON CONFLICT (platform, user_hash) DO UPDATE SET
        last_interaction_at = greatest(c.last_interaction_at, excluded.last_interaction_at), updated_at = now()
    RETURNING id, platform, user_hash, language, language_chosen_at IS NOT NULL AS has_chosen_language, follows
),
met AS (
    SELECT * FROM known
    UNION ALL
    SELECT g.n, a.id, a.language, a.has_chosen_language, a.follows
    FROM given g JOIN added a ON a.platform = g.platform AND a.user_hash = decode(g.hashes[1], 'hex')
    WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.n = g.n)
),
seen AS (
    -- The platform's clock may run ahead of ours.
    UPDATE citizens c SET last_interaction_at = greatest(c.last_interaction_at, least(g.interaction_at, now()))
    FROM given g JOIN known k USING (n) WHERE c.id = k.id AND g.interaction_at IS NOT NULL
),
entered AS (
    INSERT INTO conversations AS v (citizen_id, account_id, last_in_at, last_entry_id, busy_until)
    SELECT DISTINCT ON (m.id) m.id, g.account_id, CASE WHEN g.is_incoming THEN now() END, g.entry_id,
        now() + make_interval(secs => g.cost_seconds)
    FROM met m JOIN given g USING (n) ORDER BY m.id, m.n
    ON CONFLICT (citizen_id) DO UPDATE SET
        account_id = coalesce(excluded.account_id, v.account_id),
        last_in_at = coalesce(excluded.last_in_at, v.last_in_at),
        last_entry_id = excluded.last_entry_id,
        busy_until = CASE WHEN v.last_entry_id = excluded.last_entry_id THEN v.busy_until
            ELSE least(greatest(v.busy_until, now()) + (excluded.busy_until - now()),
                now() + make_interval(secs => %(window_seconds)s) + (excluded.busy_until - now())) END,
        flooded_by = CASE WHEN v.last_entry_id = excluded.last_entry_id THEN v.flooded_by
            WHEN greatest(v.busy_until, now()) + (excluded.busy_until - now())
                > now() + make_interval(secs => %(window_seconds)s) THEN coalesce(v.flooded_by, excluded.last_entry_id)
            WHEN v.busy_until > now() + make_interval(secs => %(window_seconds)s / 2) THEN v.flooded_by END
    RETURNING citizen_id, mode, ticket_id, silent_until, failures, flooded_by
)
SELECT m.n, m.id, m.language, m.has_chosen_language, m.follows, e.mode, e.ticket_id, e.silent_until, e.failures,
    e.flooded_by
FROM met m JOIN entered e ON e.citizen_id = m.id ORDER BY m.n

-- name: keep
-- Goes on with the work on entries, or ends it, and puts what was said into the transcript. Only who holds the token may
-- say so of an entry; `working` renews the lease, if it is not over. What was said was said in any case. Words of people
-- who were erased meanwhile are dropped.
WITH ours AS (
    UPDATE inbox i SET state = k.state, note = k.note,
        token = CASE WHEN k.state = 'working' THEN i.token END,
        lease_until = CASE WHEN k.state = 'working' THEN now() + make_interval(secs => k.seconds) END,
        due_at = CASE WHEN k.state = 'pending' THEN now() + make_interval(secs => k.seconds) ELSE i.due_at END
    FROM json_to_recordset(%(entries)s::json) AS k (id bigint, token uuid, state text, note text, seconds float8)
    WHERE i.id = k.id AND i.token = k.token AND i.state = 'working' AND (k.state <> 'working' OR i.lease_until > now())
    RETURNING i.id
),
said AS (
    INSERT INTO messages (citizen_id, at, author, kind, text_enc, entry_id, part, label, officer, message_id)
    SELECT s.citizen_id, coalesce(s.at, now()), s.author, s.kind, decode(s.text_enc, 'base64'), s.entry_id, s.part,
        s.label, s.officer, s.message_id
    FROM json_to_recordset(%(said)s::json) AS s (citizen_id bigint, at timestamptz, author text, kind text,
        text_enc text, entry_id bigint, part smallint, label text, officer text, message_id text)
    WHERE EXISTS (SELECT 1 FROM citizens c WHERE c.id = s.citizen_id)
    ON CONFLICT (entry_id, part) WHERE entry_id IS NOT NULL DO NOTHING
)
SELECT id FROM ours

-- name: silence
-- Keeps the assistant quiet until a moment, never shorter than before.
UPDATE conversations SET silent_until = greatest(silent_until, %(until)s::timestamptz), updated_at = now()
WHERE citizen_id = %(citizen_id)s
RETURNING citizen_id

-- name: note_failures
-- How many messages in a row were not understood.
UPDATE conversations SET failures = %(failures)s, updated_at = now() WHERE citizen_id = %(citizen_id)s
RETURNING citizen_id

-- name: note_said
-- One message of the transcript; a repeat changes nothing.
INSERT INTO messages (citizen_id, author, kind, text_enc, entry_id, part, label, officer, message_id)
VALUES (%(citizen_id)s, %(author)s, %(kind)s, %(text_enc)s, %(entry_id)s, %(part)s, %(label)s, %(officer)s, %(message_id)s)
ON CONFLICT (entry_id, part) WHERE entry_id IS NOT NULL DO NOTHING
RETURNING id
