-- Drafts of requests and acts: they live inside one authority until they are signed or entered. `version` is the number of
-- the last step; steps can only grow, and who wrote words is read off them, so that nobody can sign what is his own.
CREATE TABLE draft (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    kind text NOT NULL,
    request uuid REFERENCES request,
    about text NOT NULL,
    body text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    signed_by text,
    digest text,
    became uuid REFERENCES request,
    seq integer
);
CREATE INDEX draft_of_authority ON draft (authority, changed_at DESC, id DESC);
CREATE INDEX draft_for_signature ON draft (authority) WHERE state = 'for_signature';

-- `body` is what a saved step left, so that no version is lost when another one is put over it.
CREATE TABLE draft_step (
    draft uuid NOT NULL REFERENCES draft,
    number integer NOT NULL,
    step text NOT NULL,
    who text NOT NULL,
    role text NOT NULL,
    at timestamptz NOT NULL,
    remarks text,
    body text,
    PRIMARY KEY (draft, number)
);
GRANT SELECT, INSERT, UPDATE ON draft TO exchange_app;
GRANT SELECT, INSERT ON draft_step TO exchange_app;
