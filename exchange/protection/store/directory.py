"""Every body that the module's registry knows, with its names."""

import json
from dataclasses import dataclass
from typing import Final

from exchange.protection.core.scene import Body
from exchange.protection.store.facts import Vouched, body_of
from exchange.store.database import Connection

SELECT_BODIES: Final = """
SELECT code, party, zone, office, legal_person, name, proof FROM protection.body ORDER BY code COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A body with its names by language."""

    body: Body
    names: dict[str, str]

    def name(self, language: str) -> str:
        """Return its name in a language, else the one in Russian; its code where it has none."""
        return self.names.get(language) or self.names.get("ru") or self.body.code


async def bodies(conn: Connection) -> tuple[Vouched[Listed], ...]:
    """Return all bodies, by code."""
    return tuple(
        Vouched(Listed(body_of(row), json.loads(row["name"])), row["proof"]) for row in await conn.fetch(SELECT_BODIES)
    )
