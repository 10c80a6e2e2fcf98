"""The registry as one signed file: a JSON document of its facts under the JWS (RFC 7515, Ed25519) of an authority.

A file is taken in whole or not at all, and taken in again it changes nothing. What it says is believed for the key
that signed it, which the operator names: the facts it brings are passed on to nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import TypeAdapter, ValidationError

from exchange.core import party_notices
from exchange.core.access import Actor
from exchange.core.errors import NodeError
from exchange.core.objections import Objection, object_to
from exchange.core.record import stamp
from exchange.core.rules import article
from exchange.seals import ALGORITHM, ActRegistry
from exchange.service import audit, notices_of_parties
from exchange.service.keys import Keyring
from exchange.service.notices_of_parties import Source, plain
from exchange.store import registry_notices
from exchange.store.database import Connection
from exchange.store.registry_notices import Written
from schemas.registry import AnyFact, Facts
from schemas.vocabulary import Deed, Role

FORMAT: Final = "assistance-exchange-registry"
VERSION: Final = 1
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a file."""

FACTS: Final[TypeAdapter[Facts]] = TypeAdapter(Facts)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file changed (or would change): the new facts, and how many were known already."""

    authority: str
    added: tuple[Written, ...]
    known: int


async def export(conn: Connection, keys: Keyring, actor: Actor, now: datetime) -> str:
    """Return all facts that the caller's authority may see, signed by it; raise KeysMissing."""
    facts = await registry_notices.facts(conn, actor.authority)
    await audit.note(conn, actor, Deed.EXPORTED, now, subject="registry", detail={"facts": len(facts)})
    return await sign(conn, keys, actor.authority, facts, now)


async def sign(conn: Connection, keys: Keyring, authority: str, facts: Sequence[dict[str, Any]], now: datetime) -> str:
    """Return facts as a file signed by an authority; raise NodeError with every fault, KeysMissing without a key."""
    document = {"format": FORMAT, "version": VERSION, "authority": authority, "made_at": stamp(now), "facts": facts}
    payload = json.dumps(document, ensure_ascii=False).encode()
    read(payload)
    await keys.have(conn, {authority})
    return keys.seal(authority, payload)


async def take_in(conn: Connection, keys: Keyring, file: bytes, trusted: bytes, now: datetime) -> Taken:
    """Take a file in; raise NodeError naming everything that is wrong with it, and then nothing may be kept.

    1. The trusted key signed it; 2. it is whole and well-formed; 3. each fact is new or known word for word, told once,
    and lawful beside what the registry holds.
    """
    document = read(proved(file, trusted))
    await registry_notices.hold(conn)
    source = Source(Actor(document.authority, Role.SYSTEM), sha256(file.strip()).hexdigest())
    held = await registry_notices.known(conn, [party_notices.key_of(fact) for fact in document.facts])
    told: set[str] = set()
    added: list[Written] = []
    faults: list[str] = []
    for place, fact in enumerate(document.facts):
        key = party_notices.key_of(fact)
        if key in held and held[key] == plain(fact) and key not in told:
            told.add(key)
            continue
        found = _contradictions(key, held, told, fact, document.authority)
        if not found:
            known = await notices_of_parties.known_of(conn, fact, None)
            found = list(party_notices.to_the_fact(fact, known, None, now))
            if not found:
                number = await registry_notices.next_number(conn)
                added.append(await notices_of_parties.write(conn, number, fact, known, source, now))
        told.add(key)
        faults += [_said(place, fact, objection) for objection in found]
    if faults:
        raise NodeError("the file is refused, nothing was changed:\n" + "\n".join(faults))
    await keys.make_missing(conn)
    return Taken(document.authority, tuple(added), len(document.facts) - len(added))


def proved(file: bytes, trusted: bytes) -> bytes:
    """Return what a file says, proved by a public key in JSON (RFC 7517); raise NodeError."""
    if len(file) > LARGEST:
        raise NodeError(f"the file is larger than {LARGEST} bytes")
    try:
        key = OKPKey.import_key(json.loads(trusted))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise NodeError("the trusted key is no public key in JSON (JWK, Ed25519)") from None
    known = ActRegistry(algorithms=[ALGORITHM])
    try:
        unproved = jws.extract_compact(file.strip(), registry=known)
        signer = unproved.headers().get("kid")
    except (JoseError, ValueError, TypeError, KeyError):
        raise NodeError("the file is no signed registry, or it is cut off") from None
    if signer != key.thumbprint():
        raise NodeError("the file is signed by a key that is not the trusted one")
    try:
        return jws.deserialize_compact(file.strip(), key, registry=known).payload
    except (JoseError, ValueError, TypeError):
        raise NodeError("the signature does not hold: the file was altered or cut off") from None


def read(payload: bytes) -> Facts:
    """Return the document that a file holds; raise NodeError naming every place that does not fit."""
    try:
        json.loads(payload, object_pairs_hook=_once)
        return FACTS.validate_json(payload)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_input=False)
        places = [f"{_place(error['loc'])}: {error['msg']}" for error in errors]
        raise NodeError("the file is no registry:\n" + "\n".join(places)) from None
    except (ValueError, RecursionError):
        raise NodeError("the file is no registry: it is not JSON, or a name comes twice") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _place(steps: tuple[int | str, ...]) -> str:
    return "/".join(str(step) for step in steps) or "document"


def _contradictions(
    key: str, held: dict[str, dict[str, Any]], told: set[str], fact: AnyFact, signer: str
) -> list[Objection]:
    """Object to a fact told twice, to one that the registry tells otherwise, and to others' domestic bodies."""
    if key in told:
        return [object_to("told_twice")]
    if key in held:
        return [object_to("told_otherwise", known=json.dumps(held[key], ensure_ascii=False))]
    if party_notices.is_domestic(fact, ()) and party_notices.subject_of(fact)[:3] != signer[:3]:
        return [object_to("domestic_of_others", "/authority")]
    return []


def _said(place: int, fact: AnyFact, objection: Objection) -> str:
    """Say which fact is objected to, why, and by which article."""
    about = f"facts/{place}{objection.pointer} ({fact.kind} {party_notices.subject_of(fact)})"
    return f"{about}: {objection.detail} ({article(objection.rule)})"
