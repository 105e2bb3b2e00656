-- Consents that an administrator of an account was asked for: the state that must come back, and the PKCE verifier.
-- Half an hour long at most; old ones are dropped after a day.
CREATE TABLE consents (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    state_hash   bytea       NOT NULL UNIQUE,   -- hash of the random state: who reads the table cannot answer for Zalo
    verifier_enc bytea,                         -- PKCE verifier; null where PKCE is off
    redirect_uri text        NOT NULL,
    begun_at     timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    taken_at     timestamptz,                   -- the state came back: it counts once
    account_id   text,                          -- the account that has a new pair by it
    refusal      text                           -- why there is none, in one line without secrets
);
CREATE INDEX consents_begun ON consents (begun_at);
