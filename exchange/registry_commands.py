"""What operators do with the registry as a file: found it, sign facts, write it out, take it in."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exchange.core.access import Actor
from exchange.core.deadlines import local_day
from exchange.core.designations import Authority
from exchange.core.errors import NodeError
from exchange.core.party_notices import Known
from exchange.operate import tell, with_runtime
from exchange.profiles import force
from exchange.runtime import Mode, Runtime
from exchange.service import notices_of_parties, registry_file
from exchange.service.notices_of_parties import Source
from exchange.settings import Settings
from exchange.store import designations, registry, registry_notices
from exchange.store.database import Connection
from schemas.registry import Designation, Names
from schemas.vocabulary import AuthorityKind, Country, FactKind, Reach, Role


class _Undone(Exception):
    """Ends a transaction of which nothing is to stay."""


@dataclass(frozen=True, slots=True)
class Office:
    """A node whose registry an operator works on while it need not serve."""

    settings: Settings = field(repr=False)
    mode: Mode | None
    data: Path

    def found(self, authority: str, name: str, zone: str, mailbox: str | None) -> int:
        """Enter the Secretariat into an empty registry: from then on it enters the rest."""

        async def work(runtime: Runtime) -> None:
            now = await runtime.now()
            body = _secretariat(authority, name, zone, mailbox, str(local_day(now, "UTC")))
            async with runtime.transaction() as conn:
                if not await registry_notices.begin(conn, 1):
                    raise NodeError("the registry is not empty: its Secretariat enters what is missing")
                source = Source(Actor(authority, Role.OPERATOR))
                await notices_of_parties.write(conn, 1, body, Known(force=force()), source, now)
                await runtime.desk.keys.make_missing(conn)
            tell(f"{authority} is entered; it has a key")

        with_runtime(self.settings, self.mode, self.data, work)
        return 0

    def outside(self, authority: str, name: str, zone: str, mailbox: str | None) -> int:
        """Enter a body that takes part in the protection module alone; no notice speaks of it, and no list names it."""

        async def work(runtime: Runtime) -> None:
            now = await runtime.now()
            body = _outside(authority, name, zone, mailbox, local_day(now, "UTC"))
            async with runtime.transaction() as conn:
                if (await designations.histories(conn, [authority])).get(authority):
                    raise NodeError(f"{authority} is in the registry already")
                await registry.add_authority(conn, body)
            tell(f"{authority} is entered for the protection module")

        with_runtime(self.settings, self.mode, self.data, work)
        return 0

    def key(self, authority: str) -> int:
        """Print an authority's public key, for those who are to trust its files."""

        async def work(runtime: Runtime) -> None:
            async with runtime.connection() as conn:
                await runtime.desk.keys.have(conn, {authority})
                tell(runtime.desk.keys.public(authority))

        with_runtime(self.settings, self.mode, self.data, work)
        return 0

    def sign(self, authority: str, file: Path) -> int:
        """Print facts that were written by hand as a file signed by an authority."""

        async def work(runtime: Runtime) -> None:
            now = await runtime.now()
            async with runtime.connection() as conn:
                tell(await registry_file.sign(conn, runtime.desk.keys, authority, facts, now))

        facts = _facts(_content(file))
        with_runtime(self.settings, self.mode, self.data, work)
        return 0

    def export(self, authority: str) -> int:
        """Print all facts that an authority may see as a file signed by it."""

        async def work(runtime: Runtime) -> None:
            now = await runtime.now()
            async with runtime.transaction() as conn:
                actor = Actor(authority, Role.OPERATOR)
                tell(await registry_file.export(conn, runtime.desk.keys, actor, now))

        with_runtime(self.settings, self.mode, self.data, work)
        return 0

    def take_in(self, file: Path, trust: Path, *, dry_run: bool) -> int:
        """Take a signed file in, or say what that would change."""

        async def work(runtime: Runtime) -> None:
            now = await runtime.now()
            try:
                async with runtime.transaction() as conn:
                    await _take_in(conn, runtime, content, trusted, now, dry_run=dry_run)
            except _Undone:
                tell("nothing was changed: --dry-run")

        content, trusted = _content(file), _content(trust)
        with_runtime(self.settings, self.mode, self.data, work)
        return 0


async def _take_in(
    conn: Connection, runtime: Runtime, content: bytes, trusted: bytes, now: Any, *, dry_run: bool
) -> None:
    taken = await registry_file.take_in(conn, runtime.desk.keys, content, trusted, now)
    verb = "would be entered" if dry_run else "entered"
    for one in taken.added:
        tell(f"{verb}: {one.kind} {one.subject} {one.day}")
    tell(f"{len(taken.added)} {verb}, {taken.known} known already; signed by {taken.authority}")
    if dry_run:
        raise _Undone


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NodeError(f"{path} cannot be read: {error.strerror}") from None


def _facts(content: bytes) -> list[dict[str, Any]]:
    """Return a list of facts written by hand; what is in them is looked at when they are signed."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise NodeError("the facts are not JSON") from None
    if not isinstance(found, list):
        raise NodeError("the facts are a JSON list")
    return found


def _outside(authority: str, name: str, zone: str, mailbox: str | None, since: date) -> Authority:
    """Return a body of the module alone; raise NodeError for a code of a state of the Protocol, or a wrong zone."""
    if authority[:3] in {f"{state}-" for state in Country}:
        raise NodeError(f"{authority} would be of a state of the Protocol: that state designates it by a notice")
    told = _secretariat(authority, name, zone, mailbox, str(since))
    return Authority(
        code=told.authority,
        kind=AuthorityKind.PROTECTION,
        country=None,
        name=told.name.model_dump(exclude_none=True),
        zone=told.zone,
        reach=told.reach,
        mailbox=told.mailbox,
        since=told.since,
    )


def _secretariat(authority: str, name: str, zone: str, mailbox: str | None, since: str) -> Designation:
    said = {
        "kind": FactKind.DESIGNATION.value,
        "authority": authority,
        "body": AuthorityKind.SECRETARIAT.value,
        "name": Names(ru=name).model_dump(exclude_none=True),
        "zone": zone,
        "reach": Reach.NODE.value,
        "mailbox": mailbox,
        "since": since,
    }
    try:
        return Designation.model_validate_json(json.dumps(said))
    except ValidationError as wrong:
        places = ", ".join(str(error["loc"][0]) for error in wrong.errors(include_url=False, include_input=False))
        raise NodeError(f"the body cannot be entered like this: {places}") from None
