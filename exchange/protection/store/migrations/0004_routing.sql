-- What stands between the open exchange and the module: items that came in with a request, and who may ask for what.

-- An item that came inline with a request: until it is bound, the open exchange may know nothing of it. `key` is the
-- key of the call that brought it; `since` is when that call was last made.
CREATE TABLE protection.inline (
    item uuid PRIMARY KEY REFERENCES protection.item,
    body text NOT NULL,
    key text NOT NULL,
    since timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('unbound', 'bound', 'abandoned'))
);
CREATE INDEX inline_unbound ON protection.inline (since) WHERE state = 'unbound';

-- The items that references name, of those that a body registered or holds.
CREATE FUNCTION protection.known_items(asking text, named text[]) RETURNS TABLE (reference text, item uuid, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT n, i.id, i.number
      FROM unnest(named) n
      JOIN protection.item i ON i.number = n
        OR i.id = CASE WHEN n ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN n::uuid END
     WHERE i.originator = asking
        OR EXISTS (SELECT FROM protection.participant p WHERE p.item = i.id AND p.body = asking AND (p.made OR p.held))
$$;

-- The open exchange carries a reference to these items: those that came inline stay.
CREATE FUNCTION protection.bind_items(items uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE protection.inline SET state = 'bound' WHERE item = ANY (items) AND state = 'unbound'
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'protection_gate') THEN
        CREATE ROLE protection_gate NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at this moment
END
$$;

REVOKE ALL ON protection.inline FROM PUBLIC;
REVOKE ALL ON FUNCTION protection.known_items(text, text[]), protection.bind_items(uuid[]) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON protection.inline TO protection_app;
-- What the open registry notified of a body: where it is, what it is called, where its mail goes.
GRANT UPDATE (zone, name, mailbox, language) ON protection.body TO protection_app;
-- A node whose module is a process of its own may ask these two things of it and nothing else.
GRANT USAGE ON SCHEMA protection TO protection_gate;
GRANT EXECUTE ON FUNCTION protection.known_items(text, text[]), protection.bind_items(uuid[])
    TO protection_app, protection_gate;
DO $$
BEGIN
    EXECUTE format('GRANT protection_gate TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'an administrator has to grant the role protection_gate to %', current_user;
END
$$;
