"""What each side is shown: due days as they were counted, and to a former holder only what was there when it left."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from exchange.core.access import Actor
from exchange.service import queries, views
from exchange.service.outbox import deliver_due
from exchange.service.queries import RequestsAsked
from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.store import registry
from schemas.vocabulary import Reach, Role
from tests.service.node import Node
from tests.service.office import FAR_EAST, NOW, Office, open_office


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def lines(office: Office, authority: str, **asked: str) -> list[tuple[str | None, date | None]]:
    """Return the holder's number and the due day of each line that an authority lists."""
    wanted = RequestsAsked(**asked)  # type: ignore[arg-type]  # the tests ask for words only
    async with office.pool.acquire() as conn:
        shown, _ = await queries.list_requests(conn, Actor(authority, Role.OFFICER), NOW, wanted)
    return [(line.received_number, line.due_on) for line in shown]


async def test_p_7_4_a_former_holder_sees_what_stood_at_its_redirect_however_late_it_looks(office: Office) -> None:
    """Nothing goes overdue in its eyes, and it keeps the number that it gave itself."""
    request = await office.submit()
    request = await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    former = Actor("RU-MVD", Role.OFFICER)
    async with office.pool.acquire() as conn:
        loaded = await queries.load(conn, UUID(request.id), former)
    shown = views.request(loaded.request, former, NOW + timedelta(days=90))
    assert not shown.facts.overdue
    assert not any(duty.overdue for duty in shown.obligations)
    assert shown.allowed_acts == ()
    assert shown.received_number == "RU-MVD/2026/I-00001"
    assert await lines(office, "RU-MVD") == [("RU-MVD/2026/I-00001", None)]
    assert await lines(office, "RU-FSB") == [("RU-FSB/2026/I-00001", date(2026, 3, 4))]


async def test_p_7_4_a_former_holder_cannot_find_out_the_new_holders_number(office: Office) -> None:
    request = await office.submit()
    await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    assert await lines(office, "RU-MVD", words="RU-FSB/2026/I-00001") == []
    assert len(await lines(office, "RU-MVD", words="RU-MVD/2026/I-00001")) == 1
    assert len(await lines(office, "KZ-MVD", words="RU-FSB/2026/I-00001")) == 1


async def test_p_7_2_a_due_day_is_told_in_the_zone_it_was_counted_in(node: Node) -> None:
    """Russia has eleven zones: a request passed to Vladivostok has the last day that was counted in Moscow."""
    office = node.office
    async with office.pool.acquire() as conn:
        await registry.add_authority(conn, replace(FAR_EAST, reach=Reach.COURIER))
    request = await office.submit()
    await office.act(request, "RU-MVD", "redirect", to_authority="RU-DV", reason="По месту")
    assert await lines(office, "KZ-MVD") == [(None, date(2026, 3, 31))]
    await remind_due(node.db, Readings(), NOW + timedelta(days=25))
    await deliver_due(node.db, node.post, NOW + timedelta(days=25))
    (told,) = [mail for mail in await node.mails() if mail.notice and mail.notice.kind == "reminder"]
    assert "Последний день: 31 марта 2026, до 24:00 (Europe/Moscow)" in told.text
    assert "Запрашиваемый орган: Министерство внутренних дел Российской Федерации (образец) (RU-MVD)" in told.text
    assert "Запрос у органа: Управление во Владивостоке (образец) (RU-DV)" in told.text
