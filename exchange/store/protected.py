"""What requests refer to in the protection module, and whether the module was told that the reference stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

INSERT_USES = """
INSERT INTO protected_use (request, reference, item, number, made_at)
SELECT $1, u.reference, u.item, u.number, $5 FROM unnest($2::text[], $3::uuid[], $4::text[]) u (reference, item, number)
"""

SELECT_UNBOUND = "SELECT DISTINCT item FROM protected_use WHERE bound_at IS NULL LIMIT 100"

UPDATE_BOUND = "UPDATE protected_use SET bound_at = now() WHERE item = ANY($1) AND bound_at IS NULL"

SELECT_REFERRED = "SELECT DISTINCT item FROM protected_use WHERE item = ANY($1)"

SELECT_SOONEST = "SELECT min(made_at) FROM protected_use WHERE bound_at IS NULL"

SELECT_USES = "SELECT reference, item, number FROM protected_use WHERE request = $1 ORDER BY number"


SELECT_REQUESTS = "SELECT request, number FROM requests_of_item($1, $2)"


@dataclass(frozen=True, slots=True)
class Use:
    """A reference as a request bears it, the item that it names, and the item's register number."""

    reference: str
    item: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Referring:
    """A request that refers to an item, and the number by which whoever asks knows it."""

    request: UUID
    number: str


async def add(conn: Connection, request: UUID, uses: Iterable[Use], at: datetime) -> None:
    """Write down what a request refers to, in the transaction of its submission."""
    listed = list(uses)
    columns = [each.reference for each in listed], [each.item for each in listed], [each.number for each in listed]
    await conn.execute(INSERT_USES, request, *columns, at)


async def of_request(conn: Connection, request: UUID) -> tuple[Use, ...]:
    """Return what a request refers to."""
    return tuple(Use(row["reference"], row["item"], row["number"]) for row in await conn.fetch(SELECT_USES, request))


async def requests_of(conn: Connection, item: UUID, authority: str) -> tuple[Referring, ...]:
    """Return the requests that refer to an item, of those that an authority may see."""
    return tuple(Referring(**row) for row in await conn.fetch(SELECT_REQUESTS, authority, item))


async def unbound(conn: Connection) -> tuple[UUID, ...]:
    """Return some of the items that the module was not told of yet."""
    return tuple(row["item"] for row in await conn.fetch(SELECT_UNBOUND))


async def bound(conn: Connection, items: Collection[UUID]) -> None:
    """Write down that the module was told."""
    await conn.execute(UPDATE_BOUND, list(items))


async def referred(conn: Connection, items: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the items that a request refers to."""
    return frozenset(row["item"] for row in await conn.fetch(SELECT_REFERRED, list(items)))


async def soonest(conn: Connection) -> datetime | None:
    """Return the moment of the oldest reference that the module was not told of."""
    found: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return found
