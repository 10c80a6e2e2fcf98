-- What only save_decision writes needs no foreign key to the request: the same call writes an entry of its record, whose
-- foreign key stays, so that without the request nothing is written. Nobody but the owner can delete a request, and
-- `exchange verify` names what tells of one that is gone.
ALTER TABLE participant DROP CONSTRAINT participant_request_fkey;
ALTER TABLE event DROP CONSTRAINT event_request_fkey;
ALTER TABLE register DROP CONSTRAINT register_request_fkey, DROP CONSTRAINT register_authority_fkey;
