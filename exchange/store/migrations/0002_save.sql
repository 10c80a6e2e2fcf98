-- One round trip writes a whole decision: `doc` is what exchange.store.decisions puts together.
CREATE FUNCTION save_decision(doc jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r jsonb := doc -> 'request';
    e jsonb;
    o jsonb;
    n jsonb;
    c record;
BEGIN
    IF (r ->> 'new')::boolean THEN
        INSERT INTO request (id, requesting, holder, state, number, received_number, reference, seq, head, profile,
                             submitted, snapshot, words)
        VALUES ((r ->> 'id')::uuid, r ->> 'requesting', r ->> 'holder', r ->> 'state', r ->> 'number',
                r ->> 'received_number', r ->> 'reference', (r ->> 'seq')::int, decode(r ->> 'head', 'hex'),
                r ->> 'profile', r -> 'submitted', r -> 'snapshot', to_tsvector('russian', r ->> 'words'));
    ELSE
        UPDATE request
           SET holder = r ->> 'holder', state = r ->> 'state', received_number = r ->> 'received_number',
               seq = (r ->> 'seq')::int, head = decode(r ->> 'head', 'hex'), snapshot = r -> 'snapshot'
         WHERE id = (r ->> 'id')::uuid;
    END IF;

    INSERT INTO authority (code, kind, country, name, zone, reach, address, since)
    SELECT a ->> 'code', a ->> 'kind', a ->> 'country', a -> 'name', a ->> 'zone', a ->> 'reach', a ->> 'address',
           (a ->> 'since')::date
      FROM jsonb_array_elements(doc -> 'bodies') a;

    INSERT INTO record (request, seq, act, author, at, recorded_at, jws, ruling, previous, digest)
    SELECT (r ->> 'id')::uuid, (x ->> 'seq')::int, x ->> 'act', x ->> 'author', (x ->> 'at')::timestamptz,
           (x ->> 'recorded_at')::timestamptz, x ->> 'jws', x ->> 'ruling',
           decode(x ->> 'previous', 'hex'), decode(x ->> 'digest', 'hex')
      FROM jsonb_array_elements(doc -> 'entries') x;

    INSERT INTO participant (authority, request, box, state, urgent, received_number, due_at, due_on, due_zone, due_kind,
                             suspended, former)
    SELECT p ->> 'authority', (r ->> 'id')::uuid, p ->> 'box', p ->> 'state', (p ->> 'urgent')::boolean,
           p ->> 'received_number', (p ->> 'due_at')::timestamptz, (p ->> 'due_on')::date, p ->> 'due_zone',
           p ->> 'due_kind', (p ->> 'suspended')::boolean,
           nullif(p -> 'former', 'null')
      FROM jsonb_array_elements(doc -> 'participants') p
        ON CONFLICT (authority, request) DO UPDATE
           SET state = excluded.state, received_number = excluded.received_number, due_at = excluded.due_at,
               due_on = excluded.due_on, due_zone = excluded.due_zone,
               due_kind = excluded.due_kind, suspended = excluded.suspended, former = excluded.former;

    INSERT INTO obligation (id, request, place, kind, authority, counterpart, steward, state, zone, due_at, due_version,
                            reminded_through, next_step_at, detail)
    SELECT x ->> 'id', (r ->> 'id')::uuid, (x ->> 'place')::int, x ->> 'kind', x ->> 'authority', x ->> 'counterpart', x ->> 'steward',
           x ->> 'state', x ->> 'zone', (x ->> 'due_at')::timestamptz, (x ->> 'due_version')::int,
           (x ->> 'reminded_through')::timestamptz, (x ->> 'next_step_at')::timestamptz, x -> 'detail'
      FROM jsonb_array_elements(doc -> 'obligations') x
        ON CONFLICT (id) DO UPDATE
           SET authority = excluded.authority, counterpart = excluded.counterpart, steward = excluded.steward,
               state = excluded.state, zone = excluded.zone, due_at = excluded.due_at,
               due_version = excluded.due_version, reminded_through = excluded.reminded_through,
               next_step_at = excluded.next_step_at, detail = excluded.detail;

    INSERT INTO outbox (kind, request, seq, authority, mailbox, data, made_at, next_try_at)
    SELECT 'act', (r ->> 'id')::uuid, (x ->> 'seq')::int, x ->> 'authority', 'authority', x -> 'data',
           (x ->> 'made_at')::timestamptz, (x ->> 'made_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'notices') x;

    -- Counters last, by code.
    FOR c IN SELECT x ->> 'authority' AS authority, x -> 'events' AS events, x ->> 'direction' AS direction,
                    (x ->> 'year')::int AS year, (x ->> 'number')::int AS number
               FROM jsonb_array_elements(doc -> 'counters') x ORDER BY x ->> 'authority' COLLATE "C"
    LOOP
        UPDATE counter
           SET event = event + jsonb_array_length(c.events),
               out_year = CASE WHEN c.direction = 'out' THEN c.year ELSE out_year END,
               out_number = CASE WHEN c.direction = 'out' THEN c.number ELSE out_number END,
               in_year = CASE WHEN c.direction = 'in' THEN c.year ELSE in_year END,
               in_number = CASE WHEN c.direction = 'in' THEN c.number ELSE in_number END
         WHERE authority = c.authority;
        INSERT INTO event (authority, number, request, seq, act, author, at, state)
        SELECT c.authority, counter.event - jsonb_array_length(c.events) + x.place, (r ->> 'id')::uuid,
               (x.value ->> 'seq')::int, x.value ->> 'act', x.value ->> 'author', (x.value ->> 'at')::timestamptz,
               x.value ->> 'state'
          FROM counter, jsonb_array_elements(c.events) WITH ORDINALITY AS x(value, place)
         WHERE counter.authority = c.authority;
        IF c.direction IS NOT NULL THEN
            INSERT INTO register (authority, year, direction, number, request)
            VALUES (c.authority, c.year, c.direction, c.number, (r ->> 'id')::uuid);
        END IF;
    END LOOP;
END
$$;

-- Locks a request, then loads it: two statements of one function, so that the second sees what the lock waited for.
-- `skip` returns nothing for a request that somebody else has locked.
CREATE FUNCTION lock_request(wanted uuid, skip boolean) RETURNS TABLE (document text, head bytea)
LANGUAGE plpgsql AS $$
BEGIN
    IF skip THEN
        PERFORM FROM request WHERE id = wanted FOR UPDATE SKIP LOCKED;
    ELSE
        PERFORM FROM request WHERE id = wanted FOR UPDATE;
    END IF;
    IF FOUND THEN
        RETURN QUERY SELECT request_document(r), r.head FROM request r WHERE r.id = wanted;
    END IF;
END
$$;

-- A request as exchange.core.request.Request reads it.
CREATE FUNCTION request_document(r request) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT (r.snapshot || jsonb_build_object('submitted', r.submitted, 'obligations', coalesce(
        (SELECT jsonb_agg(o.detail || jsonb_build_object('reminded_through', o.reminded_through) ORDER BY o.place)
           FROM obligation o WHERE o.request = r.id), '[]'::jsonb)))::text
$$;
