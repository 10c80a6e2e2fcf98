"""How many SQL statements a call makes: every one that goes to the server is counted, BEGIN and COMMIT too."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from asyncpg.connection import LoggedQuery

from exchange.store.pool import Pool


class Recorder:
    """The statements of the pool's connections since it was last emptied."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, query: LoggedQuery) -> None:
        """Note one statement."""
        self.statements.append(" ".join(str(query.query).split()))

    def taken(self) -> list[str]:
        """Return what was noted, and begin anew."""
        noted, self.statements = self.statements, []
        return noted


@asynccontextmanager
async def recorded(pool: Pool) -> AsyncIterator[Recorder]:
    """Note every statement of a pool; all its connections are opened at once, so that none comes later unseen."""
    recorder = Recorder()
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(pool.connection()) for _ in range(pool.raw.get_max_size())]
        for each in connections:
            each.add_query_logger(recorder)
    yield recorder
    async with AsyncExitStack() as stack:
        for each in [await stack.enter_async_context(pool.connection()) for _ in range(pool.raw.get_max_size())]:
            each.remove_query_logger(recorder)
