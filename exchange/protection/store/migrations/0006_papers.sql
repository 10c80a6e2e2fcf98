-- Papers are taken of releases and visits, too.
ALTER TABLE protection.access
    ALTER COLUMN item DROP NOT NULL,
    ADD COLUMN proceeding uuid REFERENCES protection.proceeding,
    ADD CHECK (num_nonnulls(item, proceeding) = 1);
