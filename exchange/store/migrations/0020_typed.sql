-- A decision comes as rows in their own types instead of one document that had to be taken apart: `save_decision` is what
-- it was, and what exchange.store.decisions puts together is the same, but for the form. Documents in it are jsonb.
CREATE TYPE saved_request AS (
    new boolean, id uuid, requesting text, holder text, state text, number text, received_number text, reference text,
    seq int, head bytea, profile text, submitted jsonb, snapshot jsonb, words text
);
CREATE TYPE saved_body AS (
    code text, kind text, country text, name jsonb, zone text, reach text, address text, since date
);
CREATE TYPE saved_entry AS (
    seq int, act text, author text, at timestamptz, recorded_at timestamptz, jws text, ruling text, previous bytea,
    digest bytea
);
CREATE TYPE saved_participant AS (
    authority text, box text, state text, urgent boolean, received_number text, due_at timestamptz, due_on date,
    due_zone text, due_kind text, suspended boolean, former jsonb
);
CREATE TYPE saved_obligation AS (
    id text, place int, kind text, authority text, counterpart text, steward text, state text, zone text,
    due_at timestamptz, due_version int, reminded_through timestamptz, next_step_at timestamptz, detail jsonb
);
CREATE TYPE saved_notice AS (seq int, authority text, made_at timestamptz, data jsonb);
-- `following` says how many events of the same authority come after this one in the same decision.
CREATE TYPE saved_event AS (
    authority text, following int, seq int, act text, author text, at timestamptz, state text
);
CREATE TYPE saved_count AS (authority text, events int, direction text, year int, number int);

DROP FUNCTION save_decision(jsonb);

-- One round trip writes a whole decision. `counts` come in the order in which counters are locked: by code.
CREATE FUNCTION save_decision(
    r saved_request, bodies saved_body[], entries saved_entry[], participants saved_participant[],
    obligations saved_obligation[], notices saved_notice[], events saved_event[], counts saved_count[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c saved_count;
BEGIN
    IF r.new THEN
        INSERT INTO request (id, requesting, holder, state, number, received_number, reference, seq, head, profile,
                             submitted, snapshot, words)
        VALUES (r.id, r.requesting, r.holder, r.state, r.number, r.received_number, r.reference, r.seq, r.head, r.profile,
                r.submitted, r.snapshot, to_tsvector('russian', r.words));
    ELSE
        UPDATE request
           SET holder = r.holder, state = r.state, received_number = r.received_number, seq = r.seq, head = r.head,
               snapshot = r.snapshot
         WHERE id = r.id;
    END IF;

    IF cardinality(bodies) > 0 THEN
        INSERT INTO authority (code, kind, country, name, zone, reach, address, since)
        SELECT x.code, x.kind, x.country, x.name, x.zone, x.reach, x.address, x.since FROM unnest(bodies) x;
    END IF;

    INSERT INTO record (request, seq, act, author, at, recorded_at, jws, ruling, previous, digest)
    SELECT r.id, x.seq, x.act, x.author, x.at, x.recorded_at, x.jws, x.ruling, x.previous, x.digest FROM unnest(entries) x;

    INSERT INTO participant (authority, request, box, state, urgent, received_number, due_at, due_on, due_zone, due_kind,
                             suspended, former)
    SELECT x.authority, r.id, x.box, x.state, x.urgent, x.received_number, x.due_at, x.due_on, x.due_zone, x.due_kind,
           x.suspended, x.former
      FROM unnest(participants) x
        ON CONFLICT (authority, request) DO UPDATE
           SET state = excluded.state, received_number = excluded.received_number, due_at = excluded.due_at,
               due_on = excluded.due_on, due_zone = excluded.due_zone,
               due_kind = excluded.due_kind, suspended = excluded.suspended, former = excluded.former;

    IF cardinality(obligations) > 0 THEN
        INSERT INTO obligation (id, request, place, kind, authority, counterpart, steward, state, zone, due_at,
                                due_version, reminded_through, next_step_at, detail)
        SELECT x.id, r.id, x.place, x.kind, x.authority, x.counterpart, x.steward, x.state, x.zone, x.due_at,
               x.due_version, x.reminded_through, x.next_step_at, x.detail
          FROM unnest(obligations) x
            ON CONFLICT (id) DO UPDATE
               SET authority = excluded.authority, counterpart = excluded.counterpart, steward = excluded.steward,
                   state = excluded.state, zone = excluded.zone, due_at = excluded.due_at,
                   due_version = excluded.due_version, reminded_through = excluded.reminded_through,
                   next_step_at = excluded.next_step_at, detail = excluded.detail;
    END IF;

    INSERT INTO outbox (kind, request, seq, authority, mailbox, data, made_at, next_try_at)
    SELECT 'act', r.id, x.seq, x.authority, 'authority', x.data, x.made_at, x.made_at FROM unnest(notices) x;

    -- Counters last, by code; what is numbered by them follows.
    FOREACH c IN ARRAY counts LOOP
        UPDATE counter
           SET event = event + c.events,
               out_year = CASE WHEN c.direction = 'out' THEN c.year ELSE out_year END,
               out_number = CASE WHEN c.direction = 'out' THEN c.number ELSE out_number END,
               in_year = CASE WHEN c.direction = 'in' THEN c.year ELSE in_year END,
               in_number = CASE WHEN c.direction = 'in' THEN c.number ELSE in_number END
         WHERE authority = c.authority;
        IF c.direction IS NOT NULL THEN
            INSERT INTO register (authority, year, direction, number, request)
            VALUES (c.authority, c.year, c.direction, c.number, r.id);
        END IF;
    END LOOP;

    INSERT INTO event (authority, number, request, seq, act, author, at, state)
    SELECT x.authority, k.event - x.following, r.id, x.seq, x.act, x.author, x.at, x.state
      FROM unnest(events) x JOIN counter k ON k.authority = x.authority;
END
$$;
GRANT EXECUTE ON FUNCTION save_decision(
    saved_request, saved_body[], saved_entry[], saved_participant[], saved_obligation[], saved_notice[], saved_event[],
    saved_count[]
) TO exchange_app;
