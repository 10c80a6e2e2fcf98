-- The module's registry, the people whom it lets near secrets, and what runs beside the items: releases, visits, dated
-- entries. References, purposes, documents, visitors, proposals and entries stand locked, as bytea.

CREATE TABLE protection.body (
    code text PRIMARY KEY,
    party text NOT NULL,
    zone text NOT NULL,
    office text,
    legal_person boolean NOT NULL DEFAULT false,
    name jsonb NOT NULL,
    mailbox text,
    -- The language of its mails.
    language text NOT NULL DEFAULT 'ru',
    sample boolean NOT NULL DEFAULT false
);

-- `left_on` is the first day on which a regime is not in force for a Party; `released_on` the first of no protection.
CREATE TABLE protection.binding (
    regime text NOT NULL,
    party text NOT NULL,
    since date NOT NULL,
    left_on date,
    released_on date,
    PRIMARY KEY (regime, party, since)
);

-- Who is competent for a Party from a day on, the last entered of a day counts; under an order of release it is the body
-- that gives the expert conclusion.
CREATE TABLE protection.competent (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    regime text NOT NULL,
    party text NOT NULL,
    body text NOT NULL REFERENCES protection.body,
    since date NOT NULL,
    -- The dated entry that it follows from, if one brought it.
    entry uuid
);
CREATE INDEX competent_since ON protection.competent (regime, party, since DESC, id DESC);

-- Means of encryption, channels and standing agreements: they count from `agreed_at` on. `sides` are the bodies that agree.
CREATE TABLE protection.agreement (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    code text NOT NULL,
    regime text NOT NULL,
    sides text[] NOT NULL,
    parties text[] NOT NULL,
    channel text,
    since date NOT NULL,
    until date,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    agreed_at timestamptz,
    detail bytea NOT NULL,
    UNIQUE (kind, code)
);

-- People by their logins, or by codes where they have no account; each belongs to one body.
CREATE TABLE protection.person (
    code text PRIMARY KEY,
    body text NOT NULL REFERENCES protection.body
);

CREATE TABLE protection.clearance (
    id uuid PRIMARY KEY,
    person text NOT NULL REFERENCES protection.person,
    body text NOT NULL,
    issuer text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    revoked_at timestamptz,
    made_at timestamptz NOT NULL,
    detail bytea NOT NULL
);
CREATE INDEX clearance_of_person ON protection.clearance (person);
CREATE INDEX clearance_of_body ON protection.clearance (body, id);

CREATE TABLE protection.access_grant (
    id uuid PRIMARY KEY,
    person text NOT NULL REFERENCES protection.person,
    body text NOT NULL,
    item uuid NOT NULL REFERENCES protection.item,
    since timestamptz NOT NULL,
    until timestamptz,
    revoked_at timestamptz,
    made_at timestamptz NOT NULL,
    detail bytea NOT NULL
);
CREATE INDEX access_grant_of_person ON protection.access_grant (person, item);
CREATE INDEX access_grant_of_body ON protection.access_grant (body, id);

-- Releases, visits and dated entries, each with its record beside it.
CREATE TABLE protection.proceeding (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    number text NOT NULL UNIQUE,
    author text NOT NULL,
    state text NOT NULL,
    seq int NOT NULL,
    head bytea NOT NULL,
    opened_at timestamptz NOT NULL,
    -- The whole proceeding as its record tells it, locked.
    snapshot bytea NOT NULL
);

-- Numbers of proceedings: one row for each body and kind.
CREATE TABLE protection.proceeding_register (
    body text NOT NULL,
    kind text NOT NULL,
    year int NOT NULL,
    number int NOT NULL,
    PRIMARY KEY (body, kind)
);

-- The seal over an act and what was ruled with it, both locked; the digest is that of `exchange.core.record`.
CREATE TABLE protection.proceeding_record (
    proceeding uuid NOT NULL REFERENCES protection.proceeding,
    seq int NOT NULL,
    act text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    jws bytea NOT NULL,
    ruling bytea NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (proceeding, seq)
);

-- Whose business a proceeding is.
CREATE TABLE protection.proceeding_body (
    body text NOT NULL,
    kind text NOT NULL,
    proceeding uuid NOT NULL REFERENCES protection.proceeding,
    PRIMARY KEY (body, kind, proceeding)
);

-- What bodies owe in a release; the columns are those of `protection.duty`.
CREATE TABLE protection.proceeding_duty (
    proceeding uuid NOT NULL REFERENCES protection.proceeding,
    kind text NOT NULL,
    body text NOT NULL,
    zone text NOT NULL,
    state text NOT NULL,
    number text NOT NULL,
    rule text NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    steps text[] NOT NULL,
    next_step_at timestamptz,
    reminded_through timestamptz,
    PRIMARY KEY (proceeding, kind)
);
CREATE INDEX proceeding_duty_next_step ON protection.proceeding_duty (next_step_at) WHERE next_step_at IS NOT NULL;
CREATE INDEX proceeding_duty_debtor ON protection.proceeding_duty (body, state, due_at, proceeding);

ALTER TABLE protection.notice ADD COLUMN proceeding uuid REFERENCES protection.proceeding;

-- One round trip writes a whole act: `doc` is what exchange.protection.store.proceedings puts together.
CREATE FUNCTION protection.save_proceeding(doc jsonb, snapshot bytea, jws bytea, ruling bytea) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    p jsonb := doc -> 'proceeding';
    e jsonb := doc -> 'entry';
    the_id uuid := (p ->> 'id')::uuid;
BEGIN
    IF (e ->> 'seq')::int = 1 THEN
        INSERT INTO protection.proceeding (id, kind, number, author, state, seq, head, opened_at, snapshot)
        VALUES (the_id, p ->> 'kind', p ->> 'number', e ->> 'author', p ->> 'state', 1, decode(e ->> 'digest', 'hex'),
                (e ->> 'at')::timestamptz, save_proceeding.snapshot);
    ELSE
        UPDATE protection.proceeding t
           SET state = p ->> 'state', seq = (e ->> 'seq')::int, head = decode(e ->> 'digest', 'hex'),
               snapshot = save_proceeding.snapshot
         WHERE t.id = the_id;
    END IF;

    INSERT INTO protection.proceeding_body (body, kind, proceeding)
    SELECT b, p ->> 'kind', the_id FROM jsonb_array_elements_text(doc -> 'bodies') b
        ON CONFLICT DO NOTHING;

    INSERT INTO protection.proceeding_record (proceeding, seq, act, author, at, recorded_at, jws, ruling, previous, digest)
    VALUES (the_id, (e ->> 'seq')::int, e ->> 'act', e ->> 'author', (e ->> 'at')::timestamptz,
            (e ->> 'recorded_at')::timestamptz, save_proceeding.jws, save_proceeding.ruling,
            decode(e ->> 'previous', 'hex'), decode(e ->> 'digest', 'hex'));

    INSERT INTO protection.proceeding_duty (proceeding, kind, body, zone, state, number, rule, started_at, due_at,
                                            closed_at, steps, next_step_at)
    SELECT the_id, x ->> 'kind', x ->> 'body', x ->> 'zone', x ->> 'state', p ->> 'number', x ->> 'rule',
           (x ->> 'started_at')::timestamptz, (x ->> 'due_at')::timestamptz, (x ->> 'closed_at')::timestamptz,
           ARRAY(SELECT jsonb_array_elements_text(x -> 'steps')), (x ->> 'next_step_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'duties') x
        ON CONFLICT (proceeding, kind) DO UPDATE
           SET state = excluded.state, due_at = excluded.due_at, closed_at = excluded.closed_at,
               -- A term that was counted again is reminded of again.
               next_step_at = CASE WHEN excluded.state <> 'running' THEN NULL
                                   WHEN excluded.due_at = proceeding_duty.due_at THEN proceeding_duty.next_step_at
                                   ELSE excluded.next_step_at END;

    INSERT INTO protection.notice (proceeding, body, sender, told, number, by, rule, made_at, next_try_at)
    SELECT the_id, n ->> 'body', n ->> 'sender', n ->> 'told', n ->> 'number', (n ->> 'by')::timestamptz, n ->> 'rule',
           (e ->> 'recorded_at')::timestamptz, (e ->> 'recorded_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'notices') n;
END
$$;

-- Records, clearances' and grants' particulars only grow; what ends is marked as ended.
REVOKE ALL ON ALL TABLES IN SCHEMA protection FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA protection FROM PUBLIC;
GRANT SELECT, INSERT ON protection.body, protection.competent, protection.person, protection.proceeding_record,
    protection.proceeding_body TO protection_app;
GRANT SELECT, INSERT, UPDATE ON protection.binding, protection.agreement, protection.proceeding,
    protection.proceeding_register, protection.proceeding_duty TO protection_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON protection.clearance, protection.access_grant TO protection_app;
GRANT EXECUTE ON FUNCTION protection.save_proceeding(jsonb, bytea, bytea, bytea) TO protection_app;
