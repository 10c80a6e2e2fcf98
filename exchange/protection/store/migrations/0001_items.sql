-- The protection module. Whatever tells of a secret stands locked, as bytea, under the record key of its key provider;
-- in clear only ids, register numbers, states, codes of bodies, names of acts, sequences, digests, instants, kinds.

CREATE TABLE protection.house (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mode text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- The bodies' own signing keys for acts on items; the private part is locked.
CREATE TABLE protection.signing_key (
    id text PRIMARY KEY,
    body text NOT NULL,
    public text NOT NULL,
    locked bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
-- One that two processes make at once is made once.
CREATE UNIQUE INDEX signing_key_of_body ON protection.signing_key (body);

-- One register for each body and year.
CREATE TABLE protection.register (
    body text PRIMARY KEY,
    year int NOT NULL,
    number int NOT NULL
);

CREATE TABLE protection.item (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    originator text NOT NULL,
    state text NOT NULL,
    seq int NOT NULL,
    head bytea NOT NULL,
    registered_at timestamptz NOT NULL,
    -- The whole item as its record tells it, locked.
    snapshot bytea NOT NULL
);

-- The seal over an act and what was ruled with it, both locked; the digest is that of `exchange.core.record`.
CREATE TABLE protection.record (
    item uuid NOT NULL REFERENCES protection.item,
    seq int NOT NULL,
    act text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    jws bytea NOT NULL,
    ruling bytea NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (item, seq)
);

-- What a body is to an item, for lists; `due_at` is when it soonest owes something (9999-01-01 for nothing).
CREATE TABLE protection.participant (
    body text NOT NULL,
    item uuid NOT NULL REFERENCES protection.item,
    party text,
    made boolean NOT NULL,
    held boolean NOT NULL,
    awaiting boolean NOT NULL,
    asked boolean NOT NULL,
    number text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (body, item)
);
CREATE INDEX participant_due ON protection.participant (body, due_at, item);
CREATE INDEX participant_of_item ON protection.participant (item);
CREATE INDEX participant_party ON protection.participant (party, item);

-- What bodies owe: `number` is what the debtor knows the item by.
CREATE TABLE protection.duty (
    item uuid NOT NULL REFERENCES protection.item,
    kind text NOT NULL,
    subject int NOT NULL,
    body text NOT NULL,
    zone text NOT NULL,
    state text NOT NULL,
    number text NOT NULL,
    rule text NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    steps text[] NOT NULL,
    -- The moment of the next step at which its debtor is told again, and through which moment steps were told.
    next_step_at timestamptz,
    reminded_through timestamptz,
    PRIMARY KEY (item, kind, subject)
);
CREATE INDEX duty_next_step ON protection.duty (next_step_at) WHERE next_step_at IS NOT NULL;
CREATE INDEX duty_debtor ON protection.duty (body, state, due_at, item);

-- Notices to send: a register number, what to do, by when.
CREATE TABLE protection.notice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item uuid REFERENCES protection.item,
    body text NOT NULL,
    sender text NOT NULL,
    told text NOT NULL,
    number text NOT NULL,
    by timestamptz,
    rule text,
    -- A reminder's step; null for the notice of an act.
    step text,
    message_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL,
    next_try_at timestamptz,
    sent_at timestamptz,
    dropped text,
    tries int NOT NULL DEFAULT 0,
    leased_until timestamptz,
    last_error text
);
CREATE INDEX notice_waiting ON protection.notice (next_try_at, id) WHERE next_try_at IS NOT NULL;

-- Every reading of a content, and every one that was refused: who, on which grant, stands locked.
CREATE TABLE protection.access (
    id uuid PRIMARY KEY,
    item uuid NOT NULL REFERENCES protection.item,
    body text NOT NULL,
    at timestamptz NOT NULL,
    given boolean NOT NULL,
    detail bytea NOT NULL
);
CREATE INDEX access_of_item ON protection.access (item, at);

-- Answers kept under the keys of calls, each locked with the fingerprint of its call.
CREATE TABLE protection.idempotency (
    body text NOT NULL,
    key text NOT NULL,
    answer bytea NOT NULL,
    made_at timestamptz NOT NULL,
    replays int NOT NULL DEFAULT 0,
    PRIMARY KEY (body, key)
);
CREATE INDEX idempotency_made_at ON protection.idempotency (made_at);

-- One round trip writes a whole act: `doc` is what exchange.protection.store.saving puts together.
CREATE FUNCTION protection.save_act(doc jsonb, snapshot bytea, jws bytea, ruling bytea) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    i jsonb := doc -> 'item';
    e jsonb := doc -> 'entry';
BEGIN
    IF (i ->> 'new')::boolean THEN
        INSERT INTO protection.item (id, number, originator, state, seq, head, registered_at, snapshot)
        VALUES ((i ->> 'id')::uuid, i ->> 'number', i ->> 'originator', i ->> 'state', (e ->> 'seq')::int,
                decode(e ->> 'digest', 'hex'), (e ->> 'at')::timestamptz, save_act.snapshot);
    ELSE
        UPDATE protection.item t
           SET state = i ->> 'state', seq = (e ->> 'seq')::int, head = decode(e ->> 'digest', 'hex'),
               snapshot = save_act.snapshot
         WHERE t.id = (i ->> 'id')::uuid;
    END IF;

    INSERT INTO protection.record (item, seq, act, author, at, recorded_at, jws, ruling, previous, digest)
    VALUES ((i ->> 'id')::uuid, (e ->> 'seq')::int, e ->> 'act', e ->> 'author', (e ->> 'at')::timestamptz,
            (e ->> 'recorded_at')::timestamptz, save_act.jws, save_act.ruling, decode(e ->> 'previous', 'hex'),
            decode(e ->> 'digest', 'hex'));

    INSERT INTO protection.participant (body, item, party, made, held, awaiting, asked, number, due_at)
    SELECT p ->> 'body', (i ->> 'id')::uuid, p ->> 'party', (p ->> 'made')::boolean, (p ->> 'held')::boolean,
           (p ->> 'awaiting')::boolean, (p ->> 'asked')::boolean, p ->> 'number', (p ->> 'due_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'participants') p
        ON CONFLICT (body, item) DO UPDATE
           SET made = excluded.made, held = excluded.held, awaiting = excluded.awaiting, asked = excluded.asked,
               number = excluded.number, due_at = excluded.due_at;

    INSERT INTO protection.duty (item, kind, subject, body, zone, state, number, rule, started_at, due_at, closed_at,
                                 steps, next_step_at)
    SELECT (i ->> 'id')::uuid, x ->> 'kind', (x ->> 'subject')::int, x ->> 'body', x ->> 'zone', x ->> 'state',
           x ->> 'number', x ->> 'rule', (x ->> 'started_at')::timestamptz, (x ->> 'due_at')::timestamptz,
           (x ->> 'closed_at')::timestamptz, ARRAY(SELECT jsonb_array_elements_text(x -> 'steps')),
           (x ->> 'next_step_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'duties') x
        ON CONFLICT (item, kind, subject) DO UPDATE
           SET state = excluded.state, closed_at = excluded.closed_at, number = excluded.number,
               next_step_at = CASE WHEN excluded.state = 'running' THEN duty.next_step_at END;

    INSERT INTO protection.notice (item, body, sender, told, number, by, rule, made_at, next_try_at)
    SELECT (i ->> 'id')::uuid, n ->> 'body', n ->> 'sender', n ->> 'told', n ->> 'number', (n ->> 'by')::timestamptz,
           n ->> 'rule', (e ->> 'recorded_at')::timestamptz, (e ->> 'recorded_at')::timestamptz
      FROM jsonb_array_elements(doc -> 'notices') n;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'protection_app') THEN
        CREATE ROLE protection_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at this moment
END
$$;

-- This schema is for the module's role alone; the record, the accesses and the keys can only grow.
REVOKE ALL ON SCHEMA protection FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA protection FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA protection FROM PUBLIC;
GRANT USAGE ON SCHEMA protection TO protection_app;
GRANT SELECT ON protection.migration, protection.house TO protection_app;
GRANT SELECT, INSERT ON protection.record, protection.access, protection.signing_key TO protection_app;
GRANT SELECT, INSERT, UPDATE ON protection.item, protection.participant, protection.duty, protection.notice,
    protection.register TO protection_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON protection.idempotency TO protection_app;
GRANT EXECUTE ON FUNCTION protection.save_act(jsonb, bytea, bytea, bytea) TO protection_app;
-- Whoever owns the schema may act as the module's role: its connections do, migrations do not.
DO $$
BEGIN
    EXECUTE format('GRANT protection_app TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'an administrator has to grant the role protection_app to %', current_user;
END
$$;
