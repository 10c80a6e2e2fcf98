-- The sealed bytes of a content lie under a random name, no more under their own digest: their chunks prove themselves.
ALTER TABLE protection.content RENAME COLUMN cipher TO file;
