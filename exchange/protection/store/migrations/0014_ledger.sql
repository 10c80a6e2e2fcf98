-- The ledger of the registry: one line for each change of a row that the law reads, each chained to the one before it.
-- What a row says stands beside its place as SHA-256; the end bears a proof made with the record key.
CREATE TABLE protection.ledger_line (
    seq bigint PRIMARY KEY,
    place text NOT NULL,
    told bytea NOT NULL,
    digest bytea NOT NULL,
    -- What an operator said who accepted an older registry, locked.
    detail bytea
);
CREATE TABLE protection.ledger (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL,
    digest bytea NOT NULL,
    proof bytea NOT NULL
);
INSERT INTO protection.ledger (seq, digest, proof) VALUES (0, decode(repeat('00', 32), 'hex'), '');
REVOKE ALL ON protection.ledger, protection.ledger_line FROM PUBLIC;
GRANT SELECT, INSERT ON protection.ledger_line TO protection_app;
GRANT SELECT, UPDATE ON protection.ledger TO protection_app;
