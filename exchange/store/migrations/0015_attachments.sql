-- What authorities uploaded: the bytes lie in the store of files under their digest, one row for each name and type that
-- an authority gave them. The id commits to authority, digest, size, name and type. `bound` says that an act carries it.
CREATE TABLE attachment (
    id text PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    sniffed text NOT NULL,
    active boolean NOT NULL,
    uploaded_at timestamptz NOT NULL,
    bound boolean NOT NULL DEFAULT false
);
CREATE INDEX attachment_sha256 ON attachment (sha256);
CREATE INDEX attachment_unbound ON attachment (uploaded_at) WHERE NOT bound;

-- Which act carries what; never changed.
CREATE TABLE attachment_use (
    request uuid NOT NULL REFERENCES request,
    seq integer NOT NULL,
    place integer NOT NULL,
    attachment text NOT NULL REFERENCES attachment,
    PRIMARY KEY (request, seq, place)
);
CREATE INDEX attachment_use_attachment ON attachment_use (attachment);

-- What an unfinished thing (a draft) will carry: it is not swept meanwhile. `holder` is that thing's id.
CREATE TABLE attachment_hold (
    holder uuid NOT NULL,
    attachment text NOT NULL REFERENCES attachment,
    PRIMARY KEY (holder, attachment)
);
CREATE INDEX attachment_hold_attachment ON attachment_hold (attachment);

GRANT SELECT, INSERT, DELETE, UPDATE (uploaded_at, bound) ON attachment TO exchange_app;
GRANT SELECT, INSERT ON attachment_use TO exchange_app;
GRANT SELECT, INSERT, DELETE ON attachment_hold TO exchange_app;
