-- Which of some items concern a body: the pages of a request lead to these, and to no others.
CREATE FUNCTION protection.concerned_items(asking text, named uuid[]) RETURNS TABLE (item uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT p.item FROM protection.participant p WHERE p.body = asking AND p.item = ANY (named)
$$;
REVOKE ALL ON FUNCTION protection.concerned_items(text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection.concerned_items(text, uuid[]) TO protection_app, protection_gate;
