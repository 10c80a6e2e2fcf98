"""Data keys wrapped anew, so that former versions of the keys that wrap them can be destroyed.

Each is wrapped anew in a transaction of its own, under a new name: what is not committed changes nothing, and the file
that was replaced is destroyed after the commit, by order, as whenever a key file is replaced. So a process may die
anywhere: every content still opens, and the next look goes on with what is left.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from exchange.core.errors import Tampered
from exchange.protection.content.keyfolder import KeyName
from exchange.protection.content.provider import ID_BYTES, VERSION, Owner, Version
from exchange.protection.content.vault import Vault
from exchange.protection.store import contents
from exchange.protection.store.contents import HELD

PLACES: Final = 256
"""In how many places the key files lie."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at one place did: under which former versions it met keys, how many it wrapped anew.

    `more`: it stopped before it had done all that it met. `broken` key files do not open.
    """

    met: frozenset[bytes]
    renewed: int
    broken: int
    more: bool


async def renew(vault: Vault, place: int, former: Mapping[bytes, Version], most: int) -> Looked:
    """Wrap anew at most so many of the data keys in a place that are wrapped under former versions."""
    met, renewed, broken = set[bytes](), 0, 0
    for name, head in await vault.run(vault.keys.heads, place):
        under = [former[each] for each in _ids(head) if each in former]
        if not under:
            continue
        if renewed == most:
            return Looked(frozenset(met), renewed, broken, more=True)
        met.update(version.id for version in under)
        try:
            renewed += await _renewed(vault, name, under)
        except Tampered:
            broken += 1
    return Looked(frozenset(met), renewed, broken, more=False)


async def waiting(vault: Vault) -> Counter[bytes]:
    """Count the key files by what may be the version that they are wrapped under."""
    found: Counter[bytes] = Counter()
    for place in range(PLACES):
        for _, head in await vault.run(vault.keys.heads, place):
            found.update(_ids(head))
    return found


async def _renewed(vault: Vault, name: KeyName, under: list[Version]) -> bool:
    """Wrap one data key anew; tell whether that was done: a file that no holder names is left to the sweep."""
    async with vault.pool.transaction() as conn:
        holding = await contents.lock_by_key(conn, name.content, name.key)
        if holding is None:
            return False
        new = KeyName(name.content, uuid4())
        version = next((each for each in under if each.exchange != (holding.state == HELD)), None)
        if version is None:
            return False
        if holding.state == HELD:
            await vault.run(vault.data.rewrap, name, new, Owner(holding.body, version.owner.mark))
        else:
            await vault.run(vault.data.hand_again, name, new, holding.body, holding.means)
        await vault.replaced(conn, holding, new)
        return True


def _ids(head: bytes) -> tuple[bytes, ...]:
    """Return what may be the version's id in the head of a key file: behind the mark of what is wrapped, or at once."""
    handed = head[:ID_BYTES]
    return (head[len(VERSION) :], handed) if head.startswith(VERSION) else (handed,)
