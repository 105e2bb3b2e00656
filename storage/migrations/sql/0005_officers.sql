-- Officers: who they are and what they did, broadcasts with their audiences and approvals, and the texts of notices.

-- ── officers ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE officers (
    id                  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login               text        NOT NULL UNIQUE CHECK (login = lower(login)),
    name                text        NOT NULL,
    language            text        NOT NULL DEFAULT 'vi',
    password_hash       text,                                  -- argon2id, PHC string; null: nobody can sign in
    password_until      timestamptz,                           -- of a temporary password: afterwards it opens nothing
    must_set_up         boolean     NOT NULL DEFAULT true,     -- password given by somebody else: a new one and TOTP first
    totp_secret_enc     bytea,                                 -- null: not set up yet
    totp_step           bigint,                                -- the last 30-second step used: no code works twice
    credentials_version integer     NOT NULL DEFAULT 1,        -- + 1 with each change: sessions of the one before are over
    created_at          timestamptz NOT NULL DEFAULT now(),
    created_by          text,
    signed_in_at        timestamptz,
    disabled_at         timestamptz
);

-- What an officer may do, and where. A unit covers those below it: H17.33 covers H17.33.2; '*' is the whole city.
CREATE TABLE officer_roles (
    officer_id bigint NOT NULL REFERENCES officers ON DELETE CASCADE,
    unit       text   NOT NULL,
    role       text   NOT NULL CHECK (role IN ('viewer', 'author', 'approver', 'administrator')),
    PRIMARY KEY (officer_id, unit, role)
);

CREATE TABLE recovery_codes (
    officer_id bigint      NOT NULL REFERENCES officers ON DELETE CASCADE,
    code_hash  bytea       NOT NULL,                           -- SHA-256: the code has 80 random bits
    used_at    timestamptz,
    PRIMARY KEY (officer_id, code_hash)
);

-- Who did what to which thing, for good: rows are only added, each carries the hash of the one before (storage/audit.py).
CREATE TABLE audit_log (
    id            bigint      PRIMARY KEY,                     -- without gaps: given inside the lock
    at            timestamptz NOT NULL,
    actor         text        NOT NULL,                        -- officer:<login>, key:<id>, cli:<user>, system
    action        text        NOT NULL,                        -- <thing>.<verb>, such as broadcast.approve
    object        text,                                        -- code, number or id of the thing; never a phone or a name
    unit          text,
    detail        jsonb       NOT NULL DEFAULT '{}',           -- no personal data
    address       text,                                        -- network address, where there is one
    previous_hash bytea       NOT NULL,
    hash          bytea       NOT NULL
);
CREATE INDEX audit_log_object ON audit_log (object, id) WHERE object IS NOT NULL;
CREATE INDEX audit_log_actor ON audit_log (actor, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE api_keys ADD COLUMN scopes text[] NOT NULL DEFAULT '{events}';  -- events, broadcasts
ALTER TABLE api_keys ADD COLUMN unit text;                                  -- of a key that makes broadcasts

-- ── audiences ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Lists that officers uploaded; the rows go when their time is over.
CREATE TABLE recipient_lists (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL,
    unit       text        NOT NULL,
    file_name  text        NOT NULL,
    officer    text        NOT NULL,                           -- login, or key:<id>
    state      text        NOT NULL DEFAULT 'reading' CHECK (state IN (
        'reading',  -- rows are being taken in -> ready, failed
        'ready',    -- final
        'failed')), -- final; `reason` says why
    reason     text,
    columns    text[]      NOT NULL DEFAULT '{}',              -- names of the list's columns: placeholders of a message
    bytes      bigint      NOT NULL DEFAULT 0,
    bytes_read bigint      NOT NULL DEFAULT 0,
    good       integer     NOT NULL DEFAULT 0,
    wrong      integer     NOT NULL DEFAULT 0,
    duplicate  integer     NOT NULL DEFAULT 0,
    opted_out  integer     NOT NULL DEFAULT 0,
    digest     bytea,                                          -- SHA-256 over the good rows in order: part of what is approved
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE TABLE recipients (
    list_id        bigint  NOT NULL REFERENCES recipient_lists ON DELETE CASCADE,
    line           integer NOT NULL,                           -- in the file, the header being 1
    recipient_hash bytea   NOT NULL,
    recipient_enc  bytea   NOT NULL,                           -- JSON: phone (84…), values by column
    PRIMARY KEY (list_id, line)
);
CREATE UNIQUE INDEX recipients_phone ON recipients (recipient_hash, list_id); -- also finds an erased phone's rows

CREATE TABLE wrong_rows (
    list_id bigint  NOT NULL REFERENCES recipient_lists ON DELETE CASCADE,
    line    integer NOT NULL,
    reason  text    NOT NULL,                                  -- a word: no_phone, not_a_mobile, duplicate, opted_out, …
    shown   text,                                              -- the value as it may be shown: masked
    PRIMARY KEY (list_id, line)
);

CREATE TABLE audiences (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL,
    unit       text        NOT NULL,
    audience   jsonb       NOT NULL,                           -- storage/audiences.py, Audience
    officer    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (unit, name)
);

-- An audience of some units or procedures is found by them, not by looking at everybody's dossiers.
CREATE INDEX dossiers_agency ON dossiers (agency_code);
CREATE INDEX dossiers_procedure ON dossiers (procedure_code);

-- What people asked to be told about; advertising goes to nobody else (docs: public-services 6.4).
CREATE TABLE subscriptions (
    recipient_hash bytea       NOT NULL,
    recipient_enc  bytea       NOT NULL,
    category       text        NOT NULL,
    since          timestamptz NOT NULL DEFAULT now(),
    proof          text        NOT NULL,                       -- how it was asked: chat:<entry>, list:<id>
    PRIMARY KEY (recipient_hash, category)
);

-- ── broadcasts ───────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE broadcasts (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number         text        NOT NULL UNIQUE,                -- TB- and eight letters or digits
    title          text        NOT NULL,                       -- for officers
    unit           text        NOT NULL,
    author         text        NOT NULL,                       -- login, or key:<id>
    authors        text[]      NOT NULL DEFAULT '{}',          -- all who wrote on it: none of them may approve it
    purpose        text        NOT NULL CHECK (purpose IN ('information', 'advertising')),
    urgent         boolean     NOT NULL DEFAULT false,         -- storm, flood: overrides hours, needs two approvers
    category       text,                                       -- of `subscriptions`; advertising needs one
    message        jsonb       NOT NULL,                       -- storage/broadcasts.py, Message
    audience       jsonb       NOT NULL,                       -- storage/audiences.py, Audience
    list_id        bigint      REFERENCES recipient_lists,
    scheduled_at   timestamptz,
    canary_percent real        NOT NULL DEFAULT 1,
    state          text        NOT NULL DEFAULT 'draft' CHECK (state IN (
        'draft',      -- being written -> submitted, cancelled
        'submitted',  -- waits for approval -> approved, draft (sent back, or changed), cancelled
        'approved',   -- may be started -> preparing, draft (changed), cancelled
        'preparing',  -- recipients become rows -> canary, cancelled, paused
        'canary',     -- the first share goes out and is watched -> sending, halted, paused, cancelled
        'sending',    -- all others go out -> done, halted, paused, cancelled
        'paused',     -- by a person -> where it was (`resumes_as`), cancelled
        'halted',     -- by itself; `reason` says why -> where it was (`resumes_as`), cancelled
        'done',       -- final: nothing is open any more
        'cancelled')),-- final: what had not gone out never will
    resumes_as     text,
    reason         text,
    content_hash   bytea,                                      -- of message, audience and all else that is approved
    estimate       jsonb,                                      -- storage/broadcasts.py, Estimate
    progress       jsonb       NOT NULL DEFAULT '{}',          -- counts, written by the one who releases
    cursor         jsonb,                                      -- how far the making of rows has come
    rows           integer     NOT NULL DEFAULT 0,             -- made so far; ordinals 1 … rows
    released       integer     NOT NULL DEFAULT 0,             -- the last ordinal that was let go
    canary_until   timestamptz,
    start_at       timestamptz,                                -- told to start, and begins by itself then (state approved)
    created_at     timestamptz NOT NULL DEFAULT now(),
    submitted_at   timestamptz,
    approved_at    timestamptz,
    started_at     timestamptz,
    ended_at       timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX broadcasts_moving ON broadcasts (id) WHERE state IN ('approved', 'preparing', 'canary', 'sending', 'cancelled');

CREATE TABLE approvals (
    broadcast_id bigint      NOT NULL REFERENCES broadcasts,
    officer      text        NOT NULL,
    decision     text        NOT NULL CHECK (decision IN ('approved', 'sent_back')),
    content_hash bytea       NOT NULL,                         -- what was seen
    comment      text,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (broadcast_id, officer, content_hash)
);

ALTER TABLE notices ADD COLUMN broadcast_id bigint;            -- with `ordinal`: the row's place in the broadcast
CREATE INDEX notices_broadcast ON notices (broadcast_id, ordinal) WHERE broadcast_id IS NOT NULL;
CREATE INDEX notices_broadcast_state ON notices (broadcast_id, state) WHERE broadcast_id IS NOT NULL;

-- The day's figures are counted from the rows of the day; a broadcast's from its progress.
CREATE INDEX notices_made ON notices (created_at) WHERE broadcast_id IS NULL;
-- The officers' list of what nobody receives unless a person acts: read in its order, and counted. The condition stands
-- word for word in `dossier_pages.sql` and `figures.sql`, or the index is not used.
CREATE INDEX notices_undelivered ON notices (updated_at, id)
WHERE ((state IN ('failed', 'no_mobile', 'in_doubt') AND (state <> 'in_doubt' OR due_at IS NULL))
       OR (state = 'accepted' AND reason = 'no_receipt' AND due_at IS NULL AND demands_action)
       OR reason = 'wrong_number')
  AND broadcast_id IS NULL;
CREATE INDEX dossier_events_rejected ON dossier_events (received_at) WHERE outcome = 'rejected';

-- Written by the rows' readers when somebody was told by other means, or a notice was sent again by hand.
CREATE TABLE notice_marks (
    notice_id  uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    kind       text        NOT NULL CHECK (kind IN ('told_otherwise', 'sent_again')),
    officer    text        NOT NULL,
    how        text,                                           -- phone, post, in person, …
    PRIMARY KEY (notice_id, created_at)
);

-- Apologies for late dossiers with their new date: prepared by the system, confirmed by an officer (public-services 6.1).
CREATE TABLE apologies (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier_id   bigint      NOT NULL REFERENCES dossiers ON DELETE CASCADE,
    due_at       timestamptz NOT NULL,                         -- the date that is not kept
    new_due_at   timestamptz NOT NULL,
    reason       text        NOT NULL,
    officer      text        NOT NULL,
    notice_id    uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (dossier_id, due_at)
);
-- What the office works on and is due or late.
CREATE INDEX dossiers_due ON dossiers (due_at, id) WHERE status IN (2, 4) AND due_at IS NOT NULL;

-- ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Versions of what a notice says; the newest approved one is in force, without any the text that comes with the product.
CREATE TABLE templates (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice       text        NOT NULL,
    language     text        NOT NULL,
    channel      text        NOT NULL,                         -- text (chat, e-mail), template, sms
    version      integer     NOT NULL,
    body         jsonb       NOT NULL,                         -- storage/templates.py, Body
    state        text        NOT NULL DEFAULT 'draft' CHECK (state IN (
        'draft',     -- being written -> submitted
        'submitted', -- waits for a second person -> approved, draft
        'approved',  -- in force until a newer one is
        'withdrawn')),
    author       text        NOT NULL,
    approver     text,
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    approved_at  timestamptz,
    CHECK (approver IS NULL OR approver <> author),
    UNIQUE (notice, language, channel, version)
);

-- Short answers that officers use again.
CREATE TABLE canned_answers (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit       text        NOT NULL,
    title      text        NOT NULL,
    text       text        NOT NULL,
    officer    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (unit, title)
);

-- ── conversations and tickets ────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE tickets ADD COLUMN unit_code text;                 -- whose officers have it to do; null: its dossier's, else the city's
ALTER TABLE tickets ADD COLUMN published_at timestamptz;       -- the answer was made public (Decision 766/QĐ-TTg: in 2 working days)
ALTER TABLE officer_messages ADD COLUMN form text;             -- of the page that it was written on: the same again is no second message
CREATE UNIQUE INDEX officer_messages_form ON officer_messages (ticket_id, form) WHERE form IS NOT NULL;

-- ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Days off, and days worked although they are weekends or holidays, that officers declare. A unit's day holds in those
-- below it and wins over the city's (dossiers/city_days.py).
CREATE TABLE calendar_days (
    day     date        NOT NULL,
    unit    text        NOT NULL,                              -- '': the whole city
    worked  boolean     NOT NULL,                              -- false: a day off
    reason  text        NOT NULL,                              -- for officers
    officer text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (day, unit)
);
