"""The reminder pass: each step of each due date reaches each addressee once, whatever restarts."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.store import requests
from tests.service.node import Node
from tests.service.office import NOW, URGENT

TOLD = "SELECT step, authority, mailbox, late FROM reminder ORDER BY at, step, authority, mailbox"
QUEUED = "SELECT step, authority, mailbox FROM outbox WHERE kind = 'reminder' ORDER BY step, authority, mailbox"
DUE = datetime(2026, 3, 31, 21, tzinfo=UTC)
"""The end of 31 March in Moscow, thirty days after 1 March (P-7.2)."""


async def due_steps(node: Node, until: datetime) -> None:
    """Work every step up to an instant, each at its own moment."""
    while True:
        ((moment,),) = await node.rows("SELECT min(next_step_at) FROM obligation")
        if moment is None or moment > until:
            return
        await remind_due(node.db, Readings(), moment)


async def test_p_7_2_every_step_is_told_once_to_whom_it_concerns(node: Node) -> None:
    request = await node.office.submit()
    await node.office.act(request, "RU-MVD", "accept")
    await due_steps(node, DUE + timedelta(days=7))
    assert await node.rows(TOLD) == [
        ("-10d", "RU-MVD", "authority", False),
        ("-3d", "RU-MVD", "authority", False),
        ("-1d", "RU-MVD", "authority", False),
        ("due", "KZ-MVD", "authority", False),
        ("due", "RU-MVD", "authority", False),
        ("due", "RU-MVD", "head", False),
        ("+1d", "RU-MVD", "authority", False),
        ("+1d", "RU-MVD", "head", False),
        ("+7d", "RU-MVD", "authority", False),
        ("+7d", "RU-MVD", "head", False),
    ]
    assert len(await node.rows(QUEUED)) == 10
    assert await remind_due(node.db, Readings(), DUE + timedelta(days=7)) == 0


async def test_passes_at_once_tell_every_step_once(node: Node) -> None:
    await asyncio.gather(*(node.office.submit() for _ in range(6)))
    readings = Readings()
    worked = await asyncio.gather(*(remind_due(node.db, readings, DUE) for _ in range(8)))
    # The redirect's ladder ended long before; the latest step of each stands for those it overtook.
    told = await node.rows("SELECT obligation, step, authority, mailbox FROM reminder")
    assert len(told) == len(set(told)) == 6 * 3 + 6 * 3
    assert len(await node.rows(QUEUED)) == len(told)
    assert sum(worked) >= 6
    assert await remind_due(node.db, readings, DUE) == 0


async def test_an_outage_is_caught_up_merged_and_marked_late(node: Node) -> None:
    request = await node.office.submit()
    await node.office.act(request, "RU-MVD", "accept")
    await remind_due(node.db, Readings(), DUE + timedelta(days=40))
    assert await node.rows(TOLD) == [
        ("+35d", "RU-MVD", "authority", True),
        ("+35d", "RU-MVD", "head", True),
        ("due", "KZ-MVD", "authority", True),
    ]


async def test_a_duty_that_was_met_is_reminded_of_no_more(node: Node) -> None:
    request = await node.office.submit()
    await node.office.act(request, "RU-MVD", "refuse", items="all", reasons="…1", national_law="2", signatory=HEAD)
    assert await node.rows("SELECT count(*) FROM obligation WHERE next_step_at IS NOT NULL") == [(0,)]
    assert await remind_due(node.db, Readings(), DUE + timedelta(days=400)) == 0


HEAD = {"name": "Образцов И. И.", "position": "head"}


async def test_a_request_that_somebody_holds_is_passed_by_and_not_waited_for(node: Node) -> None:
    held, free = await node.office.submit(), await node.office.submit()
    async with node.db.transaction() as conn:
        assert await requests.lock(conn, UUID(held.id))
        assert await asyncio.wait_for(remind_due(node.db, Readings(), DUE), 5) == 1
    assert {row[0] for row in await node.rows("SELECT DISTINCT request FROM outbox WHERE kind = 'reminder'")} == {
        UUID(free.id)
    }
    assert await remind_due(node.db, Readings(), DUE) == 1


async def test_a_damaged_request_keeps_no_other_waiting(node: Node) -> None:
    damaged, sound = await node.office.submit(), await node.office.submit()
    await node.db.pool.execute(
        'UPDATE request SET snapshot = snapshot || \'{"seq": "?"}\' WHERE id = $1', UUID(damaged.id)
    )
    with pytest.raises(ValidationError):
        await remind_due(node.db, Readings(), DUE, page=1)
    assert {row[0] for row in await node.rows("SELECT DISTINCT request FROM outbox WHERE kind = 'reminder'")} == {
        UUID(sound.id)
    }


async def test_p_7_6_the_day_named_in_a_postponement_is_told_to_both_sides_once(node: Node) -> None:
    request = await node.office.submit(urgent=URGENT, signatory=None)
    request = await node.office.act(request, "RU-MVD", "postpone", reason="Следствие", until="2026-03-20")
    await due_steps(node, datetime(2026, 3, 19, 21, tzinfo=UTC))
    told = await node.rows("SELECT step, due_version, authority FROM reminder WHERE obligation LIKE '%execution'")
    assert sorted(told) == [("until", -request.seq, "KZ-MVD"), ("until", -request.seq, "RU-MVD")]
    # The confirmation goes on running meanwhile: its steps belong to its own due date.
    versions = await node.rows("SELECT DISTINCT due_version FROM reminder WHERE obligation LIKE '%confirmation'")
    assert versions == [(1,)]


async def test_an_idle_pass_is_one_indexed_query_whatever_is_open(node: Node) -> None:
    await node.office.submit()
    await node.db.pool.execute(
        """
        INSERT INTO obligation (id, request, place, kind, authority, counterpart, state, zone, due_at, due_version,
                                next_step_at, detail)
        SELECT 'x' || n, request, 10 + n, kind, authority, counterpart, state, zone, due_at, due_version,
               next_step_at + n * interval '1 minute', detail
          FROM obligation, generate_series(1, 5000) n WHERE kind = 'execution'
        """
    )
    asked: list[str] = []
    async with node.db.pool.acquire() as conn:
        plan = "\n".join(
            row[0]
            for row in await conn.fetch(
                "EXPLAIN SELECT id FROM obligation WHERE next_step_at <= $1 AND next_step_at >= '0001-01-01'"
                " AND (next_step_at, id) > ('0001-01-01', '') ORDER BY next_step_at, id LIMIT 200",
                NOW,
            )
        )
    assert "obligation_next_step" in plan

    class Counting:
        """Lends connections of the node and notes what is asked on them."""

        transaction = node.db.transaction

        def connection(self) -> object:
            asked.append("asked")
            return node.db.connection()

    assert await remind_due(Counting(), Readings(), NOW) == 0  # type: ignore[arg-type]
    assert asked == ["asked"]
