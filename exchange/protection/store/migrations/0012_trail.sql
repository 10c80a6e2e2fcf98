-- Who took notice of what, as a chain: each row is locked to the digest of the one before it, and the head of the trail of
-- each item (or release, or visit), which bears a proof made with the record key, says which row is the last.
ALTER TABLE protection.access
    -- What was taken: the content, a paper, or a look at the card, the record, the copies.
    ADD COLUMN taken text NOT NULL DEFAULT 'content',
    ADD COLUMN seq int NOT NULL DEFAULT 0,
    ADD COLUMN previous bytea NOT NULL DEFAULT '';
ALTER TABLE protection.access
    ALTER COLUMN taken DROP DEFAULT, ALTER COLUMN seq DROP DEFAULT, ALTER COLUMN previous DROP DEFAULT;
CREATE INDEX access_place ON protection.access ((COALESCE(item, proceeding)), seq);

CREATE TABLE protection.trail (
    subject uuid PRIMARY KEY,
    seq int NOT NULL,
    digest bytea NOT NULL,
    proof bytea NOT NULL
);
REVOKE ALL ON protection.trail FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON protection.trail TO protection_app;
