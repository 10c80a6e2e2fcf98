-- Who bears a token of a person's work: an officer's program writes drafts, and its bearer does not sign those.
ALTER TABLE token ADD COLUMN bearer text REFERENCES account;
