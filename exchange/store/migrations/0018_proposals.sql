-- Signing power that an operator proposes and the head confirms (Article 6): what is wanted, as it was asked for, and who
-- decided. Times are the node's, as those of tokens.
CREATE TABLE proposal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    -- The shape `Proposed` of schemas/proposals.py: an account to open or to change, a token to give out.
    wanted jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    confirmed boolean NOT NULL DEFAULT false
);
CREATE INDEX proposal_of_authority ON proposal (authority, id);

GRANT SELECT, INSERT ON proposal TO exchange_app;
GRANT UPDATE (decided_at, decided_by, confirmed) ON proposal TO exchange_app;
