"""Visits over the real interface: the letter, its lead, the visitors' clearances, the host's word."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest

from exchange.protection.api.examples_registry import LETTER
from schemas.vocabulary import Role
from tests.protection.hall import PAPER, Hall, rules

VISITOR: dict[str, Any] = LETTER["visitors"][0]
CONSENT = {"act": "consent_visit", "degree": "secret", "reference": PAPER}


def letter(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**deepcopy(LETTER), **changes}.items() if value is not ...}


async def asked(hall: Hall, by: str = "KZ-NSC", **changes: Any) -> dict[str, Any]:
    return await hall.made("visits", letter(**changes), by)


async def test_ka_9_everything_mandatory_is_named_at_once(hall: Hall) -> None:
    bare = {"host": "AM-POL", "visitors": [{"person": "kz-mvd.officer"}]}
    told = await hall.refused("visits", bare, "KZ-NSC")
    pointers = {each["pointer"] for each in told["errors"]}
    assert {f"/visitors/0/{name}" for name in VISITOR if name != "person"} <= pointers
    assert {"/first_day", "/length_days", "/purpose", "/questions", "/bodies_to_visit", "/people_to_meet"} <= pointers
    assert {"/providing_document", "/degree"} <= pointers, "the Agreement of 2004 applies besides"
    assert {"KA-9", "A-N2", "A-6.5"} <= rules(told)


async def test_ka_9_the_letter_goes_between_competent_bodies(hall: Hall) -> None:
    told = await hall.refused("visits", letter(), "KZ-MVD", status=403)
    assert (told["code"], told["rule"]) == ("not_competent_body", "KA-9")
    visit = await asked(hall)
    assert visit["competent"] == ["AM-NSS"]
    assert visit["number"] == "KZ-NSC/2026/V-00001"
    assert await hall.notices("AM-NSS") == [(visit["number"], "visit_asked", "KA-9")]


@pytest.mark.parametrize(
    ("first_day", "late"),
    [("2026-04-01", []), ("2026-03-31", [("KA-9", "2026-02-28")])],
)
async def test_ka_9_a_letter_less_than_a_month_before_is_marked_late_and_the_host_may_still_consent(
    hall: Hall, first_day: str, late: list[tuple[str, str]]
) -> None:
    visit = await asked(hall, first_day=first_day)
    assert [(each["rule"], each["last_day"]) for each in visit["late"]] == late
    (line,) = await hall.all("visits", "KZ-NSC")
    assert line["late"] is bool(late)
    assert (await hall.made(f"visits/{visit['id']}/acts", CONSENT, "AM-NSS"))["state"] == "consented"


async def test_kl_9_an_application_less_than_30_days_before_is_marked_late(hall: Hall) -> None:
    visit = await asked(hall, "KZ-MVD", host="LT-CB", first_day="2026-03-30")
    assert [(each["rule"], each["last_day"]) for each in visit["late"]] == [("KL-9", "2026-02-28")]
    assert visit["regimes"] == ["kz-lt-2015"]
    assert await hall.notices("LT-CB") == [(visit["number"], "visit_asked", "KL-9")]
    assert (await asked(hall, "KZ-MVD", host="LT-CB", first_day="2026-03-31"))["late"] == []


async def test_a_n2_under_the_agreement_alone_names_department_and_document_are_enough(hall: Hall) -> None:
    visitor = {name: VISITOR[name] for name in ("surname", "given_names", "body")}
    plain = {
        "host": "RU-MVD",
        "visitors": [{**visitor, "person": "by-mvd.officer"}],
        "degree": "secret",
        "providing_document": "План № 4",
    }
    visit = await hall.made("visits", plain, "BY-MVD")
    assert (visit["late"], visit["regimes"]) == ([], ["csto-2004"])


async def test_a_6_5_the_hosts_competent_body_alone_consents_once_and_tells_the_degree(hall: Hall) -> None:
    visit = await asked(hall)
    room = f"visits/{visit['id']}/acts"
    wrong = await hall.refused(room, CONSENT, "AM-POL", status=403)
    assert (wrong["code"], wrong["rule"]) == ("not_the_host", "KA-9")
    bare = await hall.refused(room, {"act": "consent_visit", "reference": PAPER}, "AM-NSS")
    assert (bare["code"], bare["rule"]) == ("degree_missing", "A-6.5")
    seen = (await hall.get(f"visits/{visit['id']}", "AM-NSS")).json()
    assert [each["act"] for each in seen["allowed_acts"]] == ["consent_visit", "refuse_visit"]
    done = await hall.made(room, {**CONSENT, "degree": "top_secret"}, "AM-NSS")
    assert (done["state"], done["degree"], done["allowed_acts"]) == ("consented", "top_secret", [])
    for told in ("KZ-NSC", "AM-POL"):
        assert (visit["number"], "visit_answered", "KA-9") in await hall.notices(told)
    again = await hall.refused(room, CONSENT, "AM-NSS", status=409)
    assert again["code"] == "visit_answered"


async def test_a_6_5_a_refusal_says_why_and_ends_it(hall: Hall) -> None:
    visit = await asked(hall)
    room = f"visits/{visit['id']}/acts"
    bare = await hall.refused(room, {"act": "refuse_visit", "reference": PAPER}, "AM-NSS")
    assert (bare["code"], bare["rule"]) == ("invalid_shape", "A-6.5")
    done = await hall.made(room, {"act": "refuse_visit", "reference": PAPER, "reason": "не своевременно"}, "AM-NSS")
    assert (done["state"], done["answer"]["reason"]) == ("refused", "не своевременно")


async def test_a_5_5_visitors_are_cleared_for_the_whole_visit(hall: Hall) -> None:
    strange = await hall.refused("visits", letter(visitors=[{**VISITOR, "person": "nobody"}]), "KZ-NSC")
    assert (strange["code"], strange["rule"]) == ("visitor_not_cleared", "A-N2")
    short = {"person": "kz-guest", "mark": "secret", "until": "2026-06-03T00:00:00Z"}
    await hall.made("clearances", short)
    told = await hall.refused("visits", letter(visitors=[{**VISITOR, "person": "kz-guest"}]), "KZ-NSC")
    assert told["code"] == "visitor_not_cleared"
    await hall.made("clearances", {**short, "until": "2026-07-01T00:00:00Z"})
    assert (await asked(hall, visitors=[{**VISITOR, "person": "kz-guest"}]))["state"] == "requested"


async def test_a_clearance_revoked_a_minute_ago_clears_nobody(hall: Hall) -> None:
    made = await hall.made("clearances", {"person": "kz-guest", "mark": "secret"})
    guests = [{**VISITOR, "person": "kz-guest"}]
    await asked(hall, visitors=guests)
    assert (await hall.post(f"clearances/{made['id']}/revoke", {})).status_code == 200
    hall.node.clock.advance(minutes=1)
    told = await hall.refused("visits", letter(visitors=guests), "KZ-NSC")
    assert told["code"] == "visitor_not_cleared"


async def test_who_takes_no_part_sees_no_visit_and_its_passports_stand_locked(hall: Hall) -> None:
    visit = await asked(hall)
    for by in ("RU-FSB", "LT-CB", "KZ-MVD"):
        assert (await hall.get(f"visits/{visit['id']}", by)).status_code == 404
        assert await hall.all("visits", by) == []
    assert (await hall.get(f"visits/{visit['id']}", "AM-POL", Role.OPERATOR)).status_code == 403
    for row in await hall.fetch("SELECT snapshot FROM protection.proceeding"):
        assert b"N00000000" not in row[0]
    (entry,) = await hall.all(f"visits/{visit['id']}/record", "AM-NSS")
    assert entry["body"]["visitors"][0]["passport"] == "N00000000"


async def test_of_two_answers_at_once_one_stands(hall: Hall) -> None:
    visit = await asked(hall)
    no = {"act": "refuse_visit", "reference": PAPER, "reason": "нет"}
    both = (hall.post(f"visits/{visit['id']}/acts", each, "AM-NSS") for each in (CONSENT, no))
    assert sorted(each.status_code for each in await asyncio.gather(*both)) == [201, 409]
