"""What operators do to the module's keys over its database: rotate them, wrap anew, see how much waits under which."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from exchange import keys_commands, opening, protecting
from exchange.core.errors import ModuleSealed, NodeError, Unavailable
from exchange.opening import Place
from exchange.operate import tell, with_place
from exchange.protection.content.provider import Owner, Version
from exchange.protection.module import Module
from exchange.protection.service import keys, ledger, renewing
from exchange.protection.service.renewing import Round
from exchange.protection.store import former, locked
from exchange.protection.store import ledger as store_ledger
from exchange.runtime import Mode
from exchange.serve import run
from exchange.settings import Settings
from exchange.store.pool import Pool, open_pool

AS_IT_SIGNS_IN: Final = "none"
"""The role of a connection that takes on none."""

ROUNDS: Final = 3
"""Most rounds of one command: the second sees that nothing is left, a third is for what was under way."""

TRIES: Final = 3
"""How often a step is tried; nothing of one that failed stands."""

PATIENCE: Final = timedelta(hours=24)
"""For how long nothing is met under a former version before it is destroyed."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The module with its keys open; `owner` is a pool of its schema's owner, None where the login is not."""

    module: Module
    owner: Pool | None = field(repr=False)


def rotate(settings: Settings, mode: Mode | None, data: Path, body: str | None = None) -> int:
    """Give every owner a new key, or those of one body, and wrap anew what was wrapped under the former ones."""

    async def work(seat: Seat) -> None:
        made, signing = await asyncio.to_thread(seat.module.provider.rotate_all, body), 0
        if seat.owner is not None:
            async with seat.owner.transaction() as conn:
                signing = await keys.rotate(conn, seat.module.safe, body)
        if body is not None and not made + signing:
            raise NodeError(f"{body} has no keys")
        tell(f"{made} new keys, {signing} new signing keys")
        if seat.owner is None:
            tell("the signing keys are the former ones: PROTECTION_MIGRATE_DATABASE_URL must sign in as the owner")
        await _wrapped_anew(seat)

    seated(settings, mode, data, work)
    return 0


def rewrap(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Go on wrapping anew where an earlier command ended, and destroy the former versions that are idle for a day."""
    seated(settings, mode, data, _wrapped_anew)
    return 0


def public(settings: Settings, mode: Mode | None, data: Path, body: str | None = None) -> int:
    """Print the bodies' public keys with their fingerprints, for those who compare them by another way."""

    async def work(seat: Seat) -> None:
        async with seat.module.pool.connection() as conn:
            found = await keys.published(conn, seat.module, body)
        for key in found:
            former = ", former" if key.former else ""
            use = "handed over under" if key.id is None else "seals with"
            tell(f"{key.body} {use} ({key.curve}{former})")
            named = {} if key.id is None else {"kid": key.id}
            tell(f"  {json.dumps({'kty': 'OKP', 'crv': key.curve, 'x': key.x, **named})}")
            tell(f"  SHA-256 {key.fingerprint}")
        if not found:
            tell(f"{body} has no keys" if body else "no keys yet")

    seated(settings, mode, data, work)
    return 0


def status(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Say which keys there are, and how much waits under which former version."""
    if not keys_commands.status(settings, mode, data):
        return 0
    if settings.protection.database_url is None:
        try:
            opening.require_node(settings, data)
        except NodeError as nothing:
            tell(f"what waits is not counted: {nothing}")
            return 0
    seated(settings, mode, data, _told)
    return 0


async def _wrapped_anew(seat: Seat) -> None:
    """Do rounds until nothing is met, and say how it goes on."""
    total = await _waiting(seat)
    tell(f"{total} wrapped under former versions")
    done = destroyed = broken = 0
    for _ in range(ROUNDS):
        going = await renewing.begin(seat.module, owner=seat.owner)
        while going is not None and not going.over:
            if await _stepped(going):
                tell(f"{done + going.renewed} of {max(total, done + going.renewed)} wrapped anew")
        if going is None:
            break
        done, destroyed, broken = done + going.renewed, destroyed + going.destroyed, going.broken
        if not going.renewed:
            break
    if destroyed:
        tell(f"{destroyed} former versions destroyed")
    if broken:
        tell(f"{broken} do not open, and keep their versions: `exchange verify` names them")
    if left := await _waiting(seat):
        tell(f"{left} wait: `exchange protection rewrap` as the owner of the schema goes on")


async def _stepped(going: Round) -> bool:
    """Do the next step, once more where acts that came at the same moment held it up."""
    for _ in range(TRIES):
        try:
            return await going.step()
        except ModuleSealed:
            raise
        except Unavailable as trouble:
            held_up = trouble
    raise NodeError(f"the database or the files cannot be used ({held_up}): `exchange protection rewrap` goes on")


async def _waiting(seat: Seat) -> int:
    found = await renewing.waiting(seat.module)
    return sum(found[version.id] for version in await renewing.versions_of(seat.module) if version.former)


async def _told(seat: Seat) -> None:
    """Say of each former version how much waits under it, or since when nothing does."""
    found = await renewing.waiting(seat.module)
    async with seat.module.pool.connection() as conn:
        known = await former.known(conn)
    for version in await renewing.versions_of(seat.module):
        if not version.former:
            continue
        name, number, noted = _name(version), found[version.id], known.get(version.id)
        if number or noted is None or noted.idle_since is None:
            tell(f"{name}: {number} wait")
        else:
            tell(f"{name}: idle, destroyed after {noted.idle_since + PATIENCE:%Y-%m-%dT%H:%M:%SZ}")
    await _of_registry(seat)
    gone = sum(each.destroyed_at is not None for each in known.values())
    tell(f"{gone} former versions destroyed")


async def _of_registry(seat: Seat) -> None:
    """Say how many changes the registry's ledger holds, and what operators accepted."""
    async with seat.module.pool.connection() as conn:
        last, accepted = await store_ledger.end(conn), await ledger.accepted(conn, seat.module)
    tell(f"registry: {last.seq} changes")
    for each in accepted:
        tell(f"accepted {each.at:%Y-%m-%dT%H:%M:%SZ} by {each.reference}: {each.trouble}")


def _name(version: Version) -> str:
    owner: Owner = version.owner
    mark = f" {owner.mark}" if owner.mark else ""
    kind = " for handing over" if version.exchange else ""
    return f"{owner.body or 'rows'}{mark}{kind}, former version {version.id.hex()}"


def seated(settings: Settings, mode: Mode | None, data: Path, work: Callable[[Seat], Awaitable[None]]) -> None:
    """Do a piece of work over the module with its keys open: in a database of its own, or in the node's."""
    named = settings.protection

    async def inside(place: Place, known: Mode, key: bytes) -> None:
        where = opening.module_place(place, settings, known)
        if where is None:
            raise NodeError("this node has no protection module: see EXCHANGE_PROTECTION")
        word = keys_commands.passphrase(settings, known) or (key.hex() if known is Mode.SANDBOX else None)
        async with _opened(settings, known, data, where, word) as seat:
            await work(seat)

    async def apart(where: Place) -> None:
        known = mode or Mode.PRODUCTION
        async with _opened(settings, known, data, where, keys_commands.passphrase(settings, known)) as seat:
            await work(seat)

    if named.database_url is None:
        opening.require_node(settings, data)
        with_place(settings, mode, data, inside)
    else:
        run(apart(Place(named.database_url, named.migrate_database_url or named.database_url)))


@asynccontextmanager
async def _opened(settings: Settings, mode: Mode, data: Path, where: Place, word: str | None) -> AsyncIterator[Seat]:
    if word is None:
        raise NodeError(keys_commands.NO_PASSPHRASE)
    async with protecting.open_module(where.app, settings, mode, data, word) as module:
        pool = await open_pool(where.owner, size=1, role=AS_IT_SIGNS_IN)
        try:
            async with pool.connection() as conn:
                owner = pool if await locked.may_lock_anew(conn) else None
            yield Seat(module, owner)
        finally:
            await pool.close()
