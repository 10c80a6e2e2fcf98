"""People of a body of the protection module alone: they sign in, and no page of the open exchange opens for them."""

import pytest

from exchange.service.registry import LITHUANIAN
from schemas.vocabulary import Role
from tests.web.house import Office

PAGES = ("/drafts", "/requests", "/requests?box=in", "/duties", "/mail", "/registry", "/audit", "/accounts", "/tokens")


@pytest.mark.parametrize("role", [Role.HEAD, Role.SECRECY_OFFICER, Role.OPERATOR, Role.AUDITOR])
async def test_no_page_opens(office: Office, role: Role) -> None:
    person = await office.person(LITHUANIAN, role)
    for path in PAGES:
        answer = await person.http.get(path)
        assert answer.status_code in {403, 404}, (path, answer.status_code)
        assert LITHUANIAN not in (await (await office.person("KZ-MVD")).get("/registry")).text


async def test_the_sandbox_lets_one_sign_in_for_it(office: Office) -> None:
    page = await office.nobody().get("/sign-in")
    assert LITHUANIAN in page.text
