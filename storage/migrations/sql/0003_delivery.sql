-- Delivery, whole: what routing must know of a recipient, what a notice says for others, the brake, the site's mark.

-- Who of a dossier's people a notice is for, and how else than by phone that person can be reached.
ALTER TABLE notices
    ADD COLUMN role           text     NOT NULL DEFAULT 'applicant',  -- applicant, owner, submitter, authorised
    ADD COLUMN email_enc      bytea,
    ADD COLUMN follows        text,                            -- the stage told before it: to go back to, if it is never said
    ADD COLUMN follows_detail bytea,
    ADD COLUMN replaces       smallint NOT NULL DEFAULT 0,     -- how many earlier notices of the dossier it was sent instead of
    ADD COLUMN merged_into    uuid,                            -- the digest that says what this one would have said
    ADD COLUMN crashes        smallint NOT NULL DEFAULT 0,     -- leases that ended without an outcome
    ADD COLUMN checks         smallint NOT NULL DEFAULT 0;     -- how often the platform was asked what became of it

-- Accepted, and no receipt yet: due_at says when to ask the platform; null when nothing more is done.
CREATE INDEX notices_silent ON notices (due_at) WHERE state = 'accepted' AND due_at IS NOT NULL;
-- Asked, and the platform knows of no arrival: on the officers' list where the citizen must act.
CREATE INDEX notices_unheard ON notices (updated_at) WHERE state = 'accepted' AND reason = 'no_receipt';
-- How many messages a phone had today; whom a merged one is for.
CREATE INDEX notices_recipient ON notices (recipient_hash, created_at) WHERE recipient_hash IS NOT NULL;

ALTER TABLE attempts DROP CONSTRAINT attempts_outcome_check;
ALTER TABLE attempts ADD CONSTRAINT attempts_outcome_check CHECK (outcome IN (
    'accepted', 'not_sent', 'refused', 'in_doubt', 'resend', 'receipt',
    'asked',        -- the platform was asked what became of the message: `code` has its answer
    'silent'));     -- no receipt in time: the next channel's turn; `code` keeps the message's id, which may arrive yet
CREATE INDEX attempts_silent ON attempts (code) WHERE outcome = 'silent';

ALTER TABLE dossiers
    ADD COLUMN name_hash  bytea,                               -- keyed hash of the name: how many owners a phone has
    ADD COLUMN people_enc bytea;                               -- JSON: the dossier's other people by role
DROP INDEX dossiers_phone;
-- A phone's newest dossiers, without sorting.
CREATE INDEX dossiers_phone ON dossiers (phone_hash, id) WHERE phone_hash IS NOT NULL;

-- When a person last did something that opens the platform's window for consultation messages (docs: zalo 4.7).
ALTER TABLE citizens ADD COLUMN last_interaction_at timestamptz;
-- The phone over which a person proved control: notices to that phone may go to this person's chat.
ALTER TABLE links ADD COLUMN phone_hash bytea, ADD COLUMN phone_enc bytea;
CREATE INDEX links_phone ON links (phone_hash) WHERE revoked_at IS NULL AND phone_hash IS NOT NULL;

-- What a recipient wants, by the keyed hash of the phone.
CREATE TABLE preferences (
    recipient_hash bytea       PRIMARY KEY,
    recipient_enc  bytea       NOT NULL,                       -- the phone, 84…: a new key needs a new hash of it
    opted_out_at   timestamptz,                                -- no more messages of ours on Zalo since then
    language       text,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- Channels that do not reach a recipient, as the platform said; asked again after `until`.
CREATE TABLE reachability (
    recipient_hash bytea       NOT NULL,
    channel        text        NOT NULL,
    reason         text        NOT NULL,                       -- refused, unreachable
    code           text,
    noted_at       timestamptz NOT NULL DEFAULT now(),
    until          timestamptz NOT NULL,
    PRIMARY KEY (recipient_hash, channel)
);

-- The emergency brake: one row, read by every claim.
CREATE TABLE brake (
    single     boolean     PRIMARY KEY DEFAULT true CHECK (single),
    engaged    boolean     NOT NULL DEFAULT false,
    cause      text,                                           -- a word: restored, cloned, clock, failures, doubts, by_hand
    detail     text,                                           -- one line: what was seen, and what to do
    by         text,                                           -- who pulled or released it: a process or a person
    since      timestamptz,
    release_at timestamptz,                                    -- it releases itself then; null: a person must
    pulls      integer     NOT NULL DEFAULT 0                  -- pulls in a row: each holds longer than the one before
);
INSERT INTO brake DEFAULT VALUES;

CREATE TABLE brake_log (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    engaged boolean     NOT NULL,
    cause   text,
    detail  text,
    by      text
);

-- Which database this is, and how far it has come; the same is remembered outside, so that a restored one is noticed.
CREATE TABLE site_mark (
    single            boolean     PRIMARY KEY DEFAULT true CHECK (single),
    site_id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    system_identifier text,                                    -- of the PostgreSQL cluster that the mark was made in
    database_name     text,
    ticks             bigint      NOT NULL DEFAULT 0,
    ticked_at         timestamptz NOT NULL DEFAULT now(),
    known_sites       uuid[]      NOT NULL DEFAULT '{}'        -- others that a person said this one follows
);
INSERT INTO site_mark DEFAULT VALUES;
