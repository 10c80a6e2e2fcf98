-- A letter bears a code made from the beginning of its entry's digest: by it the entry is found.
CREATE INDEX record_by_code ON record (substring(digest FROM 1 FOR 12));
