"""The letter on a visit and the proposal of a release over the interface, read back from the PDF."""

import io
from typing import Any

from pypdf import PdfReader

from tests.api.house import problem
from tests.protection.accesses import noted
from tests.protection.hall import Hall
from tests.protection.test_releases import proposed
from tests.protection.test_visits import asked


async def read(hall: Hall, room: str, by: str) -> str:
    """Return the words of a paper, which is the same each time."""
    answer = await hall.get(room, by)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert (await hall.get(room, by)).content == answer.content
    pages = PdfReader(io.BytesIO(answer.content)).pages
    joined = "\n".join(page.extract_text() for page in pages).replace("\u00ad\n", "").replace("-\n", "")
    return " ".join(joined.split())


async def trail(hall: Hall) -> list[dict[str, Any]]:
    """Return what was taken of proceedings."""
    return [told for access, told in await noted(hall.module) if access.proceeding is not None]


async def test_ka_9_the_letter_on_a_visit_has_every_field_and_goes_to_the_hosts_competent_body(hall: Hall) -> None:
    visit = await asked(hall, first_day="2026-03-31")
    text = await read(hall, f"visits/{visit['id']}/letter.pdf", "AM-NSS")
    request = visit["request"]
    for name in ("purpose", "questions", "bodies_to_visit", "people_to_meet", "providing_document"):
        assert request[name] in text, name
    for visitor in request["visitors"]:
        for name in ("surname", "given_names", "birth_place", "citizenship", "passport", "position"):
            assert visitor[name] in text, name
    assert visit["number"] in text
    assert "Обращение направлено позже 28 февраля 2026 года" in text
    told = await trail(hall)
    assert [(each["paper"], each["role"]) for each in told] == [("visit", "secrecy_officer")] * 2
    problem(await hall.get(f"visits/{visit['id']}/letter.pdf", "BY-MVD"), 404, "not_there")
    assert len(await trail(hall)) == 2


async def test_r_5_the_proposal_has_its_six_contents_and_the_treatys_elements(hall: Hall) -> None:
    case = await proposed(hall)
    text = await read(hall, f"releases/{case['id']}/proposal.pdf", "KZ-NSC")
    said = case["proposal"]
    for name in ("purpose", "effect", "compensation"):
        assert said[name] in text, name
    for secret in said["secrets"]:
        for name in ("designation", "classified_by", "ground"):
            assert secret[name] in text, name
    assert "Мотивированное предложение о передаче" in text
    assert "недопустимость передачи третьей стороне".capitalize() in text
    assert {each["paper"] for each in await trail(hall)} == {"proposal"}
    problem(await hall.get(f"releases/{case['id']}/proposal.pdf", "AM-POL"), 404, "not_there")


async def test_what_is_no_proceeding_has_no_paper(hall: Hall) -> None:

    for room in ("visits/019cbcf2-7c00-4000-8000-000000000002/letter.pdf", "releases/x/proposal.pdf"):
        problem(await hall.get(room), 404, "not_there")
