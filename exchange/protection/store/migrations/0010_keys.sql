-- A body's signing key can be replaced: of a former one the public part is left, locked, to prove what it sealed.
ALTER TABLE protection.signing_key ADD COLUMN former_at timestamptz;
DROP INDEX protection.signing_key_of_body;
CREATE UNIQUE INDEX signing_key_of_body ON protection.signing_key (body) WHERE former_at IS NULL;

-- Former versions of the key provider's keys, by their random ids: since when nothing was found under one, and when it
-- was destroyed.
CREATE TABLE protection.former_key (
    version bytea PRIMARY KEY,
    idle_since timestamptz,
    destroyed_at timestamptz
);
REVOKE ALL ON protection.former_key FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON protection.former_key TO protection_app;
