"""Fills a database with open obligations: copies of one real request, spread over authorities, dates and states."""

from random import Random
from typing import Final
from uuid import UUID

import asyncpg

from bench.load import Call, drive
from bench.office import PAIRS, Office
from bench.processes import Server

CHUNK: Final = 50_000

# A few ways between authorities carry most of the requests. Of the execution duties 5 % are overdue, by up to 200
# days; 5 % are suspended; the others fall due within the 30 days that the Protocol gives.
MAKE_SPREAD = """
CREATE TEMPORARY TABLE spread AS
WITH drawn AS (
    SELECT n, 1 + floor(120 * power(random(), 1.7))::int AS way, random() AS fate, random() AS share
      FROM generate_series($1::int, $2::int) AS n
)
SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id, n, ($3::text[])[way] AS requesting,
       a.code AS holder, a.zone, fate < 0.05 AS suspended,
       jsonb_build_object('code', a.code, 'kind', a.kind, 'name', a.name ->> 'ru', 'zone', a.zone, 'reach', a.reach,
                          'country', a.country) AS holder_ref,
       date_trunc('day', now()) + interval '1 day' * CASE WHEN fate < 0.05 THEN 10
           WHEN fate < 0.10 THEN -floor(200 * power(share, 2)) ELSE 1 + floor(30 * share) END AS due_at
  FROM drawn JOIN authority a ON a.code = ($4::text[])[way]
"""

DROP_SPREAD = "DROP TABLE spread"

INSERT_REQUESTS = """
INSERT INTO request (id, requesting, holder, state, number, received_number, reference, seq, head, profile, submitted,
                     snapshot, words)
SELECT s.id, s.requesting, s.holder, r.state, s.requesting || '/2026/O-' || s.n, s.holder || '/2026/I-' || s.n,
       '12/' || s.n, r.seq, r.head, r.profile, r.submitted || jsonb_build_object('requested_authority', s.holder),
       r.snapshot || jsonb_build_object('id', s.id, 'holder', s.holder_ref), r.words
  FROM spread s CROSS JOIN request r WHERE r.id = $1
"""

INSERT_PARTICIPANTS = """
INSERT INTO participant (authority, request, box, state, urgent, due_at, due_zone, due_kind, suspended)
SELECT side.code, s.id, side.box, r.state, false,
       CASE WHEN s.suspended THEN '9999-01-01Z' ELSE s.due_at END, CASE WHEN NOT s.suspended THEN s.zone END,
       CASE WHEN NOT s.suspended THEN 'execution' END, s.suspended
  FROM spread s CROSS JOIN request r,
       LATERAL (VALUES (s.requesting, 'out'), (s.holder, 'in')) AS side(code, box) WHERE r.id = $1
"""

# Each copy has the closed duty to redirect that goes with it; steps of the ladder lie in the future.
INSERT_OBLIGATIONS = """
INSERT INTO obligation (id, request, place, kind, authority, counterpart, state, zone, due_at, due_version,
                        next_step_at, detail)
SELECT replace(o.id, ($1::uuid)::text, s.id::text), s.id, o.place, o.kind, s.holder, s.requesting, w.state, s.zone,
       coalesce(w.due_at, '9999-01-01Z'), 1,
       CASE WHEN w.state = 'running' THEN greatest(w.due_at, now()) + interval '1 day' END,
       o.detail || jsonb_build_object(
           'id', replace(o.id, ($1::uuid)::text, s.id::text), 'authority', s.holder_ref, 'state', w.state,
           'due_at', to_char(w.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'due_on', to_char(w.due_at AT TIME ZONE 'UTC' - interval '1 day', 'YYYY-MM-DD'))
  FROM spread s CROSS JOIN obligation o, LATERAL (
       SELECT CASE WHEN o.kind <> 'execution' THEN o.state
                   WHEN s.suspended THEN 'suspended' ELSE 'running' END AS state,
              CASE WHEN o.kind <> 'execution' THEN s.due_at - interval '27 days'
                   WHEN NOT s.suspended THEN s.due_at END AS due_at) AS w
 WHERE o.request = $1
"""


# A million copies take minutes with every index and foreign key kept up row by row; all stands again in the end.
SELECT_UPKEEP = """
SELECT 'DROP INDEX ' || indexname AS undo, indexdef AS redo FROM pg_indexes
 WHERE schemaname = 'public' AND tablename IN ('request', 'participant', 'obligation')
   AND indexname NOT IN (SELECT conname FROM pg_constraint)
UNION ALL
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN ('request', 'participant', 'obligation')
"""

BULK: Final = {"synchronous_commit": "off", "maintenance_work_mem": "512MB"}


async def fill(server: Server, office: Office, number: int, seed: int) -> None:
    """Let the node take one request in, and copy it so many times; then let the planner know."""
    model = await model_of(server, office)
    conn = await asyncpg.connect(office.dsn, server_settings=dict(BULK))
    try:
        await conn.execute("SELECT setseed($1)", seed / 1000)
        upkeep = await conn.fetch(SELECT_UPKEEP)
        for each in upkeep:
            await conn.execute(each["undo"])
        for first in range(1, number + 1, CHUNK):
            last = min(first + CHUNK - 1, number)
            async with conn.transaction():
                await conn.execute(MAKE_SPREAD, first, last, [one for one, _ in PAIRS], [two for _, two in PAIRS])
                for insert in (INSERT_REQUESTS, INSERT_PARTICIPANTS, INSERT_OBLIGATIONS):
                    await conn.execute(insert, model, timeout=600)
                await conn.execute(DROP_SPREAD)
        for each in upkeep:
            await conn.execute(each["redo"], timeout=600)
        await conn.execute("VACUUM (ANALYZE)", timeout=600)
        await conn.execute("CHECKPOINT", timeout=600)
    finally:
        await conn.close()


async def model_of(server: Server, office: Office) -> UUID:
    """Submit and accept one request; return its id."""
    made: list[tuple[str, str]] = []

    def answered(call: Call, head: bytes, _body: bytes) -> None:
        made.append((location(head), call.about))

    await drive([server.port], office.submissions(1, PAIRS, Random(1)), connections=1, answered=answered)  # noqa: S311
    ((request, holder),) = made
    await drive([server.port], [office.act(request, holder, b'{"act": "accept"}')], connections=1)
    return UUID(request)


def location(head: bytes) -> str:
    """Return the id in an answer's Location."""
    at = head.lower().index(b"location:")
    return head[at:].split(b"\r\n", 1)[0].decode().rpartition("/")[2]
