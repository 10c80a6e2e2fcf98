-- The application's role: the record, the events, the registers and the reminders can only grow.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_app') THEN
        CREATE ROLE exchange_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at this moment
END
$$;
GRANT USAGE ON SCHEMA public TO exchange_app;
GRANT SELECT, INSERT ON record, event, register, reminder, profile TO exchange_app;
GRANT SELECT, INSERT, UPDATE ON request, participant, obligation, outbox, counter, authority, party, agreement, authority_key,
    token, job, node, sandbox_clock, sandbox_sink TO exchange_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency, sandbox_mail TO exchange_app;
GRANT EXECUTE ON FUNCTION save_decision(jsonb), lock_request(uuid, boolean), request_document(request) TO exchange_app;
