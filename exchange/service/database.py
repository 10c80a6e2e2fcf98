"""What work that opens its own transactions stands on; `exchange.runtime` has it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from exchange.store.database import Connection


class Database(Protocol):
    """Lends connections; raises Unavailable when there is none, after a bounded wait."""

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection on which each statement stands by itself."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Open one transaction, committed when the block is left."""
