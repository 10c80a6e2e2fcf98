-- Sessions of people in a browser. The cookie bears 256 random bits, of which only the digest stands here; times are
-- real ones, since a sandbox clock that jumps weeks should not sign everybody out.
CREATE TABLE session (
    digest bytea PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    role text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX session_expires ON session (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO exchange_app;
