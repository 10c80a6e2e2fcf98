-- Rows that the law reads in clear bear a proof, locked under the record key: one that was entered or changed here alone
-- counts for nothing. A row without a proof has none that holds.
ALTER TABLE protection.body ADD COLUMN proof bytea NOT NULL DEFAULT '';
ALTER TABLE protection.binding ADD COLUMN proof bytea NOT NULL DEFAULT '';
ALTER TABLE protection.competent ADD COLUMN proof bytea NOT NULL DEFAULT '';
ALTER TABLE protection.person ADD COLUMN proof bytea NOT NULL DEFAULT '';
ALTER TABLE protection.body ALTER COLUMN proof DROP DEFAULT;
ALTER TABLE protection.binding ALTER COLUMN proof DROP DEFAULT;
ALTER TABLE protection.competent ALTER COLUMN proof DROP DEFAULT;
ALTER TABLE protection.person ALTER COLUMN proof DROP DEFAULT;

GRANT UPDATE (proof) ON protection.body TO protection_app;
-- The proof covers the number of the row, which says who was named last on a day.
GRANT USAGE ON SEQUENCE protection.competent_id_seq TO protection_app;
