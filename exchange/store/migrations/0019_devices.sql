-- Browsers in which somebody signed in with everything that proves them: strangers' failures close no door to these. What is
-- kept is the SHA-256 of a cookie; one browser may be of several people. Times are real ones.
CREATE TABLE device (
    digest bytea NOT NULL,
    account text NOT NULL REFERENCES account,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (digest, account)
);
CREATE INDEX device_of_account ON device (account);
CREATE INDEX device_used ON device (used_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON device TO exchange_app;
