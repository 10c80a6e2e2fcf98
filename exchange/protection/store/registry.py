"""The module's registry: bodies, the days of each regime's force for a Party, who is competent from when."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asyncpg import Record
from pydantic_core import to_json

from exchange.protection.core.scene import Binding, Body
from exchange.protection.store.facts import Belonging, Competence, Vouched, body_of
from exchange.store.database import Connection

INSERT_BODY = """
INSERT INTO protection.body (code, party, zone, office, legal_person, name, mailbox, language, sample, proof)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING true
"""

SELECT_HELD = """
SELECT code, party, zone, office, legal_person, name, mailbox, language, sample, proof FROM protection.body
 WHERE code = ANY($1)
"""

# What was read is what is changed: another who told of the same body meanwhile is not overwritten.
UPDATE_BODY = """
UPDATE protection.body SET zone = $2, name = $3::text::jsonb, mailbox = $4, language = $5, proof = $6
 WHERE code = $1 AND proof = $7 RETURNING true
"""

INSERT_BINDING = """
INSERT INTO protection.binding (regime, party, since, left_on, released_on, proof) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (regime, party, since) DO NOTHING RETURNING true
"""

SELECT_LOCKED = """
SELECT regime, party, since, left_on, released_on, proof FROM protection.binding
 WHERE regime = $1 AND party = $2 ORDER BY since FOR UPDATE
"""

UPDATE_BINDING = """
UPDATE protection.binding SET left_on = $4, released_on = $5, proof = $6
 WHERE regime = $1 AND party = $2 AND since = $3
"""

SELECT_NEXT = "SELECT nextval('protection.competent_id_seq')"

INSERT_COMPETENT = """
INSERT INTO protection.competent (id, regime, party, body, since, entry, proof) OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

# For whom somebody is competent under a regime; a later one comes by a dated entry.
SELECT_FILLED = "SELECT DISTINCT regime, party FROM protection.competent"

INSERT_PERSON = """
INSERT INTO protection.person (code, body, proof) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true
"""

SELECT_NAMES = """
SELECT code, coalesce(name ->> $2, name ->> 'ru', code) AS name FROM protection.body WHERE code = ANY($1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBody:
    """A body to be entered: what the law needs of it, its names by language, where its mail goes."""

    body: Body
    name: Mapping[str, str]
    mailbox: str | None
    language: str = "ru"
    sample: bool = False


async def add_body(conn: Connection, body: NewBody, proof: bytes) -> bool:
    """Enter a body, unless it is there; tell whether it was not."""
    law, name = body.body, _json(body.name)
    row = (law.code, law.party, law.zone, law.office, law.legal_person, name, body.mailbox, body.language, body.sample)
    return bool(await conn.fetchval(INSERT_BODY, *row, proof))


async def held(conn: Connection, codes: Iterable[str]) -> Mapping[str, Vouched[NewBody]]:
    """Return those of the bodies that are there, as they are."""
    return {row["code"]: Vouched(_body(row), row["proof"]) for row in await conn.fetch(SELECT_HELD, sorted(set(codes)))}


async def tell_body(conn: Connection, body: NewBody, proof: bytes, former: bytes) -> bool:
    """Write down what is told otherwise of a body that is there, under its former proof; tell whether it was."""
    told = (body.body.zone, _json(body.name), body.mailbox, body.language)
    return bool(await conn.fetchval(UPDATE_BODY, body.body.code, *told, proof, former))


async def names(conn: Connection, codes: Iterable[str], language: str) -> Mapping[str, str]:
    """Return what bodies are called in a language, in Russian where it has no name there."""
    return {row["code"]: row["name"] for row in await conn.fetch(SELECT_NAMES, sorted(set(codes)), language)}


async def add_binding(conn: Connection, binding: Binding, proof: bytes) -> bool:
    """Enter a binding, unless it is there; tell whether it was not."""
    return bool(await conn.fetchval(INSERT_BINDING, *_columns(binding), proof))


async def lock_bindings(conn: Connection, regime: str, party: str) -> tuple[Vouched[Binding], ...]:
    """Lock the bindings of a Party to a regime until the transaction ends; return them, the first one first."""
    return tuple(
        Vouched(Binding(row["regime"], row["party"], row["since"], row["left_on"], row["released_on"]), row["proof"])
        for row in await conn.fetch(SELECT_LOCKED, regime, party)
    )


async def end_binding(conn: Connection, binding: Binding, proof: bytes) -> None:
    """Write down the days on which a binding ends."""
    await conn.execute(UPDATE_BINDING, *_columns(binding), proof)


async def next_competence(conn: Connection) -> int:
    """Take the number of a competence that is to be entered."""
    number: int = await conn.fetchval(SELECT_NEXT)
    return number


async def add_competence(conn: Connection, row: Competence, proof: bytes) -> None:
    """Let a body be competent for a Party from a day on."""
    await conn.execute(INSERT_COMPETENT, row.id, row.regime, row.party, row.body, row.since, row.entry, proof)


async def filled(conn: Connection) -> frozenset[tuple[str, str]]:
    """Return the regimes and Parties for which somebody is competent, be it later."""
    return frozenset((row["regime"], row["party"]) for row in await conn.fetch(SELECT_FILLED))


async def add_person(conn: Connection, row: Belonging, proof: bytes) -> bool:
    """Enter a person, unless it is there; tell whether it was not. Whose it is then, whoever comes second reads."""
    return bool(await conn.fetchval(INSERT_PERSON, row.person, row.body, proof))


def _columns(binding: Binding) -> tuple[object, ...]:
    return binding.regime, binding.party, binding.since, binding.left_on, binding.released_on


def _json(name: Mapping[str, str]) -> str:
    return to_json(dict(name)).decode()


def _body(row: Record) -> NewBody:
    return NewBody(
        body=body_of(row),
        name=json.loads(row["name"]),
        mailbox=row["mailbox"],
        language=row["language"],
        sample=row["sample"],
    )
