-- The role in which a protection module that is a process of its own asks this database who calls, which bodies there
-- are, and what the time is; it reads no case, and no password.

-- Gives the role its rights. Where the login that migrates may make no roles, an administrator makes the role
-- exchange_door, and the owner of the tables calls this once.
CREATE FUNCTION open_door() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    GRANT USAGE ON SCHEMA public TO exchange_door;
    GRANT SELECT ON migration, node, sandbox_clock, caller, authority, designation, entry TO exchange_door;
    GRANT SELECT (id, digest, authority, role, account, scopes, expires_at, revoked_at, used_at), UPDATE (used_at)
        ON token TO exchange_door;
    GRANT SELECT (id, digest, account, authority, role, made_at, expires_at, revoked_at, seen_at, enrolling),
        UPDATE (seen_at) ON session TO exchange_door;
    GRANT SELECT (login, authority, role, name, disabled_at) ON account TO exchange_door;
    -- Who was turned away is written down here as well; and how the module's jobs fare.
    GRANT SELECT (at, authority, who, deed), INSERT ON audit TO exchange_door;
    GRANT SELECT, INSERT, UPDATE ON job TO exchange_door;
END
$$;
REVOKE ALL ON FUNCTION open_door() FROM PUBLIC;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_door') THEN
        BEGIN
            CREATE ROLE exchange_door NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database of the server made it just now
            WHEN insufficient_privilege THEN RAISE NOTICE 'a module apart needs the role exchange_door';
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_door') THEN
        PERFORM open_door();
    END IF;
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_door') THEN
        EXECUTE format('GRANT exchange_door TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'an administrator has to grant the role exchange_door to %', current_user;
END
$$;
