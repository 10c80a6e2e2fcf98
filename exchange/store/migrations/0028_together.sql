-- Several decisions are written together: each of their rows says to which request it belongs, and their traces come along.
DROP FUNCTION save_unmoved(
    unmoved, saved_request, saved_body[], saved_entry[], saved_participant[], saved_obligation[], saved_notice[],
    saved_event[], saved_count[]
);
DROP FUNCTION save_decision(
    saved_request, saved_body[], saved_entry[], saved_participant[], saved_obligation[], saved_notice[], saved_event[],
    saved_count[]
);
DROP TYPE unmoved;
DROP TYPE unmoved_register;

ALTER TYPE saved_request DROP ATTRIBUTE new, ADD ATTRIBUTE seen bytea, ADD ATTRIBUTE told timestamptz[];
ALTER TYPE saved_entry ADD ATTRIBUTE request uuid;
ALTER TYPE saved_participant ADD ATTRIBUTE request uuid;
ALTER TYPE saved_obligation ADD ATTRIBUTE request uuid;
ALTER TYPE saved_notice ADD ATTRIBUTE request uuid;
-- `following` says how many events of the same authority come after this one in the same call.
ALTER TYPE saved_event ADD ATTRIBUTE request uuid;
ALTER TYPE saved_count
    DROP ATTRIBUTE direction, DROP ATTRIBUTE year, DROP ATTRIBUTE number,
    ADD ATTRIBUTE out_year int, ADD ATTRIBUTE out_number int, ADD ATTRIBUTE in_year int, ADD ATTRIBUTE in_number int;
CREATE TYPE saved_number AS (authority text, year int, direction text, number int, request uuid);
CREATE TYPE saved_trace AS (
    at timestamptz, authority text, role text, who text, deed text, request uuid, subject text, detail jsonb
);
CREATE TYPE saved_answer AS (authority text, key text, fingerprint bytea, answer jsonb, made_at timestamptz);

-- One round trip writes whole decisions, if what they rest on is still so: of a request its last entry and how far the
-- reminders of its duties were told (`seen`, `told`), of a number that it is the next of its register. Otherwise nothing is
-- written, and false returned. `changed` and `counts` come in the order in which they are locked: by id, by code. Plans are
-- made once, and not of an empty table's size.
CREATE FUNCTION save_decisions(
    made saved_request[], changed saved_request[], bodies saved_body[], entries saved_entry[],
    participants saved_participant[], obligations saved_obligation[], notices saved_notice[], events saved_event[],
    counts saved_count[], numbers saved_number[], traces saved_trace[], answers saved_answer[]
) RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = off AS $$
DECLARE
    r saved_request;
    c saved_count;
BEGIN
    PERFORM set_config('lock_timeout', '2s', true);
    FOREACH r IN ARRAY changed LOOP
        PERFORM FROM request WHERE id = r.id AND head = r.seen FOR UPDATE;
        IF NOT FOUND OR r.told IS DISTINCT FROM ARRAY(
            SELECT reminded_through FROM obligation WHERE request = r.id ORDER BY place) THEN
            RETURN false;
        END IF;
    END LOOP;
    IF cardinality(numbers) > 0 THEN
        PERFORM FROM counter WHERE authority IN (SELECT x.authority FROM unnest(counts) x)
          ORDER BY authority COLLATE "C" FOR UPDATE;
        IF EXISTS (SELECT FROM (SELECT x.authority, x.direction, x.year, min(x.number) AS number
                                  FROM unnest(numbers) x GROUP BY x.authority, x.direction, x.year) AS first
                     JOIN counter k ON k.authority = first.authority
                    CROSS JOIN LATERAL (SELECT
                          CASE first.direction WHEN 'out' THEN k.out_year ELSE k.in_year END AS year,
                          CASE first.direction WHEN 'out' THEN k.out_number ELSE k.in_number END AS number) AS last
                    WHERE NOT (last.year = first.year AND last.number = first.number - 1
                               OR last.year < first.year AND first.number = 1)) THEN
            RETURN false;
        END IF;
    END IF;

    IF cardinality(made) > 0 THEN
        INSERT INTO request (id, requesting, holder, state, number, received_number, reference, seq, head, profile,
                             submitted, snapshot, words)
        SELECT x.id, x.requesting, x.holder, x.state, x.number, x.received_number, x.reference, x.seq, x.head, x.profile,
               x.submitted, x.snapshot, to_tsvector('russian', x.words)
          FROM unnest(made) x;
    END IF;
    FOREACH r IN ARRAY changed LOOP
        UPDATE request
           SET holder = r.holder, state = r.state, received_number = r.received_number, seq = r.seq, head = r.head,
               snapshot = r.snapshot
         WHERE id = r.id;
    END LOOP;

    IF cardinality(bodies) > 0 THEN
        INSERT INTO authority (code, kind, country, name, zone, reach, address, since)
        SELECT x.code, x.kind, x.country, x.name, x.zone, x.reach, x.address, x.since FROM unnest(bodies) x;
    END IF;

    INSERT INTO record (request, seq, act, author, at, recorded_at, jws, ruling, previous, digest)
    SELECT x.request, x.seq, x.act, x.author, x.at, x.recorded_at, x.jws, x.ruling, x.previous, x.digest
      FROM unnest(entries) x;

    INSERT INTO participant (authority, request, box, state, urgent, received_number, due_at, due_on, due_zone, due_kind,
                             suspended, former)
    SELECT x.authority, x.request, x.box, x.state, x.urgent, x.received_number, x.due_at, x.due_on, x.due_zone, x.due_kind,
           x.suspended, x.former
      FROM unnest(participants) x
        ON CONFLICT (authority, request) DO UPDATE
           SET state = excluded.state, received_number = excluded.received_number, due_at = excluded.due_at,
               due_on = excluded.due_on, due_zone = excluded.due_zone,
               due_kind = excluded.due_kind, suspended = excluded.suspended, former = excluded.former;

    IF cardinality(obligations) > 0 THEN
        INSERT INTO obligation (id, request, place, kind, authority, counterpart, steward, state, zone, due_at,
                                due_version, reminded_through, next_step_at, detail)
        SELECT x.id, x.request, x.place, x.kind, x.authority, x.counterpart, x.steward, x.state, x.zone, x.due_at,
               x.due_version, x.reminded_through, x.next_step_at, x.detail
          FROM unnest(obligations) x
            ON CONFLICT (id) DO UPDATE
               SET authority = excluded.authority, counterpart = excluded.counterpart, steward = excluded.steward,
                   state = excluded.state, zone = excluded.zone, due_at = excluded.due_at,
                   due_version = excluded.due_version, reminded_through = excluded.reminded_through,
                   next_step_at = excluded.next_step_at, detail = excluded.detail;
    END IF;

    INSERT INTO outbox (kind, request, seq, authority, mailbox, data, made_at, next_try_at)
    SELECT 'act', x.request, x.seq, x.authority, 'authority', x.data, x.made_at, x.made_at FROM unnest(notices) x;

    INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
    SELECT x.at, x.authority, x.role, x.who, x.deed, x.request, x.subject, x.detail FROM unnest(traces) x;

    IF cardinality(answers) > 0 THEN
        INSERT INTO idempotency (authority, key, fingerprint, answer, made_at)
        SELECT x.authority, x.key, x.fingerprint, x.answer, x.made_at FROM unnest(answers) x;
    END IF;

    -- Counters last, by code; what is numbered by them follows.
    FOREACH c IN ARRAY counts LOOP
        UPDATE counter
           SET event = event + c.events,
               out_year = coalesce(c.out_year, out_year), out_number = coalesce(c.out_number, out_number),
               in_year = coalesce(c.in_year, in_year), in_number = coalesce(c.in_number, in_number)
         WHERE authority = c.authority;
    END LOOP;

    IF cardinality(numbers) > 0 THEN
        INSERT INTO register (authority, year, direction, number, request)
        SELECT x.authority, x.year, x.direction, x.number, x.request FROM unnest(numbers) x;
    END IF;

    INSERT INTO event (authority, number, request, seq, act, author, at, state)
    SELECT x.authority, k.event - x.following, x.request, x.seq, x.act, x.author, x.at, x.state
      FROM unnest(events) x JOIN counter k ON k.authority = x.authority;
    RETURN true;
END
$$;

-- Returns counters, locked in the order of their codes if that is asked for.
CREATE FUNCTION held_counters(wanted text[], locked boolean)
RETURNS TABLE (authority text, out_year int, out_number int, in_year int, in_number int) LANGUAGE plpgsql AS $$
BEGIN
    IF locked THEN
        PERFORM set_config('lock_timeout', '2s', true);
        RETURN QUERY SELECT c.authority, c.out_year, c.out_number, c.in_year, c.in_number FROM counter c
                      WHERE c.authority = ANY(wanted) ORDER BY c.authority COLLATE "C" FOR UPDATE;
    ELSE
        RETURN QUERY SELECT c.authority, c.out_year, c.out_number, c.in_year, c.in_number FROM counter c
                      WHERE c.authority = ANY(wanted);
    END IF;
END
$$;

-- Returns a request, locked if that is asked for; nothing then where somebody else has locked it.
CREATE FUNCTION held_request(wanted uuid, locked boolean) RETURNS TABLE (document text, head bytea)
LANGUAGE plpgsql AS $$
BEGIN
    IF locked THEN
        RETURN QUERY SELECT l.document, l.head FROM lock_request(wanted, true) l;
    ELSE
        RETURN QUERY SELECT request_document(r), r.head FROM request r WHERE r.id = wanted;
    END IF;
END
$$;

GRANT EXECUTE ON FUNCTION held_counters(text[], boolean), held_request(uuid, boolean), save_decisions(
    saved_request[], saved_request[], saved_body[], saved_entry[], saved_participant[], saved_obligation[], saved_notice[],
    saved_event[], saved_count[], saved_number[], saved_trace[], saved_answer[]
) TO exchange_app;

-- Claims a call's key until the transaction ends; false while another call holds it.
CREATE FUNCTION claim_key(authority text, key text) RETURNS boolean LANGUAGE sql AS $$
    SELECT pg_try_advisory_xact_lock(hashtextextended(authority || E'\n' || key, 0))
$$;
GRANT EXECUTE ON FUNCTION claim_key(text, text) TO exchange_app;

-- What a batch of submissions rests on: who calls, whether keys are unused, the registers, the registry as texts. A
-- stranger's call is left out.
CREATE FUNCTION for_submissions(digests bytea[], keys text[], addressees text[], locked boolean) RETURNS TABLE (
    place bigint, id bigint, authority text, role text, account text, scopes text[], expires_at timestamptz,
    revoked_at timestamptz, used_at timestamptz, shift interval, frozen_at timestamptz, outside boolean, unused boolean,
    counters json, authorities text[], parties json, agreements json
) LANGUAGE plpgsql
SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH called AS MATERIALIZED (
        SELECT w.place, w.requested, w.key, c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at,
               c.used_at, c.shift, c.frozen_at, c.outside
          FROM unnest(digests, keys, addressees) WITH ORDINALITY AS w (digest, key, requested, place)
          JOIN caller c ON c.digest = w.digest AND c.revoked_at IS NULL
    )
    SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside,
           key IS NULL OR (claim_key(authority, key) AND NOT EXISTS (
               SELECT FROM idempotency i WHERE i.authority = called.authority AND i.key = called.key)) AS unused,
           (SELECT json_agg(l) FROM held_counters(
               ARRAY(SELECT x.authority FROM called x UNION SELECT x.requested FROM called x), locked) l) AS counters,
           (SELECT array_agg(json_build_object('code', code, 'kind', kind, 'country', country, 'name', name ->> 'ru',
                                               'zone', zone, 'reach', reach, 'since', since, 'until', until)::text)
              FROM entry WHERE code IN (called.authority, called.requested)) AS authorities,
           (SELECT json_agg(json_build_object('country', country, 'in_force_from', in_force_from, 'left_on', left_on))
              FROM party) AS parties,
           (SELECT json_agg(json_build_object('code', code, 'parties', parties, 'since', since, 'until', until))
              FROM agreement) AS agreements
      FROM called ORDER BY place;
END
$$;

-- What a batch of acts rests on. What is to be locked and is somebody else's is left out, so that no batch waits for it, and
-- what is long, so that none grows with it. Nothing is locked for a stranger.
CREATE FUNCTION for_acts(digests bytea[], keys text[], requests uuid[], locked boolean, longest int) RETURNS TABLE (
    place bigint, id bigint, authority text, role text, account text, scopes text[], expires_at timestamptz,
    revoked_at timestamptz, used_at timestamptz, shift interval, frozen_at timestamptz, outside boolean, unused boolean,
    document text, head bytea
) LANGUAGE plpgsql
SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH called AS MATERIALIZED (
        SELECT w.place, w.request, w.key, c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at,
               c.used_at, c.shift, c.frozen_at, c.outside
          FROM unnest(digests, keys, requests) WITH ORDINALITY AS w (digest, key, request, place)
          JOIN caller c ON c.digest = w.digest AND c.revoked_at IS NULL
    )
    SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside,
           key IS NULL OR (claim_key(authority, key) AND NOT EXISTS (
               SELECT FROM idempotency i WHERE i.authority = called.authority AND i.key = called.key)) AS unused,
           l.document, l.head
      FROM called JOIN LATERAL held_request(called.request, locked) l ON length(l.document) <= longest ORDER BY place;
END
$$;
GRANT EXECUTE ON FUNCTION for_submissions(bytea[], text[], text[], boolean), for_acts(bytea[], text[], uuid[], boolean, int)
    TO exchange_app;
