-- The spine: dossiers, their events, the notices that came of them, and the doors' own rows.
-- Personal data (phones, names, tokens, texts) is in columns named *_enc, encrypted by the application
-- (storage/crypto.py); *_hash columns are keyed hashes for look-up. Times are the database's.

-- One row per dossier code: the newest that is known of it.
CREATE TABLE dossiers (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text        NOT NULL UNIQUE,          -- normalised (dossiers/code.py)
    status          smallint    CHECK (status BETWEEN 1 AND 10),  -- null only inside the transaction that first sees it
    status_time     timestamptz,                          -- when the officer handled it; orders the dossier's events
    last_notice     text,                                 -- the last stage told, or passed over because of its age
    last_detail     bytea,                                -- fingerprint of what the last notice asked for (supplement)
    notices         integer     NOT NULL DEFAULT 0,       -- how many were made; the next one's ordinal is this + 1
    source          text,
    procedure_code  text,
    procedure_name  text,
    agency_code     text,
    agency_name     text,
    phone_enc       bytea,
    phone_hash      bytea,
    name_enc        bytea,
    email_enc       bytea,
    submitted_at    timestamptz,
    received_at     timestamptz,
    due_at          timestamptz,
    finished_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dossiers_phone ON dossiers (phone_hash) WHERE phone_hash IS NOT NULL;

-- Identity of every event that was taken: UUIDv5 of (source, event id). Apart from dossier_events, because a
-- unique rule on a partitioned table would have to contain the month, and a repeat may come in another month.
CREATE TABLE event_keys (
    key         uuid        PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now()
);

-- Append-only: every event that was offered, with what became of it.
CREATE TABLE dossier_events (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    received_at  timestamptz NOT NULL DEFAULT now(),
    source       text        NOT NULL,
    event_id     text        NOT NULL,
    key          uuid,                                    -- null when refused: nothing but the refusal is kept
    dossier_id   bigint,
    dossier_code text,
    status       smallint,
    event_time   timestamptz,
    outcome      text        NOT NULL CHECK (outcome IN (
        'accepted',     -- moved the dossier on
        'duplicate',    -- the same source and id again: nothing but this row was written
        'stale',        -- older than what is known: stored, not announced
        'rejected')),   -- broke the contract: `errors` says where
    notice       text,                                    -- the notice it led to, if any
    anomaly      text,                                    -- 'from>to' where the transition matrix has no such step
    errors       jsonb,
    payload_enc  bytea,                                   -- the event as it was understood
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX dossier_events_dossier ON dossier_events (dossier_id);
CREATE INDEX dossier_events_key ON dossier_events (key);

-- One row per message to one person; status notices and broadcasts alike.
CREATE TABLE notices (
    id                  uuid        NOT NULL,             -- UUIDv5 of the event's key: the reference on every attempt
    created_at          timestamptz NOT NULL DEFAULT now(),
    dossier_id          bigint,
    dossier_code        text,
    ordinal             integer,                          -- place in the dossier's order
    event_key           uuid,
    kind                text        NOT NULL,             -- submitted, accepted, … (dossiers/status.py)
    lane                text        NOT NULL DEFAULT 'status',
    state               text        NOT NULL CHECK (state IN (
        'held',         -- waits for a decent hour (reason says which rule) -> pending
        'pending',      -- to be sent at due_at -> sending
        'sending',      -- intent committed, request may be under way until lease_until -> accepted, pending, failed, in_doubt
        'in_doubt',     -- nobody knows whether it went out: due_at = when to decide, null = decided, final -> pending (once), accepted, delivered
        'accepted',     -- the platform took it -> delivered
        'delivered',    -- on the phone -> read
        'read',         -- final
        'failed',       -- final: on the officers' list (a late receipt may still move it)
        'no_mobile',    -- final: no mobile number in the dossier, on the officers' list
        'superseded',   -- final: a newer one says all that still holds
        'expired',      -- final: too late to be true
        'suppressed',   -- final: opted out
        'cancelled')),  -- final: taken back by a person
    reason              text,                             -- why it is where it is, one word
    demands_action      boolean     NOT NULL DEFAULT false,
    language            text        NOT NULL DEFAULT 'vi',
    recipient_enc       bytea,                            -- phone, 84…
    recipient_hash      bytea,
    content_enc         bytea       NOT NULL,             -- JSON: text and the platform template's parameters
    content_hash        bytea       NOT NULL,             -- SHA-256 of the same: proof of what was said
    channel             text,                             -- the channel of the last attempt
    route               jsonb       NOT NULL DEFAULT '[]',-- steps with reason and cost: "why this channel"
    sends               smallint    NOT NULL DEFAULT 0,   -- requests that may have reached the platform
    tries               smallint    NOT NULL DEFAULT 0,   -- attempts on the retry ladder
    possible_duplicate  boolean     NOT NULL DEFAULT false,
    due_at              timestamptz,
    urgent_until        timestamptz,                      -- until then no quiet hour holds it: a deadline is near
    lease_until         timestamptz,
    token               uuid,                             -- fencing token of the attempt under way
    platform_message_id text,
    cost_vnd            integer,
    rating              smallint,
    accepted_at         timestamptz,
    delivered_at        timestamptz,
    read_at             timestamptz,
    updated_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX notices_due ON notices (lane, due_at) WHERE state IN ('held', 'pending');
CREATE INDEX notices_lease ON notices (lease_until) WHERE state = 'sending';
CREATE INDEX notices_doubt ON notices (due_at) WHERE state = 'in_doubt' AND due_at IS NOT NULL;
CREATE INDEX notices_dossier ON notices (dossier_id, ordinal);
CREATE INDEX notices_message ON notices (platform_message_id) WHERE platform_message_id IS NOT NULL;
CREATE INDEX notices_hand ON notices (state, updated_at) WHERE state IN ('failed', 'no_mobile', 'in_doubt');

-- Append-only: every attempt, and every doubt, with its outcome.
CREATE TABLE attempts (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL DEFAULT now(),
    notice_id   uuid        NOT NULL,
    token       uuid,
    send        smallint    NOT NULL,                     -- 1 for the first request, 2 for the one after a doubt
    channel     text,
    outcome     text        NOT NULL CHECK (outcome IN (
        'accepted', 'not_sent', 'refused', 'in_doubt', 'resend', 'receipt')),
    code        text,                                     -- the platform's code, or what the network did
    latency_ms  integer,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX attempts_notice ON attempts (notice_id);

-- Official Accounts with their rotating tokens.
CREATE TABLE accounts (
    id                    text        PRIMARY KEY,        -- the platform's id of the account
    platform              text        NOT NULL DEFAULT 'zalo',
    app_id                text        NOT NULL,
    name                  text,
    access_token_enc      bytea,
    refresh_token_enc     bytea,
    access_expires_at     timestamptz,
    refresh_expires_at    timestamptz,
    version               integer     NOT NULL DEFAULT 1, -- + 1 with each saved pair
    state                 text        NOT NULL DEFAULT 'active' CHECK (state IN (
        'active',               -- -> needs_authorization when its refresh token is dead
        'needs_authorization')),-- -> active when a person gives a new pair
    state_code            text,                           -- the platform's code that killed it
    refresh_claim         uuid,                           -- who refreshes now
    refresh_claimed_until timestamptz,                    -- longer than the request may take
    refresh_tries         smallint    NOT NULL DEFAULT 0, -- requests with this refresh token whose answer was never recorded
    refresh_answer_enc    bytea,                          -- write-ahead of the raw answer, until the pair is saved
    quota_remaining       integer,
    quota_total           integer,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now()
);

-- Verified platform events as they came; the platform's id makes a repeat a no-op.
CREATE TABLE inbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at  timestamptz NOT NULL DEFAULT now(),
    platform     text        NOT NULL,
    platform_id  text        NOT NULL,
    account_id   text,
    event_name   text        NOT NULL,
    kind         text        NOT NULL,                    -- message, receipt, relationship, management, echo, unknown
    sender_hash  bytea,                                   -- one citizen's messages are answered in order
    raw_enc      bytea       NOT NULL,                    -- the body as it came
    state        text        NOT NULL DEFAULT 'pending' CHECK (state IN (
        'pending',      -- -> working
        'working',      -- until lease_until -> done, pending, failed
        'done',         -- final
        'ignored',      -- final: nothing to do for this kind
        'failed')),     -- final: set aside after too many tries
    tries        smallint    NOT NULL DEFAULT 0,
    token        uuid,
    lease_until  timestamptz,
    due_at       timestamptz NOT NULL DEFAULT now(),
    note         text,
    UNIQUE (platform, platform_id)
);
CREATE INDEX inbox_due ON inbox (kind, due_at, id) WHERE state IN ('pending', 'working');
CREATE INDEX inbox_sender ON inbox (sender_hash, id) WHERE state IN ('pending', 'working');

-- People who talk to an account.
CREATE TABLE citizens (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform    text        NOT NULL,
    user_hash   bytea       NOT NULL,
    user_enc    bytea       NOT NULL,
    language    text        NOT NULL DEFAULT 'vi',
    follows     boolean,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (platform, user_hash)
);

-- Which dossiers a person may ask about, how that was proved, and until when.
CREATE TABLE links (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id  bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    dossier_id  bigint      NOT NULL REFERENCES dossiers ON DELETE CASCADE,
    proof       text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);
CREATE UNIQUE INDEX links_current ON links (citizen_id, dossier_id) WHERE revoked_at IS NULL;
CREATE INDEX links_dossier ON links (dossier_id) WHERE revoked_at IS NULL;

-- Keys of the systems that post events; only a hash is kept.
CREATE TABLE api_keys (
    id           text        PRIMARY KEY,                 -- the key's public part
    source       text        NOT NULL,
    key_hash     bytea       NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz
);

-- Makes the monthly partitions from last month to `months_ahead` months from now; safe to call at any time.
CREATE FUNCTION ensure_partitions(months_ahead integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    month  timestamptz;
    child  text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['dossier_events', 'notices', 'attempts'] LOOP
        FOR i IN -1..months_ahead LOOP
            month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => i)) AT TIME ZONE 'UTC';
            child := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(child) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    child, parent, month,
                    (date_trunc('month', month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
                RETURN NEXT child;
            END IF;
        END LOOP;
    END LOOP;
END
$$;

SELECT ensure_partitions(3);
