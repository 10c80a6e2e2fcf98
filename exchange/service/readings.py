"""The profiles that requests pinned, each read once for as long as the process lives."""

from exchange.core.errors import NodeError
from exchange.core.scene import Reading
from exchange.profiles import reading_of
from exchange.store import profiles
from exchange.store.database import Connection


class Readings:
    """Finds a profile by the digest of its bytes: among those known, else in the database.

    Another process may have pinned a profile that came after this one began.
    """

    def __init__(self, *known: Reading) -> None:
        self._known = {reading.ref.digest: reading for reading in known}

    async def of(self, conn: Connection, digest: str) -> Reading:
        """Return the reading of a profile; raise NodeError when the database lacks it or holds another in its place."""
        if digest not in self._known:
            source = await profiles.source(conn, digest)
            if source is None:
                raise NodeError(f"the profile {digest} is missing from the database: restore it from a back-up")
            reading = reading_of(source)
            if reading.ref.digest != digest:
                raise NodeError(f"the profile {digest} is another one in the database: restore it from a back-up")
            self._known[digest] = reading
        return self._known[digest]
