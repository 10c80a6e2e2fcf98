-- The sealed contents of items: their bytes, and the wrapped keys to them, lie in folders outside the database.

-- `size` is the plaintext's in bytes, `cipher` the SHA-256 of the sealed bytes, under which their folder keeps them;
-- the SHA-256 of the plaintext stands locked.
CREATE TABLE protection.content (
    id uuid PRIMARY KEY,
    item uuid REFERENCES protection.item,
    by text NOT NULL,
    state text NOT NULL CHECK (state IN ('unbound', 'bound', 'gone')),
    size bigint NOT NULL,
    cipher bytea NOT NULL UNIQUE,
    sha256 bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE UNIQUE INDEX content_of_item ON protection.content (item);
CREATE INDEX content_unbound ON protection.content (by, at) WHERE state = 'unbound';

-- Which body can open a content, by which key file; one that was handed over waits for its receipt.
CREATE TABLE protection.holding (
    content uuid NOT NULL REFERENCES protection.content,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'handed')),
    key uuid NOT NULL UNIQUE,
    -- The registered means of encryption by which it was handed over.
    means text,
    PRIMARY KEY (content, body)
);

-- Key files that are to be destroyed, and the evidence of those that were: how opening was refused afterwards.
CREATE TABLE protection.shredding (
    key uuid PRIMARY KEY,
    content uuid NOT NULL REFERENCES protection.content,
    body text NOT NULL,
    ordered_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    refusal text
);
CREATE INDEX shredding_ordered ON protection.shredding (ordered_at) WHERE done_at IS NULL;
CREATE INDEX shredding_of_content ON protection.shredding (content);

REVOKE ALL ON protection.content, protection.holding, protection.shredding FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON protection.content, protection.shredding TO protection_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON protection.holding TO protection_app;
