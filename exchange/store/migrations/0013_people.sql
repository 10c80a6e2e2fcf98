-- People: accounts of authorities, their sessions, who signs for whom, and how often signing in failed. Times are real
-- ones, but those of substitutions and tokens, which are the node's: a sandbox clock that jumps weeks should neither
-- sign anybody out nor open a lock.
CREATE TABLE account (
    login text PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    name text NOT NULL,
    post text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    -- A person of the sandbox's samples: signs in by a click, has no password.
    sample boolean NOT NULL DEFAULT false,
    disabled_at timestamptz,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    -- Argon2id, with its parameters (RFC 9106).
    password text,
    -- The second factor's secret, wrapped under the node's key file; the one still to be confirmed; the last step used.
    factor bytea,
    factor_pending bytea,
    factor_step bigint NOT NULL DEFAULT 0,
    -- SHA-256 of the one-time code that opens the set-up, and until when it does.
    set_up bytea,
    set_up_until timestamptz
);
CREATE INDEX account_of_authority ON account (authority, login);

CREATE TABLE recovery_code (
    account text NOT NULL REFERENCES account,
    digest bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account, digest)
);

-- How often signing in failed in a row, for an account (by its login, or by the digest of a login that nobody has) and for
-- an address; nothing is tried before `closed_until`.
CREATE TABLE attempt (
    kind text NOT NULL,
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    closed_until timestamptz,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX attempt_last ON attempt (last_at);

CREATE TABLE substitution (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    absent text NOT NULL REFERENCES account,
    substitute text NOT NULL REFERENCES account,
    order_number text NOT NULL,
    order_date date NOT NULL,
    -- Local days of the authority, the last one included.
    since date NOT NULL,
    until date NOT NULL,
    -- The signed acts that it is for; null for all.
    acts text[],
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    revoked_at timestamptz,
    revoked_by text
);
CREATE INDEX substitution_of_authority ON substitution (authority, id);
CREATE INDEX substitution_of_substitute ON substitution (substitute);

-- A session is of one account of one authority in one role: who signed in before accounts were there does so again.
DELETE FROM session;
ALTER TABLE session
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN account text NOT NULL REFERENCES account,
    ADD COLUMN agent text NOT NULL,
    ADD COLUMN seen_at timestamptz NOT NULL,
    -- Opened by a set-up code: good for nothing but enrolling the second factor.
    ADD COLUMN enrolling boolean NOT NULL DEFAULT false;
CREATE INDEX session_of_account ON session (account, id);

-- `account` is the sample person that a sandbox token speaks for; `scopes` are verbs, null for all of the role's.
ALTER TABLE token
    ADD COLUMN account text REFERENCES account,
    ADD COLUMN scopes text[],
    ADD COLUMN made_by text NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz;
CREATE INDEX token_of_authority ON token (authority, id);

GRANT SELECT, INSERT, UPDATE ON account, substitution TO exchange_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code, attempt TO exchange_app;
