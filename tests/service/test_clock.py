"""The sandbox's clock: forward only, every due moment at its own instant, nothing left when the call returns."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from exchange.core.errors import ClockRefused, Unavailable
from exchange.runtime import ROLE
from exchange.service import sandbox
from exchange.service.outbox import deliver_due
from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.service.sandbox import Wish
from exchange.store import sandbox as store
from exchange.store.pool import open_pool
from exchange.work import Outcome
from tests.conftest import PATIENCE, Database
from tests.service.node import Db, Node, open_node
from tests.service.office import NOW, URGENT
from tests.waiting import until

LEFT = """
SELECT (SELECT count(*) FROM obligation, node_now() n WHERE next_step_at <= n)
     + (SELECT count(*) FROM outbox WHERE next_try_at IS NOT NULL)
     + (SELECT count(*) FROM outbox WHERE leased_until > now())
"""


async def left(node: Node) -> int:
    """Return how much is due or claimed."""
    ((count,),) = await node.rows(LEFT)
    return int(count)


def moscow(month: int, day: int) -> datetime:
    """Return the instant at which a day of 2026 begins in Moscow."""
    return datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=3)


async def test_every_due_moment_is_worked_at_its_own_instant_in_order(node: Node) -> None:
    request = await node.office.submit()
    await node.office.act(request, "RU-MVD", "accept")
    clock = await node.clock(to=moscow(4, 20))
    assert (clock.now, clock.frozen) == (moscow(4, 20), True)
    steps = [(m.notice.step, m.at, m.to) for m in await node.mails() if m.notice and m.notice.kind == "reminder"]
    assert [(step, at) for step, at, _ in steps] == [
        ("-10d", moscow(3, 22)),
        ("-3d", moscow(3, 29)),
        ("-1d", moscow(3, 31)),
        *[("due", moscow(4, 1))] * 3,
        *[("+1d", moscow(4, 2))] * 2,
        *[("+7d", moscow(4, 8))] * 2,
        *[("+14d", moscow(4, 15))] * 2,
    ]
    assert await node.rows("SELECT DISTINCT late FROM reminder") == [(False,)]
    assert await left(node) == 0


async def test_p_6_4_hours_are_stopped_for_to_the_second(node: Node) -> None:
    await node.office.submit(urgent=URGENT, signatory=None)
    await node.clock(by=timedelta(days=4, hours=1))
    sent = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    at = {m.at for m in await node.mails() if m.notice and str(m.notice.obligation).endswith("confirmation")}
    assert sorted(at) == [sent + timedelta(hours=hours) for hours in (48, 66, 72, 96)]


async def test_it_does_not_go_back_and_the_same_instant_moves_nothing(node: Node) -> None:
    await node.clock(to=NOW + timedelta(days=1))
    assert (await node.clock(to=NOW + timedelta(days=1))).now == NOW + timedelta(days=1)
    for wish in ({"to": NOW + timedelta(days=1, microseconds=-1)}, {"by": timedelta(seconds=-1)}, {"to": NOW}):
        with pytest.raises(ClockRefused):
            await node.clock(**wish)
    async with node.db.connection() as conn:
        clock = await sandbox.read_clock(conn)
    assert (clock.now, clock.frozen, clock.moving) == (NOW + timedelta(days=1), True, False)


async def test_it_goes_no_further_than_the_last_year_whose_instants_are_taken(node: Node) -> None:
    last = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)
    await node.clock(to=last)
    for wish in ({"by": timedelta(seconds=1)}, {"to": last + timedelta(days=300)}):
        with pytest.raises(ClockRefused):
            await node.clock(**wish)
    async with node.db.connection() as conn:
        assert (await sandbox.read_clock(conn)).now == last
    await node.office.submit()


async def test_it_runs_on_from_where_it_was_put_and_stands_when_frozen(node: Node) -> None:
    target = NOW + timedelta(days=200)
    running = await node.clock(to=target, frozen=False)
    assert not running.frozen
    await asyncio.sleep(0.05)
    again = await node.clock(to=target)
    assert target + timedelta(milliseconds=40) < again.now < target + timedelta(seconds=5)
    with pytest.raises(ClockRefused):
        await node.clock(to=target - timedelta(seconds=2))
    async with node.db.connection() as conn:
        assert not (await sandbox.read_clock(conn)).frozen
    standing = await node.clock(frozen=True)
    assert standing.frozen
    assert (await node.clock()).now == standing.now > again.now


async def test_what_another_process_ticks_meanwhile_is_told_once_and_waited_for(node: Node, database: Database) -> None:
    requests = [await node.office.submit() for _ in range(4)]
    for request in requests[:2]:
        await node.office.act(request, "RU-MVD", "accept")
    async with asyncpg.create_pool(
        database.dsn, min_size=2, max_size=4, command_timeout=PATIENCE, server_settings={"role": "exchange_app"}
    ) as pool:
        other = type(node.db)(pool)
        stop = asyncio.Event()

        async def tick() -> None:
            readings = Readings()
            while not stop.is_set():
                now = await other.now()
                await remind_due(other, readings, now)
                await deliver_due(other, node.post, now)

        ticking = [asyncio.create_task(tick()) for _ in range(2)]
        await node.clock(to=moscow(5, 20))
        assert await left(node) == 0
        stop.set()
        await asyncio.gather(*ticking)
    mails = [(m.message_id, m.at) for m in await node.mails()]
    assert len({each for each, _ in mails}) == len(mails)
    due = await node.rows("SELECT message_id, made_at, sent_at FROM outbox WHERE kind = 'reminder'")
    assert due
    assert all(made == sent for _, made, sent in due)
    assert await node.rows("SELECT count(*) FROM reminder WHERE late") == [(0,)]


async def test_two_callers_move_it_one_after_the_other(node: Node) -> None:
    await node.office.submit()
    done = await asyncio.gather(*(node.clock(by=timedelta(days=10)) for _ in range(4)))
    assert {clock.now for clock in done} == {NOW + timedelta(days=10 * n) for n in range(1, 5)}
    assert await left(node) == 0
    mails = await node.mails()
    assert [mail.at for mail in mails] == sorted(mail.at for mail in mails)


async def test_a_call_cut_off_at_any_moment_leaves_nobody_the_turn(node: Node, database: Database) -> None:
    """The grant may have been made and not be known here yet; the node's own connections are not reset."""
    held = "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"
    db = await open_pool(database.dsn, size=4, role=ROLE)
    for steps in range(12):
        moving = asyncio.create_task(sandbox.move_clock(db, (), Wish(by=timedelta(hours=1))))
        for _ in range(steps):
            await asyncio.sleep(0)
            time.sleep(0.003)  # noqa: ASYNC251 - the database answers, and we do not listen
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        await until(lambda: node.db.pool.fetchval(held), 2)  # the database undoes it when it notices
        async with db.connection() as conn:
            assert not (await sandbox.read_clock(conn)).moving
    await db.close()


@pytest.mark.usefixtures("node")
async def test_a_turn_outlives_the_time_that_a_transaction_may_idle(database: Database) -> None:
    idle = {"role": "exchange_app", "idle_in_transaction_session_timeout": "100ms"}

    class Slow:
        """Work that takes longer than that, once."""

        name, runs = "slow", 0

        async def run(self, _now: datetime) -> Outcome:
            self.runs += 1
            await asyncio.sleep(0.3)
            return Outcome(did=self.runs == 1)

        async def next_at(self) -> datetime | None:
            return NOW if self.runs == 0 else None

    async with asyncpg.create_pool(database.dsn, min_size=2, max_size=4, server_settings=idle) as pool:
        assert (await sandbox.move_clock(Db(pool), (Slow(),), Wish(to=NOW + timedelta(hours=1)))).now > NOW


async def test_a_claim_of_a_process_that_died_is_waited_out(node: Node) -> None:
    await node.office.submit()
    await node.db.pool.execute("UPDATE outbox SET leased_until = now() + interval '0.5 seconds'")
    await node.clock(to=NOW)
    assert len(await node.mails()) == 2
    assert await left(node) == 0


async def test_while_the_relay_is_down_every_try_is_made_at_its_own_instant(node: Node) -> None:
    await node.office.submit()
    port = (await node.rows("SELECT port FROM sandbox_sink"))[0][0]
    await node.db.pool.execute("UPDATE sandbox_sink SET port = 1")
    await node.clock(to=NOW + timedelta(minutes=10))
    assert {row[0] for row in await node.rows("SELECT tries FROM outbox")} <= {5, 6}
    await node.db.pool.execute("UPDATE sandbox_sink SET port = $1", port)
    await node.clock(to=NOW + timedelta(hours=1))
    assert len(await node.mails()) == 2
    assert await left(node) == 0


async def test_a_relay_that_stays_down_ends_the_call_and_loses_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every notice has another try in the next hour of the node's time: a way of years would be walked for ever."""
    monkeypatch.setattr(sandbox, "TROUBLE_PATIENCE", 0.3)
    await node.office.submit()
    port = (await node.rows("SELECT port FROM sandbox_sink"))[0][0]
    await node.db.pool.execute("UPDATE sandbox_sink SET port = 1")
    began = time.monotonic()
    with pytest.raises(Unavailable, match="outbox: SMTPConnectError"):
        await node.clock(to=NOW + timedelta(days=700))
    assert time.monotonic() - began < 10
    async with node.db.connection() as conn:
        clock = await sandbox.read_clock(conn)
    assert (clock.moving, clock.frozen) == (False, True)
    assert NOW < clock.now < NOW + timedelta(days=700)
    await node.db.pool.execute("UPDATE sandbox_sink SET port = $1", port)
    await node.clock(by=timedelta(hours=1))
    assert await left(node) == 0


def test_trouble_ends_a_move_only_when_nothing_goes_right_in_between() -> None:
    troubled, half = sandbox.Troubled(), sandbox.TROUBLE_PATIENCE / 2 + 1
    down, partly, nothing = Outcome(did=False, trouble="x"), Outcome(did=True, trouble="x"), Outcome(did=False)
    for at, outcome in enumerate((down, down, partly, down, nothing)):
        troubled.note({"outbox": outcome}, at * half)
    with pytest.raises(Unavailable):
        troubled.note({"outbox": down}, 5 * half)


async def test_a_process_that_died_while_moving_it_leaves_no_clock_standing(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async with open_node(pool, frozen=False) as node:
        await node.db.pool.execute("UPDATE sandbox_clock SET frozen_at = node_now(), frozen_after = false")
        async with node.db.connection() as conn:
            assert (await sandbox.read_clock(conn)).moving
            await sandbox.open_clock(conn, None)
            clock = await sandbox.read_clock(conn)
        assert (clock.frozen, clock.moving) == (False, False)
        await asyncio.sleep(0.01)
        assert await node.db.now() > clock.now


async def test_a_new_sandbox_shows_its_first_moment_and_an_old_one_keeps_its_own(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async with pool.acquire() as conn:
        assert abs(await store.now(conn) - datetime.now(UTC)) < timedelta(seconds=5)
        await sandbox.open_clock(conn, NOW)
        await sandbox.open_clock(conn, NOW + timedelta(days=100))
        assert timedelta() <= (await sandbox.read_clock(conn)).now - NOW < timedelta(seconds=5)
