-- The letters that were ever printed, by the code that they bear: who enters a code is shown the entry it belongs to.
-- A table of its own and no index on the record, which every act would pay for.
CREATE TABLE letter (
    code text PRIMARY KEY,
    request uuid NOT NULL REFERENCES request,
    seq int NOT NULL
);
GRANT SELECT, INSERT ON letter TO exchange_app;
