"""Clearances, grants and agreements of two sides over the real interface; what a scene costs; the sandbox's seed."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from exchange.protection.service.people import grants_of
from exchange.protection.service.scenes import scene_for
from schemas.secrecy import Mark
from schemas.vocabulary import Role
from tests.protection.hall import NOW, PAPER, Hall
from tests.statements import recorded

MEANS: dict[str, Any] = {
    "code": "M-AM-2",
    "regime": "kz-am-2025",
    "other": "AM-NSS",
    "reference": PAPER,
    "since": "2026-03-01",
    "until": "2026-12-31",
}


def other_side(body: str = "KZ-NSC", **changes: Any) -> dict[str, Any]:
    return {**MEANS, "other": body, **changes}


async def test_a_5_5_a_grant_is_given_by_the_persons_own_secrecy_officer_for_an_item_that_its_body_has(
    hall: Hall,
) -> None:
    item = await hall.item()
    wanted = {"person": "kz-mvd.officer", "item": item["id"], "purpose": "розыск", "document": "план 4"}
    for role in (Role.HEAD, Role.OFFICER, Role.SYSTEM, Role.OPERATOR, Role.AUDITOR):
        assert (await hall.refused("grants", wanted, role=role, status=403))["code"] == "role_may_not"
    told = await hall.refused("grants", wanted, "AM-POL")
    assert {each["pointer"] for each in told["errors"]} == {"/person", "/item"}
    foreign = await hall.refused("grants", {**wanted, "person": "am-pol.officer"})
    assert (foreign["code"], foreign["rule"]) == ("person_unknown", "A-5.5")
    assert (await hall.refused("grants", {**wanted, "item": "что-то"}))["code"] == "item_unknown"
    made = await hall.made("grants", wanted)
    assert (made["body"], made["holds"], made["purpose"]) == ("KZ-MVD", True, "розыск")
    assert [each["id"] for each in await hall.all("grants?person=kz-mvd.officer")] == [made["id"]]
    assert await hall.all(f"grants?item={item['id']}") == [made]
    assert await hall.all("grants", "AM-POL") == []


async def test_a_grant_ends_by_its_term_and_at_once_when_it_is_revoked(hall: Hall) -> None:
    item = await hall.item()
    wanted = {"person": "kz-mvd.officer", "item": item["id"], "purpose": "розыск", "document": "план 4"}
    short = await hall.made("grants", {**wanted, "until": "2026-03-01T09:01:00Z"})
    long = await hall.made("grants", wanted)
    hall.node.clock.advance(minutes=1)
    holding = {each["id"]: each["holds"] for each in await hall.all("grants")}
    assert holding == {short["id"]: False, long["id"]: True}
    assert (await hall.post(f"grants/{long['id']}/revoke", {}, "AM-POL")).status_code == 404
    assert (await hall.post(f"grants/{long['id']}/revoke", {}, role=Role.HEAD)).status_code == 403
    ended = (await hall.post(f"grants/{long['id']}/revoke", {})).json()
    assert (ended["holds"], ended["revoked_at"]) == (False, "2026-03-01T09:01:00Z")
    hall.node.clock.advance(minutes=1)
    again = (await hall.post(f"grants/{long['id']}/revoke", {})).json()
    assert again["revoked_at"] == ended["revoked_at"], "the first word counts"
    backwards = await hall.refused("grants", {**wanted, "until": "2026-02-01T00:00:00Z"})
    assert backwards["code"] == "admission_term"


async def test_a_5_5_grants_and_clearances_reach_the_law_with_their_ends(hall: Hall) -> None:
    item = await hall.item()
    wanted = {"person": "kz-mvd.officer", "item": item["id"], "purpose": "розыск", "document": "план 4"}
    held = await hall.made("grants", wanted)
    hall.node.clock.advance(minutes=5)
    await hall.post(f"grants/{held['id']}/revoke", {})
    cleared = await hall.made("clearances", {"person": "kz-guest", "mark": "secret", "until": "2026-03-02T00:00:00Z"})
    async with hall.module.pool.connection() as conn:
        names = ("kz-mvd.officer", "kz-guest", "nobody")
        scene = await scene_for(conn, hall.module, bodies=("KZ-MVD",), people=names, now=NOW)
        (found,) = await grants_of(conn, hall.module, scene.people["kz-mvd.officer"], UUID(item["id"]))
    assert found.until == datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    assert set(scene.people) == {"kz-mvd.officer", "kz-guest"}
    (guest,) = scene.people["kz-guest"].clearances
    assert (guest.mark, guest.issuer, guest.until) == (Mark.SECRET, "KZ", datetime(2026, 3, 2, tzinfo=UTC))
    assert cleared["holds"]


async def test_a_5_4_a_clearance_of_another_member_state_is_taken_in_and_of_no_other(hall: Hall) -> None:
    made = await hall.made("clearances", {"person": "kz-guest", "mark": "secret", "issuer": "RU", "document": "17"})
    assert (made["issuer"], made["body"], made["document"]) == ("RU", "KZ-MVD", "17")
    told = await hall.refused("clearances", {"person": "kz-guest", "mark": "top_secret", "issuer": "LT"})
    assert (told["code"], told["rule"]) == ("issuer_not_recognised", "A-5.4")


async def test_nobody_takes_in_the_people_of_others(hall: Hall) -> None:
    for person in ("am-pol.head", "am-pol.auditor"):  # one is cleared there, the other has but an account
        told = await hall.refused("clearances", {"person": person, "mark": "secret"}, status=403)
        assert (told["code"], told["rule"]) == ("person_of_another", "A-5.5")
    await hall.made("clearances", {"person": "guest", "mark": "secret"}, "AM-POL")
    assert (await hall.refused("clearances", {"person": "guest", "mark": "secret"}, status=403))["code"] == (
        "person_of_another"
    )


async def test_particulars_of_people_stand_locked(hall: Hall) -> None:
    item = await hall.item()
    await hall.made("clearances", {"person": "kz-guest", "mark": "secret", "document": "Справка 17"})
    wanted = {"person": "kz-mvd.officer", "item": item["id"], "purpose": "розыск", "document": "план 4"}
    await hall.made("grants", wanted)
    rows = [
        *await hall.fetch("SELECT detail FROM protection.clearance"),
        *await hall.fetch("SELECT detail FROM protection.access_grant"),
        *await hall.fetch("SELECT detail FROM protection.agreement"),
    ]
    for (locked,) in rows:
        assert not any(word.encode() in locked for word in ("secret", "розыск", "план", "Справка", "M-AM", "reference"))


async def test_ka_5_7_means_count_only_once_both_competent_bodies_named_them(hall: Hall) -> None:
    one = await hall.made("means", MEANS, "KZ-NSC")
    assert (one["agreed_at"], one["sides"]) == (None, ["AM-NSS", "KZ-NSC"])
    assert await hall.notices("AM-NSS") == [("M-AM-2", "agreement_asked", "KA-5.7")]
    assert "M-AM-2" not in await means(hall)
    half = await hall.refused("means", other_side(since="2026-04-01"), "AM-NSS")
    assert half["code"] == "agreement_other"
    both = await hall.made("means", other_side(), "AM-NSS")
    assert both["agreed_at"] == "2026-03-01T09:00:00Z"
    assert "M-AM-2" in await means(hall)
    assert await hall.notices("KZ-NSC") == [("M-AM-2", "agreement_made", "KA-5.7")]
    over = await hall.refused("means", {**MEANS, "until": "2030-01-01"}, "KZ-NSC", status=409)
    assert over["code"] == "agreement_made"


async def means(hall: Hall) -> set[str]:
    async with hall.module.pool.connection() as conn:
        scene = await scene_for(conn, hall.module, bodies=("KZ-MVD", "AM-POL"), now=NOW)
    return set(scene.means)


@pytest.mark.parametrize("by", ["AM-POL", "KZ-MVD", "RU-FSB", "LT-CB"])
async def test_ka_5_7_no_other_body_confirms_a_proposal(hall: Hall, by: str) -> None:
    await hall.made("means", MEANS, "KZ-NSC")
    answer = await hall.post("means", other_side(), by)
    assert answer.status_code in {403, 422}
    assert "M-AM-2" not in await means(hall)
    assert "M-AM-2" not in {each["code"] for each in await hall.all("means", by)}


async def test_ka_5_7_of_two_first_words_at_once_one_proposes_and_the_other_agrees(hall: Hall) -> None:
    answers = await asyncio.gather(hall.post("means", MEANS, "KZ-NSC"), hall.post("means", other_side(), "AM-NSS"))
    assert [each.status_code for each in answers] == [201, 201]
    assert sorted(each.json()["agreed_at"] is None for each in answers) == [False, True]
    assert "M-AM-2" in await means(hall)


async def test_kl_6_2_a_channel_is_agreed_by_both_competent_bodies(hall: Hall) -> None:
    way = {**MEANS, "code": "W-1", "regime": "kz-lt-2015", "other": "LT-CB", "channel": "courier"}
    await hall.made("ways", way, "KZ-NSC")
    await hall.made("ways", {**way, "other": "KZ-NSC"}, "LT-CB")
    (seen,) = await hall.all("ways", "KZ-MVD")
    assert (seen["code"], seen["channel"], seen["agreed_at"] is None) == ("W-1", "courier", False)
    async with hall.module.pool.connection() as conn:
        scene = await scene_for(conn, hall.module, bodies=("KZ-MVD", "LT-CB"), now=NOW)
    assert [(each.regime, each.channel) for each in scene.ways] == [("kz-lt-2015", "courier")]


async def test_ka_6_7_a_standing_agreement_takes_both_authorised_bodies_and_the_competent_ones_are_told(
    hall: Hall,
) -> None:
    wanted = {**MEANS, "code": "S-9", "other": "AM-POL"}
    await hall.made("standing", wanted, "KZ-MVD")
    await hall.made("standing", {**wanted, "other": "KZ-MVD"}, "AM-POL")
    for told in ("KZ-NSC", "AM-NSS"):
        assert await hall.notices(told) == [("S-9", "agreement_made", "KA-6.7")]


async def test_the_sandbox_knows_all_regimes_bodies_and_agreements(hall: Hall) -> None:
    rows = await hall.all("bindings", "LT-CB")
    assert {each["since"] for each in rows} == {"2020-01-01"}
    assert {(each["regime"], each["party"]): each["competent"] for each in rows}[("kz-lt-2015", "LT")] == "LT-CB"
    assert len(rows) == 7 + 2 + 2
    assert {each["code"] for each in await hall.all("means", "KZ-MVD")} == {"M-AM", "M-LT"}
    assert {each["code"] for each in await hall.all("standing", "AM-POL")} == {"S-AM-1", "S-AM-2", "S-AM-3", "S-AM-4"}
    own = await hall.all("clearances")
    assert {each["person"] for each in own} == {
        f"kz-mvd.{role}" for role in ("officer", "head", "deputy-head", "registrar", "secrecy-officer")
    }
    assert {each["mark"] for each in own} == {"special_importance"}
    assert {each["mark"] for each in await hall.all("clearances", "LT-CB")} == {"top_secret"}


async def test_a_scene_takes_one_statement_and_a_second_one_for_outcomes(hall: Hall) -> None:
    named = "019cbcf2-7c00-7000-8000-000000000001"
    async with recorded(hall.module.pool) as seen:

        async def asked(*outcomes: str) -> int:
            for _ in range(hall.module.pool.raw.get_max_size() + 1):  # whatever a connection asks once in its life
                seen.taken()
                async with hall.module.pool.connection() as conn:
                    plain = {"bodies": ("KZ-MVD", "AM-POL"), "people": ("kz-mvd.head",)}
                    await scene_for(conn, hall.module, now=NOW, outcomes=outcomes, **plain)
            return len(seen.taken())

        assert await asked() == 1
        assert await asked("no id") == 1
        assert await asked(named) == 2


async def test_lists_go_on_page_by_page(hall: Hall) -> None:
    first = (await hall.get("clearances", params={"limit": "3"})).json()
    rest = (await hall.get("clearances", params={"limit": "3", "after": first["next"]})).json()
    assert len(first["items"]) == 3
    assert len(rest["items"]) == 2
    assert rest["next"] is None
    assert (await hall.get("clearances", params={"after": "нет"})).status_code == 422
    assert (await hall.get("means", params={"limit": "1"})).json()["next"] is not None


async def test_a_5_5_a_revoked_grant_and_a_clearance_that_ended_a_minute_ago_open_nothing(hall: Hall) -> None:
    item = await hall.item(kind="electronic", content="0KHQv9GA0LDQstC60LA=")
    room, officer = f"items/{item['id']}/content", {"person": "kz-mvd.officer"}
    wanted = {**officer, "item": item["id"], "purpose": "розыск", "document": "план 4"}

    async def missing() -> set[tuple[str, str]]:
        answer = await hall.get(room, role=Role.OFFICER)
        return {(each["detail"], each["rule"]) for each in answer.json().get("errors", [])}

    bare = await missing()
    assert {rule for _, rule in bare} == {"A-5.5"}
    assert len(bare) == 1, "cleared, and without a grant"
    held = await hall.made("grants", wanted)
    assert (await hall.get(room, role=Role.OFFICER)).content.decode() == "Справка"
    assert (await hall.post(f"grants/{held['id']}/revoke", {})).status_code == 200
    assert await missing() == bare
    await hall.made("grants", wanted)
    (own,) = await hall.all("clearances?person=kz-mvd.officer")
    assert (await hall.post(f"clearances/{own['id']}/revoke", {})).status_code == 200
    await hall.made("clearances", {**officer, "mark": "secret", "until": "2026-03-01T09:05:00Z"})
    assert (await hall.get(room, role=Role.OFFICER)).status_code == 200
    hall.node.clock.advance(minutes=6)
    over = await missing()
    assert len(over) == 1
    assert over != bare
