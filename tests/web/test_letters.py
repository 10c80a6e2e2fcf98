"""Letters on the pages: one to keep beside every act, and the page that checks a code."""

from exchange.letters.code import code_of
from schemas.vocabulary import Role
from tests.web.house import Office


async def test_every_act_of_the_record_has_its_letter(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD", Role.OFFICER)
    page = await person.get(f"/requests/{made['id']}")
    links = {one["href"] for one in page.all("a") if one["href"].endswith(".pdf")}
    assert links == {f"/requests/{made['id']}/letters/{seq}.pdf" for seq in (1, 2)}
    for link in links:
        answer = await person.http.get(link)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.content.startswith(b"%PDF-1.7")
    stranger = await office.person("BY-MVD", Role.HEAD)
    for link in links:
        await stranger.get(link, 404)
    assert (await office.nobody().http.get(min(links))).status_code == 303


async def test_a_party_sees_which_act_a_code_belongs_to_and_nobody_else_does(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD", Role.OFFICER)
    await person.http.get(f"/requests/{made['id']}/letters/1.pdf")
    entry = (await office.node.get(f"/v1/requests/{made['id']}/record")).json()["items"][0]
    code = code_of(bytes.fromhex(entry["digest"]))
    assert "Введите код" in (await person.get("/verify-letter")).text
    page = await person.get(f"/verify-letter?code={code.lower()}")
    assert "запись подтверждает себя" in page.text
    assert page.all("a", href=f"/requests/{made['id']}")
    assert "Such" not in page.text
    assert "Такого письма нет" in (await person.get("/verify-letter?code=7777-7777-7777-7777-7777", 404)).text
    assert "Такого письма нет" in (await person.get("/verify-letter?code=%3Cscript%3E", 404)).text
    stranger = await office.person("BY-MVD", Role.HEAD)
    page = await stranger.get(f"/verify-letter?code={code}", 404)
    assert made["number"] not in page.text
