-- Who saw, took out, or changed what. It can only grow, and stands in the transaction of what it tells of: no trace, no
-- deed. `authority` is the one whose trail it is, null where nobody is known yet (a sign-in that failed); `subject` names
-- the object by its code and bears no case content.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    authority text,
    role text,
    who text NOT NULL,
    deed text NOT NULL,
    request uuid,
    subject text NOT NULL,
    detail jsonb NOT NULL
);
CREATE INDEX audit_of_authority ON audit (authority, id);
CREATE INDEX audit_of_request ON audit (request, authority, id) WHERE request IS NOT NULL;
GRANT SELECT, INSERT ON audit TO exchange_app;
