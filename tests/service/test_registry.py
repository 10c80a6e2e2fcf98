"""Notices of Parties: passed on in their own transaction, dated, acknowledged once; what follows for requests."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from pydantic import TypeAdapter

from exchange.core.access import Actor
from exchange.core.errors import NotThere, Refused
from exchange.service import notices_of_parties, register
from exchange.store import registry_notices
from exchange.store.registry_notices import Wanted
from schemas.registry import AnyFact, Fact, RegistryNoticeView
from schemas.vocabulary import Country, Role, State
from tests.service.node import Node
from tests.service.office import NOW, Office, open_office

FACT: TypeAdapter[AnyFact] = TypeAdapter(Fact)
PROSECUTOR: dict[str, Any] = {
    "kind": "designation",
    "authority": "KZ-GP",
    "name": {"ru": "Генеральная прокуратура (образец)", "en": "Prosecutor (sample)", "kk": "Бас прокуратура (үлгі)"},
    "zone": "Asia/Almaty",
    "reach": "node",
    "mailbox": "kz-gp@node.example",
    "since": "2026-03-01",
    "reference": "Нота № 14",
}
LEAVING: dict[str, Any] = {
    "kind": "withdrawal",
    "country": "RU",
    "received_on": "2026-03-01",
    "leaving_on": "2026-09-01",
}


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def enter(office: Office, by: str, at: datetime = NOW, role: Role = Role.HEAD, **fact: Any) -> RegistryNoticeView:
    async with office.pool.acquire() as conn, conn.transaction():
        told = FACT.validate_python(fact, strict=False)
        actor = Actor(by, role, f"person:{by.lower()}.head")
        return await notices_of_parties.enter(conn, office.desk.keys, told, actor, at)


async def acknowledge(
    office: Office, number: int, by: str, at: datetime = NOW, role: Role = Role.HEAD
) -> RegistryNoticeView:
    async with office.pool.acquire() as conn, conn.transaction():
        return await notices_of_parties.acknowledge(conn, number, Actor(by, role, "person:x"), at)


async def refused(office: Office, by: str, **fact: Any) -> list[str]:
    with pytest.raises(Refused) as trouble:
        await enter(office, by, **fact)
    return [one.code for one in trouble.value.objections]


def waiting(notice: RegistryNoticeView) -> set[Country]:
    return {one.country for one in notice.relayed if one.acknowledged_at is None}


async def test_p_4_3_a_notice_goes_to_every_party_in_its_own_transaction(office: Office) -> None:
    notice = await enter(office, "KZ-MVD", **PROSECUTOR)
    assert {one.country for one in notice.relayed} == set(Country)
    assert waiting(notice) == set(Country) - {Country.KZ}  # who notifies has seen it
    async with office.pool.acquire() as conn:
        rows = await conn.fetch("SELECT authority, kind, request, data ->> 'subject' AS about FROM outbox")
        told = [row["authority"] for row in rows]
        deeds = await conn.fetch("SELECT deed, authority, who, subject FROM audit WHERE deed = 'registry_changed'")
    assert sorted(told) == sorted({*told})
    assert {code[:2] for code in told} == set(Country)
    assert {"KZ-NSC", "TJ-GKNB", "KZ-GP", "RU-FSB"} <= set(told)
    assert {(row["kind"], row["request"], row["about"]) for row in rows} == {("registry", None, "KZ-GP")}
    assert [tuple(row) for row in deeds] == [
        ("registry_changed", "KZ-MVD", "person:kz-mvd.head", f"registry/{notice.number}")
    ]


async def test_p_4_3_nothing_is_passed_on_when_the_notice_does_not_stand(office: Office) -> None:
    async with office.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        told = FACT.validate_python(PROSECUTOR, strict=False)
        actor = Actor("KZ-MVD", Role.HEAD)
        await notices_of_parties.enter(conn, office.desk.keys, told, actor, NOW)
        await transaction.rollback()
        for table in (
            "outbox",
            "registry_relay",
            "authority_key WHERE authority = 'KZ-GP'",
            "authority WHERE code = 'KZ-GP'",
        ):
            assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - ours
    assert (await enter(office, "KZ-MVD", **PROSECUTOR)).number == 21  # no number was lost


async def test_p_4_2_the_secretariat_enters_on_behalf_of_a_party(office: Office) -> None:
    notice = await enter(office, "CSTO-SEC", **PROSECUTOR, country="KZ")
    assert waiting(notice) == set(Country)
    assert await refused(office, "RU-MVD", **{**PROSECUTOR, "authority": "KZ-XX"}) == ["code_of_other_state"]
    assert await refused(office, "RU-MVD", kind="end", authority="KZ-MVD", until="2026-04-01") == ["not_your_party"]


async def test_a_designated_authority_seals_at_once_in_every_process(office: Office) -> None:
    """The other process read its keys before there was this one, and is told nothing."""
    await enter(office, "KZ-MVD", **PROSECUTOR)
    request = await office.submit("KZ-GP")
    assert request.number == "KZ-GP/2026/O-00001"
    assert await office.faults() == []


async def test_p_4_1_a_designation_holds_on_its_own_days_alone(office: Office) -> None:
    """At 19:00Z of 28 February the first day of March has begun in Almaty."""
    await enter(office, "KZ-MVD", at=NOW - timedelta(days=3), **PROSECUTOR)
    with pytest.raises(Refused) as early:
        await office.submit("KZ-GP", at=datetime(2026, 2, 28, 18, 59, tzinfo=UTC))
    assert early.value.objections[0].code == "not_a_competent_authority"
    opened = await office.submit("RU-MVD", requested_authority="KZ-GP", at=datetime(2026, 2, 28, 19, tzinfo=UTC))
    await enter(office, "KZ-MVD", kind="end", authority="KZ-GP", until="2026-03-02")
    await office.submit("RU-MVD", requested_authority="KZ-GP", at=datetime(2026, 3, 1, 18, 59, tzinfo=UTC))
    with pytest.raises(Refused) as late:
        await office.submit("RU-MVD", requested_authority="KZ-GP", at=datetime(2026, 3, 1, 19, tzinfo=UTC))
    (objection,) = late.value.objections
    assert (objection.code, objection.rule) == ("designation_ended", "P-4.1")
    assert "02.03.2026" in objection.detail
    after = datetime(2026, 3, 5, tzinfo=UTC)
    going_on = await office.act(opened, "KZ-GP", "accept", at=after)  # what it has it goes on with
    assert going_on.state is State.EXECUTING
    assert await office.faults() == []


async def test_acts_use_what_the_registry_says_of_an_authority_on_that_day(office: Office) -> None:
    await enter(
        office, "KZ-MVD", kind="change", authority="KZ-MVD", since="2026-03-02", zone="Asia/Tokyo", name={"ru": "МВД"}
    )
    before = await office.submit()
    assert before.requesting.zone == "Asia/Almaty"
    after = await office.submit(at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert (after.requesting.zone, after.requesting.name) == ("Asia/Tokyo", "МВД")
    assert await office.faults() == []


async def test_what_was_true_on_a_day_stays_answerable(office: Office) -> None:
    await enter(office, "KZ-MVD", kind="change", authority="KZ-MVD", since="2026-03-02", name={"ru": "МВД"})
    await enter(office, "KZ-MVD", kind="end", authority="KZ-NSC", until="2026-02-01")
    actor = Actor("RU-MVD", Role.OFFICER)

    async def names(on: str) -> dict[str, str]:
        async with office.pool.acquire() as conn:
            shown, _ = await register.authorities_page(
                conn, actor, NOW, on=date.fromisoformat(on), after="KZ", limit=50
            )
        return {one.code: one.name["ru"] for one in shown if one.country is Country.KZ}

    assert set(await names("2019-12-31")) == set()
    assert set(await names("2026-01-31")) == {"KZ-MVD", "KZ-NSC"}
    assert set(await names("2026-02-01")) == {"KZ-MVD"}
    assert (await names("2026-03-01"))["KZ-MVD"].startswith("Министерство")
    assert (await names("2026-03-02"))["KZ-MVD"] == "МВД"
    async with office.pool.acquire() as conn:
        entries = (await register.history(conn, actor, "KZ-MVD")).entries
    assert [(one.since.isoformat(), one.until and one.until.isoformat(), one.notice) for one in entries] == [
        ("2020-01-01", "2026-03-02", 12),
        ("2026-03-02", None, 21),
    ]


async def test_p_16_requests_are_refused_exactly_on_days_without_force(office: Office) -> None:
    notice = await enter(office, "CSTO-SEC", **LEAVING)
    assert waiting(notice) == set(Country)
    opened = await office.submit(at=datetime(2026, 8, 31, 18, 59, tzinfo=UTC))  # in Almaty the last day
    with pytest.raises(Refused) as trouble:
        await office.submit(at=datetime(2026, 8, 31, 19, tzinfo=UTC))
    assert [(one.code, one.rule) for one in trouble.value.objections] == [("not_in_force", "P-16")]
    await office.submit(requested_authority="BY-MVD", at=datetime(2026, 9, 2, tzinfo=UTC))
    moment = datetime(2026, 9, 10, tzinfo=UTC)
    done = await office.act(opened, "RU-MVD", "accept", at=moment)  # P-18: open requests stay open until settled
    results = [{"number": number, "outcome": "Установлено"} for number in (1, 2)]
    done = await office.act(done, "RU-MVD", "report_results", items=results, text="Исполнено", final=True, at=moment)
    assert done.state is State.EXECUTED
    await enter(office, "CSTO-SEC", at=moment, kind="completion", country="RU", received_on="2026-09-10")
    await office.submit(at=moment)
    assert await office.faults() == []


async def test_p_18_a_notice_of_leaving_that_comes_too_late_is_not_entered(office: Office) -> None:
    assert await refused(office, "CSTO-SEC", **{**LEAVING, "leaving_on": "2026-08-31"}) == ["leaving_too_early"]
    assert await refused(office, "RU-MVD", **LEAVING) == ["secretariat_only"]


async def test_p_6_4_a_channel_agreed_by_two_parties_serves_them_until_it_ends(office: Office) -> None:
    agreed: dict[str, Any] = {
        "kind": "agreement",
        "agreement": "KZ-RU-1",
        "parties": ["KZ", "RU"],
        "channel": "телефон",
    }
    await enter(office, "CSTO-SEC", **agreed, citation="Протокол", since="2026-01-01")
    urgent = {
        "persons": "Неустановленные лица",
        "reason": "Атака завтра",
        "channel": "телефон",
        "agreement": {"kind": "standing", "id": "KZ-RU-1"},
        "transmitted_at": "2026-03-01T08:30:00Z",
    }
    await office.submit(urgent=urgent)
    with pytest.raises(Refused):
        await office.submit(urgent=urgent, requested_authority="BY-MVD")
    await enter(office, "CSTO-SEC", kind="agreement_end", agreement="KZ-RU-1", until="2026-02-28")
    with pytest.raises(Refused) as trouble:
        await office.submit(urgent=urgent)
    assert [one.code for one in trouble.value.objections] == ["agreement_not_in_force"]


async def test_domestic_bodies_are_their_state_s_own_affair(office: Office) -> None:
    body = {**PROSECUTOR, "body": "domestic"}
    assert await refused(office, "CSTO-SEC", **body, country="KZ") == ["domestic_of_others"]
    notice = await enter(office, "KZ-MVD", **body)
    assert notice.relayed == ()
    async with office.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 0
        for code, sees in {"KZ-NSC": True, "RU-MVD": False, "CSTO-SEC": False}.items():
            actor = Actor(code, Role.OFFICER)
            every = {one.code for one in await register.authorities(conn, actor, NOW)}
            paged, _ = await register.authorities_page(conn, actor, NOW, on=NOW.date(), after="", limit=50)
            listed, _ = await notices_of_parties.notices(conn, actor, Wanted(limit=50))
            assert ("KZ-GP" in every, "KZ-GP" in {one.code for one in paged}) == (sees, sees)
            assert (notice.number in {one.number for one in listed}) is sees
            facts = await registry_notices.facts(conn, code)
            assert ("KZ-GP" in {one.get("authority") for one in facts}) is sees
            if not sees:
                with pytest.raises(NotThere):
                    await register.history(conn, actor, "KZ-GP")
                with pytest.raises(NotThere):
                    await notices_of_parties.notice(conn, notice.number, actor)
        assert "KZ-GP" not in {one.code for one in await register.authorities(conn, None, NOW)}
    assert await refused(office, "RU-MVD", kind="end", authority="KZ-GP", until="2026-04-01") == ["authority_not_known"]
    opened = await office.submit("RU-MVD", requested_authority="KZ-MVD")
    moved = await office.act(opened, "KZ-MVD", "redirect", to_authority="KZ-GP", reason="Компетенция")
    assert moved.holder.code == "KZ-GP"
    other = await office.submit()
    with pytest.raises(Refused) as trouble:
        await office.act(other, "RU-MVD", "redirect", to_authority="KZ-GP", reason="Чужой")
    assert [one.code for one in trouble.value.objections] == ["redirect_unknown"]


async def test_p_4_3_each_party_acknowledges_once_whoever_asks_at_one_moment(office: Office) -> None:
    notice = await enter(office, "KZ-MVD", **PROSECUTOR)
    both = await asyncio.gather(
        *(acknowledge(office, notice.number, code) for code in ("RU-MVD", "RU-FSB")), return_exceptions=True
    )
    (trouble,) = [one for one in both if isinstance(one, Refused)]
    assert [one.code for one in trouble.objections] == ["acknowledged_already"]
    async with office.pool.acquire() as conn:
        shown = await notices_of_parties.notice(conn, notice.number, Actor("BY-MVD", Role.OFFICER))
        awaited, _ = await notices_of_parties.notices(
            conn, Actor("BY-MVD", Role.OFFICER), Wanted(awaiting="RU", limit=9)
        )
    assert waiting(shown) == set(Country) - {Country.KZ, Country.RU}
    assert awaited == ()
    for by, role, code in (
        ("CSTO-SEC", Role.HEAD, "not_relayed_to_you"),
        ("BY-MVD", Role.OFFICER, "role_may_not"),
    ):
        with pytest.raises(Refused) as refusal:
            await acknowledge(office, notice.number, by, role=role)
        assert refusal.value.objections[0].code == code
    with pytest.raises(NotThere):
        await acknowledge(office, 999, "BY-MVD")


async def test_of_two_notices_on_one_authority_at_one_moment_each_is_decided_after_the_other(office: Office) -> None:
    told = await asyncio.gather(
        enter(office, "KZ-MVD", kind="end", authority="KZ-NSC", until="2026-05-01"),
        enter(office, "KZ-NSC", kind="end", authority="KZ-NSC", until="2026-06-01"),
        enter(office, "CSTO-SEC", kind="change", authority="KZ-NSC", since="2026-04-01", reach="post"),
        return_exceptions=True,
    )
    stood = [one for one in told if isinstance(one, RegistryNoticeView)]
    assert sorted(one.number for one in stood) == list(range(21, 21 + len(stood)))
    assert all(isinstance(one, Refused) for one in told if one not in stood)
    assert sum(one.kind == "end" for one in stood) == 1
    async with office.pool.acquire() as conn:
        entries = (await register.history(conn, Actor("KZ-MVD", Role.HEAD), "KZ-NSC")).entries
    assert entries[-1].until is not None
    assert len(entries) == len(stood)


async def test_the_mail_of_a_notice_says_what_every_party_may_know(node: Node) -> None:
    for code, language in (("BY-MVD", "en"), ("KG-MVD", "kk")):
        await node.rows("UPDATE authority SET language = $2 WHERE code = $1 RETURNING code", code, language)
    await enter(node.office, "KZ-MVD", **PROSECUTOR)
    await node.clock()
    mails = {mail.to: mail for mail in await node.mails()}
    assert len(mails) == 13
    russian, english = mails["ru-mvd@node.example"], mails["by-mvd@node.example"]
    assert russian.subject == "Уведомление реестра № 21: назначение органа"
    for said in ("Генеральная прокуратура (образец) (KZ-GP)", "Казахстан", "1 марта 2026", "Нота № 14"):
        assert said in russian.text
        assert russian.html is not None
        assert said in russian.html
    assert "Prosecutor (sample) (KZ-GP)" in english.text
    kazakh = mails["kg-mvd@node.example"]
    assert kazakh.subject == "Тізілімнің № 21 хабарламасы: органның айқындалуы"
    for said in ("Бас прокуратура (үлгі) (KZ-GP)", "Қазақстан", "2026 ж. 1 наурыз", "Нота № 14"):
        assert said in kazakh.text
    assert russian.notice is not None
    assert (russian.notice.kind, russian.notice.request) == ("registry", None)


async def test_a_change_to_come_moves_the_mailbox_on_its_day(node: Node) -> None:
    await enter(node.office, "RU-MVD", kind="change", authority="RU-MVD", since="2026-03-02", mailbox="new@ru.example")
    assert await node.rows("SELECT mailbox FROM authority WHERE code = 'RU-MVD'") == [("ru-mvd@node.example",)]
    await node.clock(to=datetime(2026, 3, 1, 21, tzinfo=UTC))  # midnight in Moscow
    assert await node.rows("SELECT mailbox FROM authority WHERE code = 'RU-MVD'") == [("new@ru.example",)]
    await node.office.submit(at=datetime(2026, 3, 1, 21, 1, tzinfo=UTC))
    await node.clock(by=timedelta(minutes=5))
    assert "new@ru.example" in {mail.to for mail in await node.mails()}


async def test_the_sample_registry_is_entered_once_whoever_starts(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    await asyncio.gather(*(open_office(pool) for _ in range(3)))
    assert await pool.fetchval("SELECT count(*) FROM registry_notice") == 20
    assert await pool.fetchval("SELECT number FROM registry_head") == 20
    bound = await pool.fetch("SELECT country, in_force_from, left_on FROM party ORDER BY country")
    assert {tuple(row) for row in bound} == {(country, date(2020, 1, 1), None) for country in Country}
