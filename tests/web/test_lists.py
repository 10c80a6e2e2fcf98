"""Lists of requests and duties: what is said of each line is what the request's own page says."""

import re
from datetime import UTC, datetime

import pytest

from exchange.service import keys
from exchange.store import registry
from schemas.vocabulary import Role
from tests.service.office import FAR_EAST, WRAPPING_KEY
from tests.web.house import Office, Person


async def told(person: Person, path: str) -> set[str]:
    """Return what is said of due moments on a page."""
    page = await person.get(path)
    whole = page.text.replace("31.03.2026", "31 марта 2026")
    said = " ".join(re.findall(r'<span class="due.*?</span>', page.source, re.DOTALL)) or whole
    return {words for words in ("31 марта 2026", "1 апреля 2026", "сегодня", "1 день", "−1", "-1") if words in said}


@pytest.mark.parametrize(
    ("now", "bucket", "left"),
    [
        (datetime(2026, 3, 30, 20, 59, tzinfo=UTC), "3d", "1 день"),
        (datetime(2026, 3, 31, 12, 0, tzinfo=UTC), "3d", "сегодня"),
        (datetime(2026, 3, 31, 20, 59, tzinfo=UTC), "today", "сегодня"),
    ],
)
async def test_p_7_2_the_last_day_is_told_in_lists_as_it_was_counted_wherever_the_holder_is(
    office: Office, now: datetime, bucket: str, left: str
) -> None:
    """The term was counted in Moscow, seven hours behind Vladivostok: its last day is 31 March for both."""
    async with office.node.runtime.transaction() as conn:
        await registry.add_authority(conn, FAR_EAST)
        await keys.make_missing(conn, WRAPPING_KEY)
    made = await office.node.submitted()
    made = await office.node.done(made, "RU-MVD", "redirect", to_authority="RU-DV", reason="По месту")
    await office.node.done(made, "RU-DV", "accept")
    office.node.clock.now = now
    person = await office.person("KZ-MVD")
    for path in (f"/duties?due={bucket}", f"/requests?due={bucket}", f"/requests/{made['id']}"):
        said = await told(person, path)
        assert {"31 марта 2026", left} <= said, path
        assert not said & {"1 апреля 2026", "−1", "-1"}, path


async def test_p_10_1_every_list_that_tells_of_a_request_marks_what_is_for_official_use(office: Office) -> None:
    marked = await office.node.submitted(handling="official_use")
    office.node.clock.advance(days=3)
    person = await office.person("RU-MVD")
    for path in ("/requests", "/requests?box=in", "/duties?due=later"):
        assert len((await person.get(path)).all("span", **{"class": "tag tag-official"})) == 1, path
    office.node.clock.advance(days=40)
    for path in ("/", "/duties", "/requests?due=overdue"):
        page = await (await office.person("RU-MVD")).get(path)
        assert "Для служебного пользования" in page.text, path
    plain = await office.node.submitted()
    assert plain["handling"] == "ordinary" != marked["handling"]
    page = await (await office.person("RU-MVD")).get("/duties?due=later")
    assert "Для служебного пользования" not in page.text


async def test_p_10_1_drafts_are_marked_in_their_list_like_the_requests_that_they_are_for(office: Office) -> None:
    marked, plain = await office.node.submitted(handling="official_use"), await office.node.submitted()
    person = await office.person("KZ-MVD", Role.OFFICER)
    for handling in ("official_use", "ordinary", "official_use\0"):
        assert (await person.write("/drafts/new", purpose=f"Цель {handling}", handling=handling)).status_code == 303
    for one in (marked, plain):
        way = f"/drafts/new?kind=confirm&request={one['id']}"
        assert (await person.write(way)).status_code == 303
    page = await person.get("/drafts")
    rows = re.findall(r'<th scope="row"><a.*?</th>', page.source, re.DOTALL)
    assert len(rows) == 5
    told = [row for row in rows if "Для служебного пользования" in row]
    assert len(told) == 2
    assert any(marked["number"] in row for row in told)
    assert any("Цель official_use<" in row for row in told)
