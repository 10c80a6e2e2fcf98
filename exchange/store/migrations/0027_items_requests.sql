-- The requests that refer to an item, of those that an authority may see, under the number that it knows each by: all
-- that the pages of the protection module are told of requests, those of a module apart too.
CREATE FUNCTION requests_of_item(asking text, named uuid) RETURNS TABLE (request uuid, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT r.id, CASE WHEN r.requesting = asking THEN r.number ELSE coalesce(p.received_number, r.number) END
      FROM public.protected_use u
      JOIN public.participant p ON p.request = u.request AND p.authority = asking
      JOIN public.request r ON r.id = u.request
     WHERE u.item = named
     ORDER BY r.id
     LIMIT 100
$$;
REVOKE ALL ON FUNCTION requests_of_item(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requests_of_item(text, uuid) TO exchange_app;

-- As 0026 made it, with that function.
CREATE OR REPLACE FUNCTION open_door() RETURNS void LANGUAGE plpgsql AS $$
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
    GRANT EXECUTE ON FUNCTION requests_of_item(text, uuid) TO exchange_door;
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_door') THEN
        PERFORM open_door();
    END IF;
END
$$;
