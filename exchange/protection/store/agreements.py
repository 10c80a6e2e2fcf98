"""What two sides agree on beside a treaty, proposed by one and confirmed by the other; references stand locked."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from exchange.protection.core.notices import Notice
from exchange.protection.store.facts import AgreementFact, member
from exchange.store.database import Connection
from schemas.secrecy import AgreementKind, Channel

# Two who say the same for the first time at once come one after the other.
SELECT_CLAIM = "SELECT pg_advisory_xact_lock(hashtextextended('protection.agreement' || $1, 0))"

SELECT_ONE = """
SELECT id, kind, code, regime, sides, parties, channel, since, until, proposed_by, proposed_at, agreed_at, detail
  FROM protection.agreement WHERE kind = $1 AND code = $2
"""

SELECT_PAGE = """
SELECT id, kind, code, regime, sides, parties, channel, since, until, proposed_by, proposed_at, agreed_at, detail
  FROM protection.agreement
 WHERE kind = $1 AND ($2 = ANY(sides) OR (agreed_at IS NOT NULL AND $3 = ANY(parties))) AND code COLLATE "C" > $4
 ORDER BY code COLLATE "C" LIMIT $5
"""

INSERT_AGREEMENT = """
INSERT INTO protection.agreement (id, kind, code, regime, sides, parties, channel, since, until, proposed_by,
                                  proposed_at, agreed_at, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (kind, code) DO UPDATE
   SET regime = excluded.regime, sides = excluded.sides, parties = excluded.parties, channel = excluded.channel,
       since = excluded.since, until = excluded.until, proposed_by = excluded.proposed_by,
       proposed_at = excluded.proposed_at, agreed_at = excluded.agreed_at, detail = excluded.detail
 WHERE protection.agreement.agreed_at IS NULL
"""

INSERT_NOTICE = """
INSERT INTO protection.notice (body, sender, told, number, by, rule, made_at, next_try_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow(AgreementFact):
    """An agreement as it is kept, with who proposed it, and since when both sides say so."""

    proposed_by: str
    proposed_at: datetime
    agreed_at: datetime | None


async def claim(conn: Connection, kind: AgreementKind, code: str) -> AgreementRow | None:
    """Claim a code until the transaction ends, and return what stands under it."""
    await conn.execute(SELECT_CLAIM, f"{kind}\n{code}")
    row = await conn.fetchrow(SELECT_ONE, kind, code)
    return None if row is None else row_of(row)


async def page(
    conn: Connection, kind: AgreementKind, body: str, party: str, *, after: str, limit: int
) -> tuple[AgreementRow, ...]:
    """Return one page of the agreements of a body, and of those of its Party that count, by code."""
    return tuple(map(row_of, await conn.fetch(SELECT_PAGE, kind, body, party, after, limit)))


async def keep(conn: Connection, row: AgreementRow) -> None:
    """Keep an agreement as it is now; one that both sides confirmed is never changed."""
    await conn.execute(
        INSERT_AGREEMENT,
        row.id,
        row.kind,
        row.code,
        row.regime,
        sorted(row.sides),
        sorted(row.parties),
        row.channel,
        row.since,
        row.until,
        row.proposed_by,
        row.proposed_at,
        row.agreed_at,
        row.detail,
    )


async def tell(conn: Connection, notice: Notice, at: datetime) -> None:
    """Put a notice of an agreement into the outbox."""
    rest = (notice.number, notice.by, notice.rule, at)
    await conn.execute(INSERT_NOTICE, notice.to, notice.sender, notice.told, *rest)


def row_of(row: Record) -> AgreementRow:
    """Read an agreement; raise Tampered for a kind or a channel that is none."""
    channel = None if row["channel"] is None else member(Channel, row["channel"])
    sides, parties = frozenset(row["sides"]), frozenset(row["parties"])
    kind = member(AgreementKind, row["kind"])
    return AgreementRow(**{**row, "kind": kind, "channel": channel, "sides": sides, "parties": parties})
