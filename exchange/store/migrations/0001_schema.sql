-- The open exchange. Case content stands only in request.submitted, request.snapshot, record.jws, participant.former,
-- obligation.detail and idempotency.answer: none of these columns is constrained, so no error quotes it.

CREATE TABLE node (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mode text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- Sandbox only: the node's clock is the real one plus `shift`, or stands at `frozen_at`.
CREATE TABLE sandbox_clock (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    shift interval NOT NULL,
    frozen_at timestamptz
);

CREATE TABLE sandbox_mail (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    recipient text NOT NULL,
    -- A message that comes again, since its sender died before it wrote down that it went, is the same message.
    message_id text,
    raw bytea NOT NULL,
    UNIQUE (message_id, recipient)
);

-- Where the sandbox's mail sink listens: the process that delivers is not always the one that catches.
CREATE TABLE sandbox_sink (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    port int NOT NULL,
    password text NOT NULL,
    certificate text NOT NULL
);

-- The registry.

CREATE TABLE party (
    country text PRIMARY KEY,
    in_force_from date NOT NULL,
    left_on date
);

CREATE TABLE authority (
    code text PRIMARY KEY,
    kind text NOT NULL,
    country text,
    name jsonb NOT NULL,
    zone text NOT NULL,
    reach text NOT NULL,
    mailbox text,
    head_mailbox text,
    -- The language of its mails.
    language text NOT NULL DEFAULT 'ru',
    address text,
    since date NOT NULL,
    until date
);

CREATE TABLE agreement (
    code text PRIMARY KEY,
    parties text[] NOT NULL,
    channel text NOT NULL,
    citation text NOT NULL,
    since date NOT NULL,
    until date
);

-- One row an authority, locked last and by code: its registers and its event feed have no gaps.
CREATE TABLE counter (
    authority text PRIMARY KEY REFERENCES authority,
    event bigint NOT NULL DEFAULT 0,
    out_year int NOT NULL DEFAULT 0,
    out_number int NOT NULL DEFAULT 0,
    in_year int NOT NULL DEFAULT 0,
    in_number int NOT NULL DEFAULT 0
);

CREATE TABLE authority_key (
    id text PRIMARY KEY,
    authority text NOT NULL REFERENCES authority,
    public text NOT NULL,
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX authority_key_of ON authority_key (authority, made_at DESC);

CREATE TABLE token (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    authority text NOT NULL REFERENCES authority,
    role text NOT NULL,
    label text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Treaty profiles as they were when a request pinned them.
CREATE TABLE profile (
    digest text PRIMARY KEY,
    id text NOT NULL,
    version text NOT NULL,
    source bytea NOT NULL
);

-- Requests and their record.

CREATE TABLE request (
    id uuid PRIMARY KEY,
    requesting text NOT NULL,
    holder text NOT NULL,
    state text NOT NULL,
    number text NOT NULL,
    received_number text,
    reference text NOT NULL,
    seq int NOT NULL,
    head bytea NOT NULL,
    profile text NOT NULL REFERENCES profile,
    submitted jsonb NOT NULL,
    snapshot jsonb NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX request_words ON request USING gin (words);

-- Who sees a request, in which box, and by what falls due first there; `due_at` is 9999-01-01 when nothing runs.
-- A former holder goes on seeing what stood at its redirect: `former` keeps that.
CREATE TABLE participant (
    authority text NOT NULL,
    request uuid NOT NULL REFERENCES request,
    box text NOT NULL,
    state text NOT NULL,
    urgent boolean NOT NULL,
    -- The number under which this authority may know the holder's receipt: its own where it held the request before.
    received_number text,
    due_at timestamptz NOT NULL,
    due_on date,
    due_zone text,
    due_kind text,
    suspended boolean NOT NULL,
    former jsonb,
    PRIMARY KEY (authority, request)
);
CREATE INDEX participant_due ON participant (authority, due_at, request);

-- Append-only: the application's role may insert and read.
CREATE TABLE record (
    request uuid NOT NULL REFERENCES request,
    seq int NOT NULL,
    act text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    jws text NOT NULL,
    ruling text NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (request, seq)
) WITH (toast_tuple_target = 8160); -- a seal is noise to a compressor: as long as it fits it stays in its row

-- The registers: one line for each number given.
CREATE TABLE register (
    authority text NOT NULL REFERENCES authority,
    year int NOT NULL,
    direction text NOT NULL,
    number int NOT NULL,
    request uuid NOT NULL REFERENCES request,
    PRIMARY KEY (authority, year, direction, number)
);

CREATE TABLE obligation (
    id text PRIMARY KEY,
    request uuid NOT NULL REFERENCES request,
    place int NOT NULL,
    kind text NOT NULL,
    authority text NOT NULL,
    counterpart text NOT NULL,
    steward text,
    state text NOT NULL,
    zone text NOT NULL,
    -- 9999-01-01 while suspended.
    due_at timestamptz NOT NULL,
    due_version int NOT NULL,
    reminded_through timestamptz,
    next_step_at timestamptz,
    detail jsonb NOT NULL
);
CREATE UNIQUE INDEX obligation_of_request ON obligation (request, place);
CREATE INDEX obligation_next_step ON obligation (next_step_at) WHERE next_step_at IS NOT NULL;
CREATE INDEX obligation_debtor ON obligation (authority, state, due_at, id);
CREATE INDEX obligation_counterpart ON obligation (counterpart, state, due_at, id);
CREATE INDEX obligation_steward ON obligation (steward, state, due_at, id) WHERE steward IS NOT NULL;

-- One line for each step of each due date and each addressee: it is told once, whatever restarts.
CREATE TABLE reminder (
    obligation text NOT NULL REFERENCES obligation,
    due_version int NOT NULL,
    step text NOT NULL,
    authority text NOT NULL,
    mailbox text NOT NULL,
    at timestamptz NOT NULL,
    late boolean NOT NULL,
    PRIMARY KEY (obligation, due_version, step, authority, mailbox)
);

-- Notices to send. Back-off (`next_try_at`) runs on the node's clock, leases on real time: a frozen clock ends none.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    request uuid NOT NULL REFERENCES request,
    seq int,
    obligation text REFERENCES obligation,
    due_version int,
    step text,
    authority text NOT NULL,
    mailbox text NOT NULL,
    data jsonb NOT NULL,
    message_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL,
    next_try_at timestamptz,
    tries int NOT NULL DEFAULT 0,
    leased_until timestamptz,
    sent_at timestamptz,
    dropped text,
    last_error text
);
CREATE INDEX outbox_waiting ON outbox (next_try_at, id) WHERE next_try_at IS NOT NULL;

CREATE TABLE event (
    authority text NOT NULL,
    number bigint NOT NULL,
    request uuid NOT NULL REFERENCES request,
    seq int NOT NULL,
    act text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (authority, number)
);

CREATE TABLE idempotency (
    authority text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    replays int NOT NULL DEFAULT 0,
    PRIMARY KEY (authority, key)
);
CREATE INDEX idempotency_made_at ON idempotency (made_at);

-- How the scheduler's jobs fare, for every process to see.
CREATE TABLE job (
    name text PRIMARY KEY,
    last_success timestamptz,
    failures int NOT NULL DEFAULT 0,
    last_failure timestamptz,
    last_error text,
    next_try_at timestamptz
);
