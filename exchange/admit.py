"""What operators do at the command line about who may come in: tokens of programs, accounts of people."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from exchange.core.access import Actor
from exchange.core.errors import NodeError, NotThere, Refused
from exchange.operate import tell, with_runtime
from exchange.runtime import Mode, Runtime, new_token, token_digest
from exchange.service import accounts
from exchange.service import tokens as programs
from exchange.service.accounts import COMMAND
from exchange.settings import Settings
from exchange.store import registry, tokens
from exchange.store.database import Connection
from exchange.store.tokens import Token
from schemas.people import AccountChange, AccountWanted, ProgramTokenWanted
from schemas.vocabulary import Role

MANY: Final = 100
CHANGE: Final[TypeAdapter[AccountChange]] = TypeAdapter(AccountChange)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token that an operator asks for; `days` None: a year in production, for ever in a sandbox."""

    authority: str
    role: Role
    label: str
    days: int | None
    scopes: tuple[str, ...] = field(default=())
    bearer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person who is to have an account."""

    authority: str
    login: str
    name: str
    post: str
    role: Role


def create_token(settings: Settings, mode: Mode | None, data: Path, wanted: Wanted) -> int:
    """Make a token and print it once; only its digest is kept."""

    async def work(runtime: Runtime) -> None:
        token, now = new_token(runtime.mode), await runtime.now()
        async with runtime.transaction() as conn:
            asked = ProgramTokenWanted(
                label=wanted.label,
                role=wanted.role,
                scopes=wanted.scopes or None,
                days=wanted.days,
                bearer=wanted.bearer,
            )
            actor = await _operator(conn, wanted.authority, now)
            sandbox = runtime.mode is Mode.SANDBOX
            await programs.give_out(conn, actor, asked, token_digest(token), now, sandbox=sandbox)
        tell(token)

    with_runtime(settings, mode, data, _said(work))
    return 0


def list_tokens(settings: Settings, mode: Mode | None, data: Path) -> int:
    """List the tokens' particulars."""

    async def work(runtime: Runtime) -> None:
        async with runtime.connection() as conn:
            for token in await _every(conn):
                scopes = ",".join(token.scopes) if token.scopes else "all"
                tell(
                    f"{token.id}\t{token.authority}\t{token.role}\t{token.label}\t"
                    f"expires {_day(token.expires_at)}\trevoked {_day(token.revoked_at)}\t"
                    f"used {_day(token.used_at)}\tscopes {scopes}\tbearer {token.bearer or '-'}"
                )

    with_runtime(settings, mode, data, work)
    return 0


async def _every(conn: Connection) -> list[Token]:
    """Return the tokens of all authorities."""
    found: list[Token] = []
    while page := await tokens.every(conn, after=found[-1].id if found else 0, limit=MANY):
        found += page
    return found


def revoke_token(settings: Settings, mode: Mode | None, data: Path, number: int) -> int:
    """Revoke a token by its number."""

    async def work(runtime: Runtime) -> None:
        now = await runtime.now()
        async with runtime.transaction() as conn:
            held = await tokens.find(conn, number)
            if held is None or held.revoked_at is not None:
                raise NodeError("there is no such token, or it is revoked already")
            await programs.revoke(conn, Actor(held.authority, Role.OPERATOR, COMMAND), number, now)

    with_runtime(settings, mode, data, work)
    return 0


def create_account(settings: Settings, mode: Mode | None, data: Path, somebody: Somebody) -> int:
    """Open an account and print its one-time set-up code, which is kept nowhere."""

    async def work(runtime: Runtime) -> None:
        now, real = await runtime.now(), runtime.clock()
        async with runtime.transaction() as conn:
            asked = AccountWanted(login=somebody.login, name=somebody.name, post=somebody.post, role=somebody.role)
            actor = await _operator(conn, somebody.authority, now)
            sandbox = runtime.mode is Mode.SANDBOX
            made = await accounts.open_account(conn, actor, asked, now, real, sandbox=sandbox)
        if made.set_up is not None:
            tell(made.set_up.code)

    with_runtime(settings, mode, data, _said(work))
    return 0


def list_accounts(settings: Settings, mode: Mode | None, data: Path, authority: str) -> int:
    """List the accounts of an authority."""

    async def work(runtime: Runtime) -> None:
        now, real, after = await runtime.now(), runtime.clock(), ""
        async with runtime.connection() as conn:
            actor = await _operator(conn, authority, now)
            while True:
                found, following = await accounts.listed(conn, actor, real, after=after, limit=MANY)
                for one in found:
                    state = "disabled" if one.disabled else "ready" if one.ready or one.sample else "not set up"
                    tell(f"{one.login}\t{one.role}\t{one.name}\t{state}\tfailures {one.failures}")
                if following is None:
                    return
                after = following

    with_runtime(settings, mode, data, _said(work))
    return 0


def change_account(
    settings: Settings, mode: Mode | None, data: Path, authority: str, login: str, change: Mapping[str, str]
) -> int:
    """Change an account, also one of somebody who signs; a reset prints the new one-time set-up code."""

    async def work(runtime: Runtime) -> None:
        now, real = await runtime.now(), runtime.clock()
        async with runtime.transaction() as conn:
            actor = await _operator(conn, authority, now)
            sandbox = runtime.mode is Mode.SANDBOX
            wanted = CHANGE.validate_python(dict(change))
            made = await accounts.change(conn, actor, login, wanted, now, real, sandbox=sandbox)
        if made.set_up is not None:
            tell(made.set_up.code)

    with_runtime(settings, mode, data, _said(work))
    return 0


async def _operator(conn: Connection, authority: str, now: datetime) -> Actor:
    """Return whoever sits at the command line, as the operator of a known authority; raise NodeError."""
    if authority not in await registry.named(conn, [authority], now):
        raise NodeError("the registry knows no such authority")
    return Actor(authority, Role.OPERATOR, COMMAND)


def _said(work: Callable[[Runtime], Awaitable[None]]) -> Callable[[Runtime], Awaitable[None]]:
    """Say in a sentence what is wrong with what the operator typed."""

    async def told(runtime: Runtime) -> None:
        try:
            await work(runtime)
        except Refused as refusal:
            raise NodeError(" ".join(one.detail for one in refusal.objections)) from None
        except NotThere:
            raise NodeError("the authority has no such account") from None
        except ValidationError as wrong:
            raise NodeError(f"not accepted: {', '.join(_places(wrong))}") from None

    return told


def _places(wrong: ValidationError) -> list[str]:
    """Name the fields that do not fit, never their values."""
    errors: list[Any] = list(wrong.errors(include_url=False, include_input=False, include_context=False))
    return sorted({f"--{error['loc'][0]}" for error in errors if error["loc"]})


def _day(instant: datetime | None) -> str:
    return "never" if instant is None else instant.date().isoformat()
