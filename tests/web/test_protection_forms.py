"""The module's forms in wrong hands: forged, stale, doubled, of others' items, of roles that see nothing, sealed."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from schemas.vocabulary import Role
from tests.conftest import Database
from tests.protection.house import PURPOSE
from tests.web.chambers import DECISION, ITEMS, KEEPER, NEW, PLAIN, Chambers, act, fill, form_of, led, open_chambers
from tests.web.chambers import register as registered
from tests.web.house import OWN, Office, Reader, open_office

EVIL = """<script>alert("x")</script>'"><img src=x onerror=alert(1)> {{ 7*'ab' }}"""
RELEASE = {"recipient": "RU-MVD", "copies": "1", "basis": "договор", **DECISION}
PLACES = ("", "/items", "/items/new", "/releases", "/visits", "/entries", "/people", "/agreements")
HIDDEN = ("сети", "Заря", PURPOSE.split()[0], "secret-", "Секретно", "grif")


@pytest.fixture
async def chambers(database: Database, tmp_path: Path) -> AsyncIterator[Chambers]:
    """Give a node with the module in it."""
    async with open_chambers(database.dsn, tmp_path) as opened:
        yield opened


async def test_what_was_typed_never_becomes_markup(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await registered(keeper, None, designation=EVIL, purpose=EVIL, **{"requirements.text": EVIL})
    await led(keeper, await act(keeper, item, "report_breach", kinds="loss", disclosure="no", circumstances=EVIL,
                                happened_on="2026-02-28"))  # fmt: skip
    asked = {"recipient": "RU-MVD", "copies": EVIL, "purpose": EVIL, "basis": EVIL, "contract": EVIL, **DECISION}
    refused = await fill(keeper, f"{ITEMS}/{item}/acts/authorise_release", asked)
    assert refused.status_code == 422
    pages = [refused.text]
    for way in ("", f"/{item}", f"/{item}/acts/authorise_release", f"/{item}/acts/report_inquiry"):
        answer = await keeper.http.get(f"{ITEMS}{way}")
        assert answer.status_code == 200, way
        pages.append(answer.text)
    for text in pages:
        page = Reader(text)
        assert not page.all("script")
        assert not page.all("img", src="x")
        assert 7 * "ab" not in page.text
    assert EVIL.split(maxsplit=1)[0] in Reader(pages[2]).text


async def test_a_form_of_another_site_or_session_changes_nothing(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await registered(keeper, None)
    own = form_of(await keeper.get(f"{ITEMS}/{item}/acts/authorise_release"))
    filled = {**own, **RELEASE}
    way = f"{ITEMS}/{item}/acts/authorise_release"
    for headers in ({}, {**OWN, "Sec-Fetch-Site": "cross-site"}, {**OWN, "Origin": "https://elsewhere"}):
        answer = await keeper.http.post(way, data=filled, headers=headers)
        assert answer.status_code == 403
    stolen = await keeper.post(way, {**filled, "token": "0" * 64})
    assert stolen.status_code == 403
    other = await chambers.keeper("BY-MVD", Role.HEAD)
    assert (await other.post(way, filled)).status_code == 403
    file = [("file", ("a.txt", b"plain", "text/plain"))]
    for headers in ({}, {**OWN, "Sec-Fetch-Site": "cross-site"}):
        answer = await keeper.http.post(
            f"{ITEMS}/new", data={**NEW, "token": own["token"]}, files=file, headers=headers
        )
        assert answer.status_code == 403
    assert not await chambers.module.fetch("SELECT id FROM protection.content")
    assert "Решения о передаче" not in (await keeper.get(f"{ITEMS}/{item}")).text


async def test_two_clicks_have_one_effect_and_a_form_of_an_older_version_shows_it(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await registered(keeper, None)
    way = f"{ITEMS}/{item}/acts/authorise_release"
    filled = {**form_of(await keeper.get(way)), **RELEASE}
    older = {**form_of(await keeper.get(way)), **RELEASE, "basis": "набранное раньше"}
    first, second = [await keeper.post(way, filled) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"] == f"{ITEMS}/{item}?done=2"
    changed = await keeper.post(way, {**filled, "basis": "другое"})
    assert changed.status_code == 409
    stale = await keeper.post(way, older)
    assert stale.status_code == 412
    assert "Предмет изменился" in stale.text
    assert "набранное раньше" in stale.text
    assert len((await chambers.module.read(_uuid(item), "BY-MVD")).item.releases) == 1


async def test_what_is_another_s_is_not_there(chambers: Chambers) -> None:
    keeper, other = await chambers.keeper(), await chambers.keeper("RU-MVD")
    item = await registered(keeper)
    for name in (item, str(uuid4()), "1", "x" * 36):
        for way in ("", "/content", "/acts/destroy", "/papers/extract.pdf"):
            assert (await other.http.get(f"{ITEMS}/{name}{way}")).status_code == 404, (name, way)
    own = form_of(await other.get(f"{ITEMS}/new"))
    for way in ("content", "acts/destroy"):
        assert (await other.post(f"{ITEMS}/{item}/{way}", own)).status_code == 404
    for way in ("releases", "visits"):
        assert (await other.http.get(f"/protection/{way}/{uuid4()}")).status_code == 404
        assert (await other.http.get(f"/protection/{way}/{uuid4()}/acts/nothing")).status_code == 404
    assert (await keeper.http.get(f"{ITEMS}/{item}/acts/register")).status_code == 404
    assert (await other.http.get(f"/protection/people?item={item}")).status_code == 200


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.OPERATOR])
async def test_a_role_that_sees_nothing_learns_of_nothing(chambers: Chambers, role: Role) -> None:
    item = await registered(await chambers.keeper(), None)
    person = await chambers.keeper("BY-MVD", role)
    assert not (await person.get("/")).all("a", href="/protection")
    for place in (*PLACES, f"/items/{item}", f"/items/{item}/content"):
        assert (await person.http.get(f"/protection{place}")).status_code == 404, place


async def test_the_auditor_looks_and_does_nothing_and_an_officer_registers_nothing(chambers: Chambers) -> None:
    item = await registered(await chambers.keeper())
    auditor, officer = await chambers.keeper("BY-MVD", Role.AUDITOR), await chambers.keeper("BY-MVD", Role.OFFICER)
    assert (await auditor.get("/")).all("a", href="/protection")
    page = await auditor.get(f"{ITEMS}/{item}")
    assert not [one for one in page.all("a") if "/acts/" in one["href"] or one["href"].endswith("/content")]
    assert (await auditor.http.get(f"{ITEMS}/{item}/content")).status_code == 404
    token = (await officer.get("/account")).hidden()["token"]
    for person in (auditor, officer):
        assert (await person.http.get(f"{ITEMS}/new")).status_code == 403
        answer = await person.http.post(
            f"{ITEMS}/new", data={**NEW, "token": token}, files=[("file", ("a", b"x", "text/plain"))], headers=OWN
        )
        assert answer.status_code == 403
    assert (await officer.http.get(f"{ITEMS}/{item}/acts/destroy")).status_code == 409
    for place, link in (("visits", "/protection/visits/new"), ("entries", "/protection/entries/new/csto-2004/rules")):
        assert not (await officer.get(f"/protection/{place}")).all("a", href=link)


async def test_without_a_module_there_is_nothing_of_it(database: Database) -> None:
    async with open_office(database.dsn) as office:
        await _nothing_of_secrets(office)


async def _nothing_of_secrets(office: Office) -> None:
    keeper = await office.person("BY-MVD", KEEPER)
    assert not (await keeper.get("/")).all("a", href="/protection")
    assert (await keeper.http.get("/protection")).status_code == 404


async def test_a_sealed_module_says_what_the_operator_does_and_keeps_what_was_typed(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await registered(keeper, None)
    own = form_of(await keeper.get(f"{ITEMS}/{item}/acts/authorise_release"))
    chambers.module.module.provider.forget()
    for place in (*PLACES, f"/items/{item}", f"/items/{item}/acts/destroy"):
        answer = await keeper.http.get(f"/protection{place}")
        assert answer.status_code == 503, place
        assert answer.headers["retry-after"]
        assert "опечатан" in answer.text
        assert "Оператор узла" in answer.text
    answer = await keeper.post(f"{ITEMS}/{item}/acts/authorise_release", {**own, **RELEASE, "basis": "набранное"})
    assert answer.status_code == 503
    assert "набранное" in answer.text
    stranger = chambers.nobody()
    assert (await stranger.http.get("/protection")).headers["location"] == "/sign-in?next=%2Fprotection"


async def test_no_address_tells_of_a_secret(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    item = await registered(keeper)
    for place in (*PLACES, f"/items/{item}", f"/items/{item}/acts/authorise_release", f"/items/{item}/content"):
        page = await keeper.get(f"/protection{place}")
        ways = [found["href"] for found in page.all("a")] + [found.get("action", "") for found in page.all("form")]
        assert not [way for way in ways if any(word.lower() in way.lower() for word in HIDDEN)], place
        assert all(re.fullmatch(r"/[\w\-./]*(\?[\w=&.:\-]*)?|#[\w-]*|\?lang=\w+|\?.*lang=\w+", way) for way in ways), (
            ways
        )


async def test_a_content_that_came_is_kept_over_a_refusal_and_sealed_at_once(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    own = form_of(await keeper.get(f"{ITEMS}/new"))
    file = [("file", ("справка.txt", PLAIN.encode(), "text/plain"))]
    refused = await keeper.http.post(f"{ITEMS}/new", data={**own, **NEW, "purpose": ""}, files=file, headers=OWN)
    assert refused.status_code == 422
    page = Reader(refused.text)
    assert "Содержание уже принято и опечатано" in page.text
    assert page.all("textarea", name="purpose")[0]["aria-invalid"] == "true"
    again = form_of(page)
    answer = await keeper.http.post(
        f"{ITEMS}/new", data={**again, "purpose": PURPOSE}, files=[("file", ("", b"", ""))], headers=OWN
    )
    card = await led(keeper, answer)
    assert "SHA-256" in card.text
    for file_on_disk in chambers.module.folder.rglob("*"):
        if file_on_disk.is_file():
            assert PLAIN.encode()[:20] not in file_on_disk.read_bytes()


async def test_errors_stand_beside_their_fields_with_their_articles(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    item = await registered(keeper, None, kind="document")
    refused = await fill(
        keeper,
        f"{ITEMS}/{item}/acts/authorise_release",
        {"recipient": "AM-POL", "copies": "1", "basis": "x", **DECISION},
    )
    page = Reader(refused.text)
    places = {one["href"] for one in page.all("a") if one["href"].startswith("#f-")}
    assert {"#f-own_consent", "#f-recipient_cleared", "#f-procedure"} <= places
    ids = {found.get("id") for _, found in page.elements}
    assert {place[1:] for place in places} <= ids
    assert "п. 11 Правил № 1355" in page.text
    assert page.all("select", name="recipient")
    assert 'value="AM-POL" selected' in refused.text


async def test_papers_are_given_as_pdf_and_lists_are_filtered(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await registered(keeper, None)
    answer = await keeper.http.get(f"{ITEMS}/{item}/papers/extract.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "no-store"
    assert (await keeper.http.get(f"{ITEMS}/{item}/papers/nothing.pdf")).status_code == 404
    for asked, there in (("box=made", True), ("box=awaiting", False), ("state=gone", False), ("due=overdue", False)):
        page = await keeper.get(f"{ITEMS}?{asked}")
        assert bool(page.all("a", href=f"{ITEMS}/{item}")) is there, asked
    for asked in ("box=x", "state=x", "after=x", "due=today"):
        assert (await keeper.http.get(f"{ITEMS}?{asked}")).status_code == 422


def _uuid(text: str) -> UUID:
    return UUID(text)
