-- Which duty a reminder tells of, so that it is dropped when that was met meanwhile; a release's duty has no subject.
ALTER TABLE protection.notice ADD COLUMN duty text, ADD COLUMN subject int;
