-- What is notified to the registry, in the order of entering; it can only grow. `key` is what a notice is about and the day
-- of its effect: the same is never told twice. `domestic` ones are seen by their own state alone. `party`, `authority` with
-- `designation`, and `agreement` are what follows from it, written in the transaction of the notice.
CREATE TABLE registry_notice (
    number bigint PRIMARY KEY,
    key text NOT NULL UNIQUE,
    kind text NOT NULL,
    country text,
    subject text NOT NULL,
    day date NOT NULL,
    domestic boolean NOT NULL,
    fact jsonb NOT NULL,
    entered_at timestamptz NOT NULL,
    entered_by text NOT NULL,
    who text NOT NULL,
    -- The digest of the signed file that it came with, if it did.
    file text
);
CREATE INDEX registry_notice_of_subject ON registry_notice (subject, number);

-- Whoever changes the registry holds this row: notices are numbered without gaps, and decided one after the other.
CREATE TABLE registry_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL
);
INSERT INTO registry_head (number) VALUES (0);

-- To which Parties a notice was passed on (Article 4), and which of them acknowledged it.
CREATE TABLE registry_relay (
    notice bigint NOT NULL REFERENCES registry_notice,
    country text NOT NULL,
    PRIMARY KEY (notice, country)
);
CREATE TABLE registry_acknowledgement (
    notice bigint NOT NULL,
    country text NOT NULL,
    at timestamptz NOT NULL,
    authority text NOT NULL REFERENCES authority,
    who text NOT NULL,
    PRIMARY KEY (notice, country),
    FOREIGN KEY (notice, country) REFERENCES registry_relay
);

-- The entries of a body before and after the one that stands in `authority`: by the day there is one at most.
CREATE TABLE designation (
    authority text NOT NULL REFERENCES authority,
    since date NOT NULL,
    until date,
    kind text NOT NULL,
    name jsonb NOT NULL,
    zone text NOT NULL,
    reach text NOT NULL,
    mailbox text,
    head_mailbox text,
    language text NOT NULL,
    address text,
    notice bigint REFERENCES registry_notice,
    PRIMARY KEY (authority, since)
);
CREATE INDEX designation_since ON designation (since);
ALTER TABLE authority ADD COLUMN notice bigint REFERENCES registry_notice;

-- Notices of the registry belong to no request.
ALTER TABLE outbox ALTER COLUMN request DROP NOT NULL;

GRANT SELECT, INSERT ON registry_notice, registry_relay, registry_acknowledgement TO exchange_app;
GRANT SELECT, UPDATE ON registry_head TO exchange_app;
GRANT SELECT, INSERT, DELETE ON designation TO exchange_app;
GRANT DELETE ON party TO exchange_app;

-- Every entry of every body, whether it stands or stood or will.
CREATE VIEW entry WITH (security_invoker = true) AS
SELECT code, kind, country, name, zone, reach, mailbox, head_mailbox, language, address, since, until, notice
  FROM authority
 UNION ALL
SELECT d.authority, d.kind, a.country, d.name, d.zone, d.reach, d.mailbox, d.head_mailbox, d.language, d.address,
       d.since, d.until, d.notice
  FROM designation d JOIN authority a ON a.code = d.authority;
GRANT SELECT ON entry TO exchange_app;
