-- Whoever owns the schema may act as the application's role: the node's connections do, migrations do not.
DO $$
BEGIN
    EXECUTE format('GRANT exchange_app TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'an administrator has to grant the role exchange_app to %', current_user;
END
$$;
GRANT SELECT ON migration TO exchange_app;
