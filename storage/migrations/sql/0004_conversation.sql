-- The conversation: who talks to whom, what was said, one-time codes, tickets, what goes back to the one-stop system,
-- and the catalogue of procedures and places.

-- ── chats ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- One row per citizen: who answers at the moment.
CREATE TABLE conversations (
    citizen_id    bigint      PRIMARY KEY REFERENCES citizens ON DELETE CASCADE,
    account_id    text,                                        -- the account that the citizen last wrote to
    mode          text        NOT NULL DEFAULT 'bot' CHECK (mode IN (
        'bot',      -- the automatic assistant answers -> waiting, officer
        'waiting',  -- asked for a person, in the queue -> officer, bot
        'officer')),-- a person talks, the assistant is silent -> bot
    ticket_id     bigint,                                      -- the hand-over under way
    silent_until  timestamptz,                                 -- the assistant keeps quiet until then: an officer wrote by other means
    failures      smallint    NOT NULL DEFAULT 0,              -- messages in a row that were not understood
    danger_at     timestamptz,                                 -- words of danger were last answered in full
    danger_entry  bigint,                                      -- … to this inbox entry: a second try answers the same
    last_in_at    timestamptz,
    last_entry_id bigint,                                      -- the inbox entry worked on last: a second try is no second message
    busy_until    timestamptz,                                 -- the flood limit: each message moves it on, time brings it back
    flooded_by    bigint,                                      -- the inbox entry that went beyond the limit; null: calm
    updated_at    timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE citizens ADD COLUMN language_chosen_at timestamptz; -- null: the language was guessed

-- The transcript; kept as long as HOSO_CHAT_RETENTION_DAYS says, no longer.
CREATE TABLE messages (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id  bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    at          timestamptz NOT NULL DEFAULT now(),
    author      text        NOT NULL CHECK (author IN ('citizen', 'bot', 'officer')),
    kind        text        NOT NULL,                          -- bot/updates.py: text, photo, location, …
    text_enc    bytea,
    entry_id    bigint,                                        -- the inbox entry that it is, or answers
    part        smallint    NOT NULL DEFAULT 0,                -- 0: the citizen's own; 1…: the answers to it
    label       text,                                          -- what the assistant understood; no words of the citizen's
    officer     text,
    message_id  text                                           -- the platform's id
);
CREATE UNIQUE INDEX messages_entry ON messages (entry_id, part) WHERE entry_id IS NOT NULL;
CREATE INDEX messages_citizen ON messages (citizen_id, id);
CREATE INDEX messages_at ON messages (at);

-- ── tickets ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Feedback, hand-overs to a person, requests about personal data: everything that gets a number and a promised time.
CREATE TABLE tickets (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       text        NOT NULL UNIQUE,                  -- told to the citizen: PA-, HT-, DL- and eight letters or digits
    kind         text        NOT NULL CHECK (kind IN ('feedback', 'handover', 'data')),
    citizen_id   bigint      REFERENCES citizens ON DELETE SET NULL,
    dossier_id   bigint,
    state        text        NOT NULL DEFAULT 'open' CHECK (state IN (
        'open',     -- nobody has it yet -> claimed, answered, cancelled
        'claimed',  -- an officer works on it -> answered, open
        'answered', -- final: done and said so
        'cancelled')), -- final: taken back
    topic        text,                                         -- one word: complaint, petition, praise, erase, export, …
    text_enc     bytea,
    details_enc  bytea,                                        -- JSON, by kind
    unit         text,                                         -- whom it is about, or who answers
    officer      text,
    answer_enc   bytea,
    entry_id     bigint      UNIQUE,                           -- the inbox entry that made it: a second try finds it
    created_at   timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz,                                  -- promised
    claimed_at   timestamptz,
    closed_at    timestamptz,
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tickets_open ON tickets (kind, due_at) WHERE state IN ('open', 'claimed');
CREATE INDEX tickets_citizen ON tickets (citizen_id, id);

-- Pictures that came with feedback. Without a ticket while the person still writes it; such are dropped after a day.
CREATE TABLE ticket_photos (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id  bigint      REFERENCES tickets ON DELETE CASCADE,
    citizen_id bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    kind       text        NOT NULL,                           -- image/jpeg, image/png, image/webp, image/gif
    photo_enc  bytea       NOT NULL,                           -- base64 of the picture
    entry_id   bigint      NOT NULL,                           -- the inbox entry that brought it
    part       smallint    NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (entry_id, part)
);
CREATE INDEX ticket_photos_ticket ON ticket_photos (ticket_id);
CREATE INDEX ticket_photos_citizen ON ticket_photos (citizen_id);

-- What officers write into a chat, in its order. Never sent a second time: what may be out already stays in doubt, and
-- the officer, who sees it, decides.
CREATE TABLE officer_messages (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id   bigint      NOT NULL REFERENCES tickets ON DELETE CASCADE,
    citizen_id  bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    officer     text,                                          -- null: words of the system's about the hand-over
    text_enc    bytea       NOT NULL,
    state       text        NOT NULL DEFAULT 'pending' CHECK (state IN (
        'pending',  -- to be sent at due_at -> sending, cancelled
        'sending',  -- until lease_until; after it -> in_doubt -> sent, pending, failed, in_doubt
        'sent',     -- final: the platform took it; it is in the transcript
        'in_doubt', -- final: nobody knows whether it went out
        'failed',   -- final: the platform refused it; `reason` says why
        'cancelled')), -- final: the person was erased, or the hand-over ended before it could go out
    tries       smallint    NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    token       uuid,
    reason      text,                                          -- error:code of the last try
    message_id  text,                                          -- the platform's id
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX officer_messages_due ON officer_messages (due_at) WHERE state IN ('pending', 'sending');
CREATE INDEX officer_messages_citizen ON officer_messages (citizen_id, id);

-- Results that people wish to get by post; at most one wish a dossier at a time.
CREATE TABLE postal_wishes (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier_id   bigint      NOT NULL REFERENCES dossiers ON DELETE CASCADE,
    citizen_id   bigint      REFERENCES citizens ON DELETE SET NULL,
    address_enc  bytea,                                        -- only where HOSO_POSTAL_ASKS_ADDRESS is on
    entry_id     bigint      UNIQUE,                           -- the inbox entry that made it
    created_at   timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
CREATE UNIQUE INDEX postal_wishes_current ON postal_wishes (dossier_id) WHERE withdrawn_at IS NULL;
CREATE INDEX postal_wishes_citizen ON postal_wishes (citizen_id);

-- ── linking ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- One-time codes under way. A row is made for dossiers that do not exist too, so that nothing tells the difference.
CREATE TABLE link_codes (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id   bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    purpose      text        NOT NULL,                         -- link, relative, stop, data
    dossier_id   bigint,                                       -- null: a decoy, nothing was sent
    phone_hash   bytea,                                        -- whose control is proved
    phone_enc    bytea,
    code_hash    bytea       NOT NULL,                         -- keyed, with the row's salt
    salt         bytea       NOT NULL,
    details_enc  bytea,                                        -- JSON, by purpose
    tries        smallint    NOT NULL DEFAULT 0,
    entry_id     bigint      UNIQUE,                           -- the inbox entry that asked: a second try finds it
    notice_id    uuid,                                         -- the message that carries the code
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    tried_entry  bigint,                                       -- the inbox entry of the last try: done again, it counts once
    used_at      timestamptz,
    void_at      timestamptz                                   -- a newer one took its place, or its tries are over
);
CREATE INDEX link_codes_citizen ON link_codes (citizen_id, id);

-- What is counted by the limits on guessing; in PostgreSQL, so that a lost Redis forgets nothing.
CREATE TABLE guesses (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    kind     text        NOT NULL,                             -- code_asked, code_tried, lookup, photo, refused, alarm
    subject  bytea       NOT NULL,                             -- keyed hash of a citizen, a phone or a dossier code
    is_wrong boolean     NOT NULL DEFAULT false
);
CREATE INDEX guesses_subject ON guesses (subject, kind, at);
CREATE INDEX guesses_at ON guesses (at);

ALTER TABLE links
    ADD COLUMN expires_at     timestamptz,                     -- for a relative's dossier; null: until taken back
    ADD COLUMN revoked_reason text,                            -- by_citizen, phone_changed, expired, erased
    ADD COLUMN told_entry     bigint;                          -- the inbox entry that told the citizen of an end

-- ── what a citizen wants ─────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE preferences
    ADD COLUMN quiet_from      time,                           -- the citizen's own hours without messages, local time
    ADD COLUMN quiet_to        time,
    ADD COLUMN paused_until    timestamptz,                    -- nothing on Zalo until then
    ADD COLUMN wrong_number_at timestamptz,                    -- its owner said that the dossier is somebody else's
    ALTER COLUMN recipient_enc DROP NOT NULL;                  -- null after an erasure: the hash alone keeps the refusal

-- This chat wants no messages that it did not ask for; for people who proved no phone.
ALTER TABLE citizens ADD COLUMN stopped_at timestamptz;

-- Dossiers about which a phone wants no messages.
CREATE TABLE mutes (
    recipient_hash bytea       NOT NULL,
    recipient_enc  bytea       NOT NULL,
    dossier_id     bigint      NOT NULL REFERENCES dossiers ON DELETE CASCADE,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (recipient_hash, dossier_id)
);

-- Sent to a wrong number, as its owner said: on the officers' list.
CREATE INDEX notices_wrong_number ON notices (updated_at) WHERE reason = 'wrong_number';

-- Consents of citizens: purpose, wording, when, how; never bundled, each taken back by itself.
CREATE TABLE citizen_consents (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id   bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    purpose      text        NOT NULL,                         -- chat_memory, rating, announcements
    wording      text        NOT NULL,                         -- version of the text that was shown
    given_at     timestamptz NOT NULL DEFAULT now(),
    entry_id     bigint,                                       -- proof: the message by which it was given
    withdrawn_at timestamptz
);
CREATE UNIQUE INDEX citizen_consents_current ON citizen_consents (citizen_id, purpose) WHERE withdrawn_at IS NULL;

-- How a citizen found the handling of a finished dossier; asked once.
CREATE TABLE ratings (
    dossier_id bigint      NOT NULL REFERENCES dossiers ON DELETE CASCADE,
    citizen_id bigint      NOT NULL REFERENCES citizens ON DELETE CASCADE,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    level      smallint    CHECK (level BETWEEN 1 AND 3),      -- 3 very content, 2 content, 1 not content
    note_enc   bytea,
    rated_at   timestamptz,
    asked_entry bigint,                                        -- the inbox entries that asked and rated: a second
    rated_entry bigint,                                        --   try finds its own work
    PRIMARY KEY (dossier_id, citizen_id)
);

-- Erasures asked for in chats, until everything is done: also what is outside the database.
CREATE TABLE erasure_jobs (
    number       text        PRIMARY KEY,                      -- told to the citizen
    citizen_id   bigint      NOT NULL,                         -- whose chat; no reference, for it outlives the row
    entry_id     bigint      UNIQUE,                           -- the inbox entry that asked: a second try finds it
    requested_at timestamptz NOT NULL DEFAULT now(),
    erased_at    timestamptz,                                  -- the rows are gone
    done_at      timestamptz                                   -- so is what was in Redis, and the journal is written
);
CREATE INDEX erasure_jobs_open ON erasure_jobs (requested_at) WHERE done_at IS NULL;

-- What was erased, so that a restored backup is erased again: hashes alone.
CREATE TABLE erasures (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now(),
    number       text        NOT NULL,
    subject_hash bytea       NOT NULL,                         -- of a phone, or of a platform's user id
    subject_kind text        NOT NULL CHECK (subject_kind IN ('phone', 'user')),
    UNIQUE (number, subject_hash)
);
CREATE INDEX erasures_subject ON erasures (subject_hash);

-- A body, a text or an address that was erased is null; what the row proves (that, when, how) stays.
ALTER TABLE inbox ALTER COLUMN raw_enc DROP NOT NULL;
ALTER TABLE notices ALTER COLUMN content_enc DROP NOT NULL;

-- ── outgoing events ──────────────────────────────────────────────────────────────────────────────────────────────

-- What the one-stop system is told: wishes, tickets, ratings, erasures. Signed, retried for a day, repeatable by hand.
CREATE TABLE outgoing_events (
    id           uuid        PRIMARY KEY,
    type         text        NOT NULL,                         -- hoso.postal.requested, hoso.ticket.opened, …
    subject      text,                                         -- dossier code or ticket number
    created_at   timestamptz NOT NULL DEFAULT now(),
    payload_enc  bytea       NOT NULL,                         -- the CloudEvent as it is sent
    state        text        NOT NULL DEFAULT 'pending' CHECK (state IN (
        'pending',  -- to be sent at due_at -> sending
        'sending',  -- until lease_until -> delivered, pending, failed
        'delivered',-- final
        'failed')), -- given up after a day; a person may repeat it -> pending
    tries        smallint    NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    give_up_at   timestamptz,                                  -- a day after the first try; none without a receiver
    lease_until  timestamptz,
    token        uuid,
    last_answer  text,                                         -- status code, or what the network did
    delivered_at timestamptz,
    entry_id     bigint,                                       -- the inbox entry behind it
    ordinal      bigint      GENERATED ALWAYS AS IDENTITY      -- the order among those of one subject
);
CREATE INDEX outgoing_events_due ON outgoing_events (due_at) WHERE state IN ('pending', 'sending');
CREATE INDEX outgoing_events_made ON outgoing_events (created_at);
CREATE INDEX outgoing_events_subject ON outgoing_events (subject, ordinal) WHERE state IN ('pending', 'sending');

-- Receivers that answered 410, "gone": nothing is sent there until a person says so.
CREATE TABLE outgoing_stops (
    receiver   bytea       PRIMARY KEY,                        -- SHA-256 of the address
    stopped_at timestamptz NOT NULL DEFAULT now(),
    event_id   uuid
);

-- ── catalogue: procedures, and the places where they are handled ─────────────────────────────────────────────────

-- Words are compared by their look (typing errors, spellings). Comes with PostgreSQL; its owner may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Procedures as imported; the document is storage/procedures.py, Procedure.
CREATE TABLE procedures (
    code        text        PRIMARY KEY,                       -- national code d.dddddd
    document    jsonb       NOT NULL,
    verified    boolean     NOT NULL,                          -- as in the document
    digest      bytea       NOT NULL,                          -- of document and index: a re-import tells changed from unchanged
    retired_at  timestamptz,                                   -- absent from a later complete import: no longer found
    imported_at timestamptz NOT NULL DEFAULT now()
);

-- The search index: folded words and pairs of words of each procedure, and how much each says about it (0..1).
CREATE TABLE procedure_terms (
    term   text NOT NULL,
    code   text NOT NULL REFERENCES procedures ON DELETE CASCADE,
    weight real NOT NULL,
    PRIMARY KEY (term, code)
);
CREATE INDEX procedure_terms_code ON procedure_terms (code);

-- Its names as wholes, folded; likeness by trigrams decides among the nearest.
CREATE TABLE procedure_phrases (
    code   text NOT NULL REFERENCES procedures ON DELETE CASCADE,
    phrase text NOT NULL,
    weight real NOT NULL,
    PRIMARY KEY (code, phrase)
);

-- Every term once: how rare it is among all procedures. Rebuilt by an import.
CREATE TABLE catalogue_terms (
    term     text    PRIMARY KEY,
    rarity   real    NOT NULL,                                 -- ln(1 + procedures / documents)
    documents integer NOT NULL,                                -- procedures that have it
    is_name  boolean NOT NULL                                  -- it stands in names: what an unknown word may be meant for
);
CREATE INDEX catalogue_terms_alike ON catalogue_terms USING gin (term gin_trgm_ops) WHERE is_name;

-- Places: service centres, offices of wards and communes, police; and units that are no more, with what they became.
CREATE TABLE units (
    code        text        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('center', 'ward', 'commune', 'police', 'office', 'former')),
    document    jsonb       NOT NULL,                          -- storage/places.py, Unit
    latitude    double precision,                              -- degrees, WGS 84
    longitude   double precision,
    digest      bytea       NOT NULL,
    retired_at  timestamptz,
    imported_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);

-- How people name them, folded.
CREATE TABLE unit_names (
    name text NOT NULL,
    code text NOT NULL REFERENCES units ON DELETE CASCADE,
    PRIMARY KEY (name, code)
);
