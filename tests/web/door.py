"""The door of people in production, for tests: accounts with their telephones, and what the trail tells."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pyotp

from exchange.core.access import Actor
from exchange.service import accounts
from schemas.people import AccountWanted
from schemas.vocabulary import Language, Role
from tests.web.house import Office, Person

PASSWORD = "длинная фраза о погоде 7"


OPERATOR = Actor("KZ-MVD", Role.OPERATOR, "command")


WRONG = "Логин, пароль или код не подошёл."


@dataclass
class Door:
    """A production node with cheap passwords, and people with their telephones."""

    office: Office

    async def account(
        self, login: str, role: Role = Role.HEAD, authority: str = "KZ-MVD", language: Language = Language.RU
    ) -> str:
        """Open an account and return its set-up code."""
        runtime = self.office.node.runtime
        wanted = AccountWanted(login=login, name="Петров П. П.", post="Начальник", role=role, language=language)
        async with runtime.transaction() as conn:
            actor, now = replace(OPERATOR, authority=authority), runtime.clock()
            made = await accounts.open_account(conn, actor, wanted, now, now, sandbox=False)
        assert made.set_up is not None
        return made.set_up.code

    async def set_up(self, login: str, code: str, person: Person | None = None, **changes: str) -> httpx.Response:
        """Send the form of the set-up."""
        form = {"login": login, "code": code, "new_password": PASSWORD, "again": PASSWORD}
        return await (person or self.office.nobody()).post("/set-up", {**form, **changes})

    async def enrolled(
        self, login: str, role: Role = Role.HEAD, authority: str = "KZ-MVD", language: Language = Language.RU
    ) -> "Owner":
        """Open an account, set it up, and enrol its second factor."""
        person = self.office.nobody()
        assert (
            await self.set_up(login, await self.account(login, role, authority, language), person)
        ).status_code == 303
        page = await person.get("/set-up/second")
        secret = "".join(re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page.source)[0].split())
        owner = Owner(self, login, secret, person)
        answer = await person.post("/set-up/second", {**page.hidden(), "code": owner.code()})
        assert answer.status_code == 200, answer.text[:500]
        owner.recovery = re.findall(r'<code class="secret">([A-Z2-7-]{19})</code>', answer.text)
        return owner


@dataclass
class Owner:
    """Somebody with an account, a telephone and recovery codes."""

    door: Door
    login: str
    secret: str
    person: Person
    recovery: list[str] = None  # type: ignore[assignment]

    def code(self, steps: int = 0) -> str:
        """Return what the telephone shows, now or so many steps from now."""
        now = self.door.office.node.clock.now
        return pyotp.TOTP(self.secret).at(now + timedelta(seconds=30 * steps))

    def later(self, steps: int = 2) -> None:
        """Wait until the telephone shows new codes."""
        self.door.office.node.clock.advance(seconds=30 * steps)

    async def sign_in(self, person: Person | None = None, **changes: str) -> httpx.Response:
        """Send the form of signing in, at a browser of one's own if none is given."""
        form = {"login": self.login, "password": PASSWORD, "code": self.code(), "next": "/"}
        return await (person or self.door.office.nobody()).post("/sign-in/password", {**form, **changes})


async def deeds(door: Door) -> list[tuple[str, str, str]]:
    """Return what the trail tells of people."""
    async with door.office.node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT deed, who, subject FROM audit WHERE deed <> 'read' ORDER BY id")
    return [(row["deed"], row["who"], row["subject"]) for row in rows]


def lives(person: Person) -> Any:
    """Ask for a page that only somebody signed in sees."""
    return person.http.get("/account")


async def form_of(person: Person, path: str) -> dict[str, str]:
    """Return the token that a page's forms bear."""
    return {"token": (await person.get(path)).hidden()["token"]}
