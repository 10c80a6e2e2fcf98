-- The trail as an auditor asks for it: newest first, of all, of one deed, of one person or program, of one request.
CREATE INDEX audit_at ON audit (authority, at, id);
CREATE INDEX audit_deed ON audit (authority, deed, at, id);
CREATE INDEX audit_who ON audit (authority, who, at, id);
CREATE INDEX audit_request_at ON audit (authority, request, at, id) WHERE request IS NOT NULL;
DROP INDEX audit_of_authority;
DROP INDEX audit_of_request;
