-- The short way of a decision: it was made of what one statement read, without a lock, and is written by one other, unless
-- something moved meanwhile. What a decision on a request rests on is its last entry and how far its reminders were told;
-- what a submission rests on is where the registers stand that give it numbers.
CREATE TYPE unmoved_register AS (authority text, direction text, year int, number int);
CREATE TYPE unmoved AS (head bytea, told timestamptz[], registers unmoved_register[]);

-- Locks in the order in which the long way does, looks, and writes; false, and nothing written, when anything moved.
CREATE FUNCTION save_unmoved(
    seen unmoved, r saved_request, bodies saved_body[], entries saved_entry[], participants saved_participant[],
    obligations saved_obligation[], notices saved_notice[], events saved_event[], counts saved_count[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF r.new THEN
        PERFORM FROM counter WHERE authority IN (SELECT x.authority FROM unnest(counts) x)
          ORDER BY authority COLLATE "C" FOR UPDATE;
        IF EXISTS (SELECT FROM unnest(seen.registers) x LEFT JOIN counter k ON k.authority = x.authority
                    WHERE (x.year, x.number) IS DISTINCT FROM (
                          CASE x.direction WHEN 'out' THEN k.out_year ELSE k.in_year END,
                          CASE x.direction WHEN 'out' THEN k.out_number ELSE k.in_number END)) THEN
            RETURN false;
        END IF;
    ELSE
        PERFORM FROM request WHERE id = r.id AND head = seen.head FOR UPDATE;
        IF NOT FOUND OR seen.told IS DISTINCT FROM ARRAY(
            SELECT reminded_through FROM obligation WHERE request = r.id ORDER BY place) THEN
            RETURN false;
        END IF;
    END IF;
    PERFORM save_decision(r, bodies, entries, participants, obligations, notices, events, counts);
    RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION save_unmoved(
    unmoved, saved_request, saved_body[], saved_entry[], saved_participant[], saved_obligation[], saved_notice[],
    saved_event[], saved_count[]
) TO exchange_app;

-- Who a token speaks for, and the sandbox's clock beside it. One of a person whose account was disabled, or has another role
-- by now, speaks for nobody. A body of the protection module alone is `outside`.
CREATE VIEW caller WITH (security_invoker = true) AS
SELECT t.digest, t.id, t.authority, t.role, t.account, t.scopes, t.expires_at, t.revoked_at, t.used_at, c.shift, c.frozen_at,
       EXISTS (SELECT FROM authority o WHERE o.code = t.authority AND o.kind = 'protection') AS outside
  FROM token t LEFT JOIN sandbox_clock c ON true
 WHERE t.account IS NULL OR EXISTS (
       SELECT FROM account a WHERE a.login = t.account AND a.role = t.role AND a.disabled_at IS NULL);
GRANT SELECT ON caller TO exchange_app;
