"""Pages that show words of a case leave a trace."""

from schemas.vocabulary import Role
from tests.api.trail import trail
from tests.web.house import Office


async def test_each_page_with_words_of_a_case_leaves_one_trace(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD", Role.OFFICER)
    told = {
        "/": ("listed", "dashboard", {"filters": ["due"], "shown": 0}),
        "/requests?box=in&q=": ("listed", "requests", {"filters": ["box"], "shown": 1}),
        "/duties?due=later": ("listed", "duties", {"filters": ["due"], "shown": 1}),
        f"/requests/{made['id']}": ("read", "", {"record": True}),
        f"/requests/{made['id']}/record": ("read_record", "", {}),
        f"/requests/{made['id']}/acts/accept": ("read", "", {"form": "accept"}),
    }
    for path, (deed, subject, detail) in told.items():
        before = await trail(office.node, "RU-MVD")
        await person.get(path)
        (row,) = (await trail(office.node, "RU-MVD"))[len(before) :]
        assert (row["deed"], row["subject"], row["detail"]) == (deed, subject, detail)
        assert row["request"] == (made["id"] if deed.startswith("read") else None)


async def test_a_page_that_is_not_theirs_and_an_act_that_their_role_may_not_do_are_written_down(office: Office) -> None:
    made = await office.node.submitted()
    stranger = await office.person("AM-POL", Role.HEAD)
    await stranger.get(f"/requests/{made['id']}", 404)
    assert [(row["deed"], row["request"]) for row in await trail(office.node, "AM-POL")][-1] == ("denied", made["id"])
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    own = (await auditor.get(f"/requests/{made['id']}/acts/accept", 409)).hidden()
    assert (await auditor.post(f"/requests/{made['id']}/acts/accept", own)).status_code == 403
    rows = [row for row in await trail(office.node, "RU-MVD") if row["deed"] == "denied"]
    assert [(row["subject"], row["detail"]) for row in rows] == [("role_may_not", {"method": "POST"})]


async def test_a_draft_s_page_and_the_list_of_drafts_leave_a_trace(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    form = {**(await officer.get("/drafts/new?kind=submit")).hidden(), "purpose": "Раскрытие преступления"}
    way = (await officer.post("/drafts/new", form)).headers["location"].partition("?")[0]
    before = len(await trail(office.node))
    await officer.get(way)
    await officer.get("/drafts")
    rows = [(row["deed"], row["subject"], row["detail"]) for row in (await trail(office.node))[before:]]
    told = ("read", way.rpartition("/")[2], {"draft": 1})
    assert rows == [told, ("listed", "drafts", {"filters": ["states"]})]
