"""Drafts: locked and loaded with their steps, listed, and counted where they wait for a signature."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from exchange.core.drafting import Draft, Step
from exchange.store.database import Connection
from schemas.vocabulary import ActKind, DraftState, DraftStep

SELECT_LOCKED = "SELECT id FROM draft WHERE id = $1 AND authority = $2 FOR UPDATE"

SELECT_ONE = """
SELECT d.id, d.authority, d.kind, d.request, r.number, d.about, d.body, d.version, d.state, d.made_at, d.changed_at,
       d.signed_by, d.digest, d.became, d.seq,
       (SELECT json_agg(json_build_object('number', s.number, 'step', s.step, 'who', s.who, 'role', s.role, 'at', s.at,
                                          'remarks', s.remarks) ORDER BY s.number)
          FROM draft_step s WHERE s.draft = d.id) AS steps
  FROM draft d LEFT JOIN request r ON r.id = d.request
 WHERE d.id = $1 AND d.authority = $2
"""

# Looked for in the text as it is written: a half-written body may hold what PostgreSQL does not take as JSON.
SELECT_PAGE = """
SELECT d.id, d.kind, d.request, r.number, d.about, d.version, d.state, d.made_at, d.changed_at,
       coalesce(r.submitted ->> 'handling' = 'official_use',
                d.body LIKE '%"handling": "official_use"%') AS official_use,
       (SELECT array_agg(DISTINCT s.who) FROM draft_step s WHERE s.draft = d.id AND s.step = 'saved') AS authors
  FROM draft d LEFT JOIN request r ON r.id = d.request
 WHERE d.authority = $1
   AND ($2::text[] IS NULL OR d.state = ANY($2))
   AND ($3::text IS NULL OR d.kind = $3)
   AND ($4::uuid IS NULL OR d.request = $4)
   AND (d.changed_at, d.id) < ($5::timestamptz, $6::uuid)
 ORDER BY d.changed_at DESC, d.id DESC
 LIMIT $7
"""

SELECT_WAITING = """
SELECT count(*) FROM draft d
 WHERE d.authority = $1 AND d.state = 'for_signature' AND d.kind = ANY($3)
   AND NOT EXISTS (SELECT FROM draft_step s WHERE s.draft = d.id AND s.step = 'saved' AND s.who = $2)
"""

INSERT_DRAFT = """
INSERT INTO draft (id, authority, kind, request, about, body, version, state, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, 'drafting', $7, $7)
"""

INSERT_STEP = """
INSERT INTO draft_step (draft, number, step, who, role, at, remarks, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

UPDATE_WORDS = "UPDATE draft SET about = $2, body = $3, version = $4, changed_at = $5 WHERE id = $1"

UPDATE_STATE = """
UPDATE draft SET state = $2, version = $3, changed_at = $4, signed_by = $5, digest = $6, became = $7, seq = $8
 WHERE id = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One draft of a list."""

    id: UUID
    kind: str
    request: UUID | None
    number: str | None
    about: str
    official_use: bool
    version: int
    state: str
    made_at: datetime
    changed_at: datetime
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of drafts is asked for; None asks for all. `after` is where the last page ended."""

    states: tuple[DraftState, ...] | None
    kind: ActKind | None
    request: UUID | None
    after: tuple[datetime, UUID]
    limit: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a draft became: who put the authority's name to which bytes (SHA-256, hex), and which entry they are."""

    signed_by: str
    digest: str
    became: UUID
    seq: int


async def load(conn: Connection, draft: UUID, authority: str) -> Draft | None:
    """Load an authority's draft; None when it is not there, or another's."""
    return _draft(await conn.fetchrow(SELECT_ONE, draft, authority))


async def lock(conn: Connection, draft: UUID, authority: str) -> Draft | None:
    """Lock an authority's draft, then load what stands then; None when it is not there, or another's."""
    if await conn.fetchval(SELECT_LOCKED, draft, authority) is None:
        return None
    return await load(conn, draft, authority)


async def page(conn: Connection, authority: str, wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of an authority's drafts, the last changed first."""
    states = None if wanted.states is None else list(wanted.states)
    rows = await conn.fetch(SELECT_PAGE, authority, states, wanted.kind, wanted.request, *wanted.after, wanted.limit)
    return tuple(Line(**{**row, "authors": tuple(row["authors"] or ())}) for row in rows)


async def waiting(conn: Connection, authority: str, who: str, kinds: Sequence[ActKind]) -> int:
    """Count the drafts of these kinds that wait for a signature and bear no words of this person."""
    found: int = await conn.fetchval(SELECT_WAITING, authority, who, list(kinds))
    return found


async def add(
    conn: Connection,
    draft: UUID,
    authority: str,
    kind: ActKind,
    request: UUID | None,
    about: str,
    body: str,
    at: datetime,
) -> None:
    """Keep a new draft; its first step is the caller's to add."""
    await conn.execute(INSERT_DRAFT, draft, authority, kind, request, about, body, at)


async def add_step(conn: Connection, draft: UUID, step: Step, body: str | None = None) -> None:
    """Write down what was done; a saved step keeps the words that it left."""
    await conn.execute(INSERT_STEP, draft, step.number, step.step, step.who, step.role, step.at, step.remarks, body)


async def set_words(conn: Connection, draft: UUID, about: str, body: str, step: Step) -> None:
    """Put new words over the old ones."""
    await conn.execute(UPDATE_WORDS, draft, about, body, step.number, step.at)


async def set_state(
    conn: Connection, draft: UUID, state: DraftState, step: Step, outcome: Outcome | None = None
) -> None:
    """Move a draft on."""
    became = (outcome.signed_by, outcome.digest, outcome.became, outcome.seq) if outcome else (None,) * 4
    await conn.execute(UPDATE_STATE, draft, state, step.number, step.at, *became)


def _draft(row: Record | None) -> Draft | None:
    if row is None:
        return None
    found: Mapping[str, Any] = {name: value for name, value in row.items() if name != "steps"}
    return Draft(
        **{
            **found,
            "kind": ActKind(row["kind"]),
            "state": DraftState(row["state"]),
            "steps": tuple(
                Step(**{**step, "step": DraftStep(step["step"]), "at": datetime.fromisoformat(step["at"])})
                for step in json.loads(row["steps"] or "[]")
            ),
        }
    )
