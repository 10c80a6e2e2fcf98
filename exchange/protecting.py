"""From the operator's settings to the protection module at work, within a node or in a process of its own."""

import asyncio
import ctypes
import logging
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from exchange.core.errors import KeysMissing, NodeError, Tampered, Unavailable
from exchange.profiles import secrecy
from exchange.protecting_work import Bodies
from exchange.protection.content.anchor import AnchorFile
from exchange.protection.content.file_provider import open_keys
from exchange.protection.content.keyfile import Cost
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.provider import KeyProvider
from exchange.protection.content.safe import Safe
from exchange.protection.content.vault import Vault, open_vault
from exchange.protection.core.scene import Law
from exchange.protection.gateway import CLOSED, Beside, Doors, Inside, open_watch
from exchange.protection.module import Module
from exchange.protection.service import seed
from exchange.protection.service.seed import SampleBody
from exchange.protection.store.schema import PROTECTION, ROLE
from exchange.runtime import Mode, Runtime, new_id, utc_now
from exchange.service import people, registry
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.pool import CLOSING_SECONDS, CONNECT_SECONDS, Pool, open_pool, told_as_unavailable
from schemas.vocabulary import Role

GATE: Final = "protection_gate"
FOLDER: Final = "protection"
LOG: Final = logging.getLogger(__name__)
PR_SET_DUMPABLE: Final = 4

QUICK: Final = Cost(passes=1, kibibytes=1024, lanes=1)
"""What a sandbox's passphrase costs: it is 256 random bits, which nobody guesses."""

CLEARED: Final = (Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD, Role.REGISTRAR, Role.SECRECY_OFFICER)
"""The sample people of a sandbox who are cleared."""


@dataclass(frozen=True, slots=True)
class Protecting:
    """The module as this process has it, and the doors by which the open exchange reaches it."""

    module: Module | None
    doors: Doors


async def bring_up_to_date(owner: str, mode: Mode) -> tuple[str, ...]:
    """Apply the module's missing migrations and return their names, with the schema; raise WrongMode, NodeError."""
    try:
        with told_as_unavailable():
            conn = await asyncpg.connect(owner, timeout=CONNECT_SECONDS, server_settings={"timezone": "UTC"})
            try:
                return tuple(f"protection/{name}" for name in await migrate.migrate(conn, mode, PROTECTION))
            finally:
                await conn.close(timeout=CLOSING_SECONDS)
    except Unavailable as trouble:
        raise NodeError(f"the module's database cannot be reached ({trouble}): see PROTECTION_DATABASE_URL") from None
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidCatalogNameError, ValueError) as trouble:
        raise NodeError(
            f"the module's database cannot be migrated ({type(trouble).__name__}): "
            "PROTECTION_MIGRATE_DATABASE_URL must sign in as its owner, who may make roles"
        ) from None


@asynccontextmanager
async def opened(app: str | None, settings: Settings, mode: Mode, key: bytes, data: Path) -> AsyncIterator[Protecting]:
    """Open what of the module belongs to this node; `app` signs in to its database, `key` is the node's own key."""
    wanted = settings.protection
    if wanted.way == "apart":
        pool = await _pool(wanted.database_url or "", settings.pool_size, GATE, idle=0)  # the node starts without it
        try:
            yield Protecting(None, Beside(pool))
        finally:
            await pool.close()
    elif app is None:
        yield Protecting(None, CLOSED)
    else:
        passphrase = wanted.passphrase or (key.hex() if mode is Mode.SANDBOX else None)
        async with open_module(app, settings, mode, data, passphrase) as module:
            yield Protecting(module, Inside(module, _new_id))


@asynccontextmanager
async def open_module(
    app: str, settings: Settings, mode: Mode, data: Path, passphrase: str | None
) -> AsyncIterator[Module]:
    """Open the module over its migrated database; without a passphrase its keys stay sealed. Raise NodeError."""
    provider = await open_provider(settings, mode, data, passphrase)
    async with AsyncExitStack() as stack:
        stack.callback(provider.forget)
        pool = await _pool(app, settings.pool_size, ROLE)
        stack.push_async_callback(pool.close)
        vault, safe = _vault(settings, data, pool, provider), Safe(provider)
        stack.callback(vault.close)
        await vault.folder.sweep()
        yield Module(
            pool=pool,
            law=law(),
            guard=open_watch().guard,
            provider=provider,
            safe=safe,
            vault=vault,
            ledger=Ledger(safe, AnchorFile(anchor_file(settings, data), safe)),
            sandbox=mode is Mode.SANDBOX,
        )


def keep_to_itself() -> None:
    """See that this process's memory is dumped for nobody, nor read by others of its user where that works."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


async def open_provider(settings: Settings, mode: Mode, data: Path, passphrase: str | None) -> KeyProvider:
    """Open the key file, or the token; a sandbox makes its own file. Raise NodeError for what does not open."""
    keep_to_itself()
    if settings.protection.library is not None and settings.protection.token is not None:
        return await _token(settings.protection.library, settings.protection.token, settings, data, passphrase)
    path, sandbox = key_file(settings, data), mode is Mode.SANDBOX
    cost = QUICK if sandbox and settings.protection.passphrase is None else None
    try:
        return await asyncio.to_thread(open_keys, path, passphrase, make=sandbox, cost=cost)
    except KeysMissing as trouble:
        raise KeysMissing(f"{trouble}: `exchange protection keys` makes the key file once") from None
    except Tampered:
        raise KeysMissing("the key file of the protection module is damaged: restore it") from None
    except Unavailable as trouble:
        raise NodeError(f"the key file of the protection module cannot be used ({trouble})") from None


async def _token(library: Path, token: str, settings: Settings, data: Path, pin: str | None) -> KeyProvider:
    """Open a hardware module."""
    try:
        from exchange.protection.content.pkcs11_provider import open_token
    except ImportError:
        raise NodeError("PROTECTION_TOKEN needs the extra `pkcs11`: install the package with it") from None
    try:
        return await asyncio.to_thread(open_token, library, token, key_file(settings, data), pin)
    except Unavailable as trouble:
        raise NodeError(f"the token of the protection module cannot be used ({trouble})") from None


def key_file(settings: Settings, data: Path) -> Path:
    """Return where the key file is."""
    return settings.protection.keys or data / f"{FOLDER}.keys"


def anchor_file(settings: Settings, data: Path) -> Path:
    """Return where the anchor of the registry is: beside the key file."""
    return key_file(settings, data).with_suffix(".anchor")


def law() -> Law:
    """Return the regimes, orders of release and calendars that come with the product."""
    regimes = {code: kept.value for code, kept in secrecy.regimes().items()}
    return Law(regimes, {code: kept.value for code, kept in secrecy.orders().items()}, secrecy.calendars())


async def furnish(module: Module, runtime: Runtime) -> None:
    """Tell the module of the registry's bodies; in a sandbox enter its sample registry and its cleared people."""
    try:
        if runtime.mode is Mode.SANDBOX:
            async with module.transaction() as conn:
                await seed.seed_sandbox(conn, module, samples())
        await Bodies(runtime, module).run(await runtime.now())
        if not module.provider.sealed:
            await module.ledger.anchor(module.pool)
    except Tampered as trouble:  # every call that rests on the registry is refused; the rest of the node goes on
        LOG.error("the registry of the protection module does not hold: %s", trouble)  # noqa: TRY400 - no fault of ours


def samples() -> tuple[SampleBody, ...]:
    """Return the sample bodies as the module has them, each with its cleared people."""
    return tuple(
        SampleBody(
            code=body.code,
            country=body.country,
            zone=body.zone,
            name=body.name,
            mailbox=body.mailbox,
            people=tuple(people.sample_login(body.code, role) for role in CLEARED),
        )
        for body in registry.samples()
    )


def _vault(settings: Settings, data: Path, pool: Pool, provider: KeyProvider) -> Vault:
    root = settings.protection.files or data / FOLDER
    try:
        return open_vault(pool, provider, files=root / "contents", keys=root / "keys")
    except Unavailable as trouble:
        raise NodeError(f"the folder of sealed contents cannot be used ({trouble}): see PROTECTION_FILES") from None


async def _pool(dsn: str, size: int, role: str, idle: int = 2) -> Pool:
    try:
        return await open_pool(dsn, size=size, role=role, idle=idle)
    except (Unavailable, asyncpg.PostgresError, ValueError) as trouble:
        raise NodeError(
            f"the module's database cannot be used ({type(trouble.__cause__ or trouble).__name__}): "
            f"PROTECTION_DATABASE_URL must sign in as a login that may become {role}"
        ) from None


def _new_id() -> UUID:
    return new_id(utc_now())
