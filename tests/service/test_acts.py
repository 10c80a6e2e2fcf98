"""Acts through the house: locked, decided, sealed, saved; what was refused leaves nothing."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from exchange.core.access import Actor
from exchange.core.designations import Authority
from exchange.core.errors import NotThere, Refused
from exchange.runtime import ROLE
from exchange.service import keys, queries
from exchange.store import registry, requests
from exchange.store.pool import open_pool
from schemas.vocabulary import AuthorityKind, Country, Reach, Role, State
from tests.conftest import Database
from tests.service.office import NOW, URGENT, WRAPPING_KEY, Office, open_office


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def test_p_7_2_a_node_receives_in_the_same_transaction(office: Office) -> None:
    """What is sent to an authority on the node is received at once, numbered in both registers, and proves itself."""
    request = await office.submit()
    assert request.state is State.RECEIVED
    assert (request.number, request.received_number) == ("KZ-MVD/2026/O-00001", "RU-MVD/2026/I-00001")
    async with office.pool.acquire() as conn:
        loaded = await requests.load_for(conn, UUID(request.id), "RU-MVD")
        assert loaded is not None
        assert loaded.request == request
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 2
    assert await office.faults() == []


async def test_p_7_4_a_redirect_is_told_in_the_same_transaction(office: Office) -> None:
    """A former holder goes on seeing what it passed on; the new one holds it; the requesting authority is told."""
    request = await office.submit()
    request = await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    request = await office.act(request, "RU-FSB", "accept", at=NOW + timedelta(hours=1))
    async with office.pool.acquire() as conn:
        former = await queries.load(conn, UUID(request.id), Actor("RU-MVD", Role.OFFICER))
        assert (former.request.state, former.request.seq) == (State.RECEIVED, 3)
        record, _ = await queries.record_of(conn, UUID(request.id), Actor("RU-MVD", Role.OFFICER), NOW)
        assert [entry.act for entry in record] == ["submit", "receive", "redirect"]
        feed, _ = await queries.list_events(conn, Actor("KZ-MVD", Role.SYSTEM), after=0, limit=50)
        assert [event.act for event in feed] == ["submit", "receive", "redirect", "receive", "accept"]
        with pytest.raises(NotThere):
            await queries.load(conn, UUID(request.id), Actor("AM-POL", Role.OFFICER))
    with pytest.raises(Refused):
        await office.act(request, "RU-MVD", "note", text="ещё")
    assert await office.faults() == []


async def test_p_7_4_a_paper_holder_is_entered_by_the_authority_that_redirected(office: Office) -> None:
    request = await office.submit()
    request = await office.act(
        request, "RU-MVD", "redirect", to_body={"name": "Областная прокуратура", "address": "г. Тверь"}, reason="Там"
    )
    assert request.receipt_pending
    with pytest.raises(Refused):
        await office.act(request, "RU-MVD", "accept")
    request = await office.act(request, "RU-MVD", "receive", received_at="2026-03-01T09:00:00Z")
    request = await office.act(request, "RU-MVD", "accept")
    assert (request.state, request.steward) == (State.EXECUTING, "RU-MVD")
    assert await office.faults() == []


PROSECUTOR = Authority(
    code="RU-PROSECUTOR",
    kind=AuthorityKind.DOMESTIC,
    country=Country.RU,
    name={"ru": "Генеральная прокуратура Российской Федерации (образец)"},
    zone="Europe/Moscow",
    reach=Reach.NODE,
    since=date(2020, 1, 1),
)


async def test_p_7_4_a_domestic_body_on_the_node_receives_and_executes(office: Office) -> None:
    """A registered body that is no competent authority seals the acts of the request that it was passed."""
    async with office.pool.acquire() as conn, conn.transaction():
        await registry.add_authority(conn, PROSECUTOR)
        await keys.make_missing(conn, WRAPPING_KEY)
    request = await office.submit()
    request = await office.act(request, "RU-MVD", "redirect", to_authority=PROSECUTOR.code, reason="Надзор")
    assert (request.received_number, request.steward) == ("RU-PROSECUTOR/2026/I-00001", None)
    await office.act(request, PROSECUTOR.code, "accept")
    results = [{"number": number, "outcome": "Установлено"} for number in (1, 2)]
    request = await office.act(request, PROSECUTOR.code, "report_results", items=results, text="Исполнено", final=True)
    assert request.state is State.EXECUTED
    async with office.pool.acquire() as conn:
        feed, _ = await queries.list_events(conn, Actor(PROSECUTOR.code, Role.SYSTEM), after=0, limit=50)
    assert [event.act for event in feed] == ["redirect", "receive", "accept", "report_results"]
    assert await office.faults() == []


async def test_p_4_1_a_body_is_registered_by_its_own_local_day(office: Office, owner: asyncpg.Connection) -> None:
    """At 20:00Z it is the next day in Almaty already and the same day in Moscow still."""
    evening = datetime(2026, 3, 1, 20, tzinfo=UTC)
    await owner.execute("UPDATE authority SET since = '2026-03-02' WHERE code IN ('KZ-NSC', 'RU-FSB')")
    await owner.execute("UPDATE authority SET until = '2026-03-02' WHERE code IN ('KZ-MVD', 'RU-MVD')")
    request = await office.submit("KZ-NSC", at=evening)
    for by, to in (("KZ-MVD", "RU-MVD"), ("KZ-NSC", "RU-FSB")):
        with pytest.raises(Refused):
            await office.submit(by, requested_authority=to, at=evening)
    with pytest.raises(Refused):
        await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Рано", at=evening)
    midnight = evening + timedelta(hours=1)
    await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Пора", at=midnight)


async def test_a_register_s_year_is_its_authority_s_own(office: Office) -> None:
    """On 31 December at 20:00Z the new year has begun in Almaty, not in Moscow."""
    last = datetime(2026, 12, 31, 20, tzinfo=UTC)
    request = await office.submit(at=last)
    assert (request.number, request.received_number) == ("KZ-MVD/2027/O-00001", "RU-MVD/2026/I-00001")
    answer = await office.submit("RU-MVD", requested_authority="KZ-MVD", at=last)
    assert (answer.number, answer.received_number) == ("RU-MVD/2026/O-00001", "KZ-MVD/2027/I-00001")
    assert await office.faults() == []


async def test_p_7_4_a_steward_goes_on_seeing_what_it_passed_to_a_body_without_a_node(office: Office) -> None:
    """It enters that body's acts: it follows the request as it is now, not as it was at the redirect."""
    request = await office.submit()
    body = {"name": "Областная прокуратура", "address": "г. Тверь"}
    request = await office.act(request, "RU-MVD", "redirect", to_body=body, reason="Там")
    request = await office.act(request, "RU-MVD", "receive", received_at="2026-03-01T09:00:00Z")
    request = await office.act(request, "RU-MVD", "accept")
    steward = Actor("RU-MVD", Role.OFFICER)
    async with office.pool.acquire() as conn:
        seen = await queries.load(conn, UUID(request.id), steward)
        (line,), _ = await queries.list_requests(conn, steward, NOW, queries.RequestsAsked(limit=50))
        feed, _ = await queries.list_events(conn, Actor("RU-MVD", Role.SYSTEM), after=0, limit=50)
    assert (seen.request.state, seen.request.seq) == (State.EXECUTING, 5)
    assert (line.state, line.holder) == (State.EXECUTING, request.holder.code)
    assert [event.act for event in feed] == ["submit", "receive", "redirect", "receive", "accept"]


async def test_p_6_4_an_urgent_request_opens_its_confirmation(office: Office) -> None:
    request = await office.submit(urgent=URGENT, signatory=None)
    request = await office.act(request, "RU-MVD", "hold", reason="Ждём подтверждения")
    request = await office.act(
        request, "KZ-MVD", "confirm", signatory={"name": "Образцов И. И.", "position": "deputy_head"}
    )
    assert not request.held
    assert [duty.state for duty in request.obligations] == ["met", "running", "running"]
    assert await office.faults() == []


async def test_a_refused_act_leaves_nothing(office: Office) -> None:
    """A refusal gives back the numbers it was shown and writes no row."""
    with pytest.raises(Refused):
        await office.submit(requested_authority="KZ-NSC")
    assert (await office.submit()).number == "KZ-MVD/2026/O-00001"
    async with office.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM request") == 1


async def test_two_acts_that_race_are_decided_one_after_the_other(office: Office) -> None:
    """One wins; the other is decided again on the state that the first one left."""
    for _ in range(10):
        request = await office.submit()
        results = await asyncio.gather(
            office.act(request, "KZ-MVD", "withdraw", reason="Отпала надобность"),
            office.act(request, "RU-MVD", "accept"),
            office.act(request, "RU-MVD", "postpone", reason="Суд"),
            return_exceptions=True,
        )
        assert not isinstance(results[0], BaseException)
        assert all(isinstance(result, Refused) or not isinstance(result, BaseException) for result in results)
    assert await office.faults() == []


async def test_registers_and_feeds_have_no_gaps_under_load(office: Office) -> None:
    """Twelve authorities that write to each other at once leave gapless registers and feeds."""
    codes = ["AM-POL", "BY-MVD", "KZ-MVD", "KG-MVD", "RU-MVD", "TJ-MVD"]
    await asyncio.gather(
        *(office.submit(by, requested_authority=to) for by in codes for to in codes if by != to for _ in range(3))
    )
    assert await office.faults() == []


async def test_the_application_cannot_change_the_record(office: Office, database: Database) -> None:
    """The record is append-only by grants, whatever login the node's own pool was given."""
    await office.submit()
    pool = await open_pool(database.dsn, size=1, role=ROLE)
    async with pool.connection() as conn:
        assert await conn.fetchval("SELECT current_user") == "exchange_app"
        for statement in (
            "UPDATE record SET seq = 9",
            "DELETE FROM record",
            "UPDATE register SET number = 9",
            "DELETE FROM event",
            "DELETE FROM request",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
    await pool.close()
