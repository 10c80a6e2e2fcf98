"""How often signing in failed in a row, for an account and for an address; shared by all processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange.core.attempts import Counted
from exchange.store.database import Connection

INSERT_ATTEMPTS = """
INSERT INTO attempt (kind, subject, failures, last_at)
SELECT each.kind, each.subject, 0, $3 FROM unnest($1::text[], $2::text[]) AS each (kind, subject)
 ORDER BY each.kind, each.subject
    ON CONFLICT DO NOTHING
"""

SELECT_LOCKED = """
SELECT a.kind, a.subject, a.failures, a.last_at, a.closed_until
  FROM attempt a JOIN unnest($1::text[], $2::text[]) AS each (kind, subject)
       ON a.kind = each.kind AND a.subject = each.subject
 ORDER BY a.kind, a.subject FOR UPDATE OF a
"""

UPDATE_ATTEMPT = """
UPDATE attempt SET failures = $3, last_at = $4, closed_until = $5 WHERE kind = $1 AND subject = $2
"""

DELETE_OLD = """
DELETE FROM attempt a USING (
    SELECT kind, subject FROM attempt WHERE last_at < $1 ORDER BY last_at LIMIT 100 FOR UPDATE SKIP LOCKED
) old WHERE a.kind = old.kind AND a.subject = old.subject
"""

DELETE_OF_LOGIN = """
DELETE FROM attempt
 WHERE kind = $2 AND subject = $1
    OR kind = $3 AND subject IN (SELECT encode(digest, 'hex') FROM device WHERE account = $1)
"""

SELECT_OF_LOGINS = """
SELECT subject, failures, last_at, closed_until FROM attempt WHERE kind = $1 AND subject = ANY($2)
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """Failures in a row of one kind, and until when nothing is tried (None: something is)."""

    kind: Counted
    subject: str
    failures: int
    last_at: datetime
    closed_until: datetime | None


async def lock(conn: Connection, of: Mapping[Counted, str], at: datetime) -> tuple[Tried, ...]:
    """Lock what is counted until the transaction ends, by kind, and return it."""
    kinds, subjects = [str(kind) for kind in of], list(of.values())
    await conn.execute(INSERT_ATTEMPTS, kinds, subjects, at)
    return tuple(
        Tried(Counted(row["kind"]), row["subject"], row["failures"], row["last_at"], row["closed_until"])
        for row in await conn.fetch(SELECT_LOCKED, kinds, subjects)
    )


async def keep(conn: Connection, of: Tried) -> None:
    """Keep a new count."""
    await conn.execute(UPDATE_ATTEMPT, of.kind, of.subject, of.failures, of.last_at, of.closed_until)


async def forget(conn: Connection, before: datetime) -> None:
    """Forget some of the counts that nothing was added to since an instant."""
    await conn.execute(DELETE_OLD, before)


async def lift(conn: Connection, login: str) -> None:
    """Forget how often signing in to an account failed, anywhere and at its known browsers."""
    await conn.execute(DELETE_OF_LOGIN, login, Counted.LOGIN, Counted.DEVICE)


async def of_logins(conn: Connection, logins: Sequence[str], kind: Counted = Counted.LOGIN) -> dict[str, Tried]:
    """Return the counts of accounts, by login; one without failures has none."""
    rows = await conn.fetch(SELECT_OF_LOGINS, kind, list(logins))
    return {
        row["subject"]: Tried(kind, row["subject"], row["failures"], row["last_at"], row["closed_until"])
        for row in rows
    }
