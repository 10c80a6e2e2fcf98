"""The profiles that requests pinned, each read once for as long as the process lives."""

from collections.abc import Mapping

from exchange.core.errors import NodeError
from exchange.core.scene import Reading
from exchange.profiles import reading_of
from exchange.store import reminders
from exchange.store.database import Connection


class Readings:
    """Finds a profile by the digest of its bytes: among those known, else in the database."""

    def __init__(self, known: Mapping[str, Reading] | None = None) -> None:
        self._known = dict(known or {})

    async def of(self, conn: Connection, digest: str) -> Reading:
        """Return the reading of a profile; raise NodeError when the database lacks it."""
        if digest not in self._known:
            source = await reminders.profile(conn, digest)
            if source is None:
                raise NodeError(f"the profile {digest} is missing from the database: restore it from a back-up")
            self._known[digest] = reading_of(source)
        return self._known[digest]
