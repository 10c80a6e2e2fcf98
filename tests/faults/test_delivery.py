"""Processes really killed between sending and marking, and schedulers that go on whatever fails."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import asyncpg
import pytest

from exchange.delivery.sink import Catch, Sink
from exchange.delivery.smtp import Mailer
from exchange.service.outbox import deliver_due
from exchange.service.sandbox import message_id
from exchange.service.work import Deliver
from exchange.store import jobs
from exchange.store import sandbox as store
from exchange.store.sandbox import SinkPlace, publish_sink
from exchange.work import Outcome
from scheduler import Job, Ticker
from tests.conftest import Database
from tests.service.node import Db, Node, open_node, post_over
from tests.service.office import NOW
from tests.waiting import until

ROOT = Path(__file__).parents[2]

SENDER = """
import asyncio, sys
from datetime import timedelta
import asyncpg
from exchange.delivery.smtp import Mailer
from exchange.service import sandbox
from exchange.service.outbox import deliver_due
from tests.service.node import Db, post_over

async def main():
    async with asyncpg.create_pool(sys.argv[1], min_size=1, server_settings={"role": "exchange_app"}) as pool:
        db = Db(pool)
        post = post_over(Mailer(lambda: sandbox.find_sink(db)), timedelta(hours=1))
        await deliver_due(db, post, await db.now())

asyncio.run(main())
"""


@pytest.fixture
async def node(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Node]:
    async with open_node(pool) as opened:
        yield opened


@asynccontextmanager
async def sink_of(node: Node, catch: Catch) -> AsyncIterator[Sink]:
    """Put another sink in the place of the node's."""
    sink = await Sink.start(catch)
    async with node.db.connection() as conn:
        await publish_sink(conn, SinkPlace(sink.port, sink.password, sink.certificate))
    try:
        yield sink
    finally:
        await sink.stop()


async def test_a_sender_killed_before_it_marked_sends_again_under_the_same_message_id(
    node: Node, database: Database
) -> None:
    await node.office.submit()
    caught: list[bytes] = []
    child: asyncio.subprocess.Process | None = None

    async def catch(recipient: str, raw: bytes) -> None:
        async with node.db.transaction() as conn:
            await store.catch(conn, recipient, message_id(raw), raw)
        caught.append(raw)
        if child is not None and len(caught) == 1:
            child.send_signal(signal.SIGKILL)
            await child.wait()

    async with sink_of(node, catch):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SENDER, database.dsn, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert await asyncio.wait_for(child.wait(), 20) == -signal.SIGKILL
        assert await node.rows("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL") == [(0,)]
        assert (await deliver_due(node.db, node.post, NOW)).sent == 0
        await node.db.pool.execute("UPDATE outbox SET leased_until = now() WHERE leased_until IS NOT NULL")
        assert (await deliver_due(node.db, node.post, NOW)).sent == 2
    told = [str(message_from_bytes(raw, policy=default)["Message-ID"]) for raw in caught]
    assert sorted(Counter(told).values()) == [1, 2]
    counted = Counter(mail.message_id for mail in await node.mails())
    assert sorted(counted.values()) == [1, 1]  # the mailbox knows a message that comes again


async def test_two_schedulers_of_which_one_is_stopped_tell_every_step_once(node: Node) -> None:
    await node.office.submit()
    others = [post_over(Mailer(node.post.mailer._find)) for _ in range(2)]
    remind = node.works[0]
    tickers = [Ticker([Job(remind, 0.02), Job(Deliver(node.db, post), 0.02)], node.db, now_of(node)) for post in others]
    for ticker in tickers:
        ticker.start()
    for days in range(0, 45, 5):
        await node.clock(to=NOW + timedelta(days=days))
        if days == 20:
            await tickers[0].stop()
    await tickers[1].stop()
    mails = await node.mails()
    told = Counter(
        (mail.notice.obligation, mail.notice.step, mail.to) for mail in mails if mail.notice and mail.notice.step
    )
    assert set(told.values()) == {1}
    assert len(told) == len(await node.rows("SELECT 1 FROM reminder"))
    assert [state.failures for ticker in tickers for state in ticker.states()] == [0] * 4
    for post in others:
        await post.mailer.close()


def now_of(node: Node) -> Callable[[], Awaitable[datetime]]:
    """Return what reads the node's clock."""

    async def now() -> datetime:
        return await node.db.now()

    return now


class Fragile:
    """Work that fails while it is told to."""

    name = "fragile"

    def __init__(self) -> None:
        self.fails = True
        self.runs = 0
        self.takes = 0.0
        self.ended = 0

    async def run(self, _now: datetime) -> Outcome:
        """Fail with words that may not be shown, or work for a while."""
        self.runs += 1
        if self.fails:
            raise RuntimeError("содержание запроса")
        await asyncio.sleep(self.takes)
        self.ended += 1
        return Outcome(did=True)

    async def next_at(self) -> datetime | None:
        """Return None."""
        return None


async def test_a_failing_job_rests_longer_and_longer_is_shown_and_comes_back(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("scheduler.ticker.FIRST_DELAY", 0.05)
    work = Fragile()
    ticker = Ticker([Job(work, 0.01)], node.db, now_of(node))
    ticker.start()
    await until(lambda: work.runs >= 4)
    async with node.db.connection() as conn:
        (state,) = await jobs.states(conn)
    assert state.failures >= 3
    assert state.last_error == "RuntimeError"
    assert state.next_try_at
    assert state.last_failure
    assert state.next_try_at - state.last_failure >= timedelta(seconds=0.2)
    work.fails = False
    await until(lambda: ticker.states()[0].last_success is not None)
    await ticker.stop()
    async with node.db.connection() as conn:
        (state,) = await jobs.states(conn)
    assert (state.failures, state.last_error, state.next_try_at) == (0, None, None)
    assert state.last_success
    assert "содержание" not in caplog.text


async def test_while_the_database_is_away_a_job_fails_in_memory_and_goes_on_after(
    node: Node, pool: "asyncpg.Pool[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.ticker.FIRST_DELAY", 0.02)
    away = asyncio.Event()

    class Cut(Db):
        """A database that is away for a while."""

        @asynccontextmanager
        async def connection(self) -> AsyncIterator[asyncpg.Connection]:
            if away.is_set():
                raise ConnectionRefusedError
            async with super().connection() as conn:
                yield conn  # type: ignore[misc]

        transaction = connection

    db = Cut(pool)
    ticker = Ticker([Job(node.works[0], 0.01)], db, db.now)
    away.set()
    ticker.start()
    await until(lambda: ticker.states()[0].failures >= 3)
    assert ticker.states()[0].last_error == "ConnectionRefusedError"
    away.clear()
    await until(lambda: ticker.states()[0].failures == 0)
    await ticker.stop()


async def test_a_stop_waits_for_the_job_that_runs(node: Node) -> None:
    work = Fragile()
    work.fails, work.takes = False, 0.3
    ticker = Ticker([Job(work, 0.01)], node.db, now_of(node))
    ticker.start()
    await until(lambda: work.runs == 1)
    await ticker.stop()
    assert (work.runs, work.ended) == (1, 1)
    await asyncio.sleep(0.05)
    assert work.runs == 1
    await ticker.stop()


async def test_a_job_that_does_not_end_is_cut_off(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.ticker.GRACE", 0.1)
    work = Fragile()
    work.fails, work.takes = False, 60.0
    ticker = Ticker([Job(work, 0.01)], node.db, now_of(node))
    ticker.start()
    await until(lambda: work.runs == 1)
    await asyncio.wait_for(ticker.stop(), 3)
    assert work.ended == 0
