-- How much of a file the mark guard looked at when it came in: whole, partly, none; and why not at the rest.
ALTER TABLE attachment
    ADD examined text NOT NULL DEFAULT 'none',
    ADD unseen text[] NOT NULL DEFAULT '{}';
