-- The keys of calls are kept as digests under a key of their own, which stands locked: what a caller put into one is
-- nobody's to read. An answer goes with the item that it tells of; its call stays known, locked by itself. What was kept
-- before goes: no digest can be made of it here.
CREATE TABLE protection.digest_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    locked bytea NOT NULL
);

DELETE FROM protection.idempotency;
ALTER TABLE protection.idempotency
    ALTER COLUMN key TYPE bytea USING convert_to(key, 'UTF8'),
    ALTER COLUMN answer DROP NOT NULL,
    ADD COLUMN call bytea NOT NULL,
    ADD COLUMN item uuid;
CREATE INDEX idempotency_of_item ON protection.idempotency (item) WHERE answer IS NOT NULL;

ALTER TABLE protection.inline ALTER COLUMN key TYPE bytea USING '';

REVOKE ALL ON protection.digest_key FROM PUBLIC;
GRANT SELECT, INSERT ON protection.digest_key TO protection_app;
