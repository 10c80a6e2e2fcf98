"""Who may sign now, asked of the database: orders on the authority's own days, accounts disabled, programs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from exchange.core.access import Actor
from exchange.core.errors import CallerUnknown, NotProved
from exchange.core.objections import Objection
from exchange.core.passwords import weaknesses
from exchange.service import keys, people, registry, sessions, substitutions
from exchange.service.passwords import Cost, Passwords
from exchange.service.people import Gate, Standing
from exchange.store import accounts
from schemas.people import SubstitutionWanted
from schemas.vocabulary import ActKind, Position, Role
from tests.service.office import NOW, WRAPPING_KEY

HEAD = Actor("KZ-MVD", Role.HEAD, "person:kz-mvd.head")
OFFICER = Actor("KZ-MVD", Role.OFFICER, "person:kz-mvd.officer")
WANTED = SubstitutionWanted(
    absent="kz-mvd.head",
    substitute="kz-mvd.officer",
    order_number="12-к",
    order_date=date(2026, 2, 27),
    since=date(2026, 3, 1),
    until=date(2026, 3, 2),
    acts=(ActKind.SUBMIT,),
)


@pytest.fixture
async def seeded(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Give a database with the sample authorities and their people."""
    async with pool.acquire() as conn, conn.transaction():
        await registry.seed_sandbox(conn)
    return pool


async def why_not(pool: asyncpg.Pool, actor: Actor, act: ActKind = ActKind.SUBMIT, now: datetime = NOW) -> str | None:
    """Return the code of what keeps somebody from signing, None when nothing does."""
    async with pool.acquire() as conn:
        found = await people.standing(conn, actor, act, now)
        assert (await people.signatory(conn, actor, act, now) is None) is isinstance(found, Objection)
    return found.code if isinstance(found, Objection) else None


async def order(pool: asyncpg.Pool, by: Actor = HEAD) -> None:
    """Enter the substitution."""
    async with pool.acquire() as conn, conn.transaction():
        await substitutions.enter(conn, by, uuid4(), WANTED, NOW)


async def test_p_6_5_an_order_counts_the_days_of_the_authority_s_zone(seeded: asyncpg.Pool) -> None:
    await order(seeded)
    midnight = datetime(2026, 2, 28, 19, tzinfo=UTC)  # in Almaty 1 March begins
    second = timedelta(seconds=1)
    assert await why_not(seeded, OFFICER, now=midnight - second) == "substitution_not_begun"
    assert await why_not(seeded, OFFICER, now=midnight) is None
    assert await why_not(seeded, OFFICER, now=midnight + timedelta(days=2) - second) is None
    assert await why_not(seeded, OFFICER, now=midnight + timedelta(days=2)) == "substitution_expired"


async def test_p_6_5_a_substitute_signs_in_the_position_named_by_the_order(seeded: asyncpg.Pool) -> None:
    await order(seeded)
    async with seeded.acquire() as conn:
        found = await people.standing(conn, OFFICER, ActKind.SUBMIT, NOW)
    assert isinstance(found, Standing)
    assert found.actor == replace(OFFICER, role=Role.HEAD)
    assert (found.signatory.name, found.signatory.position) == ("Образцов В. В. (образец)", Position.HEAD)
    assert found.signatory.acting_under == "Приказ № 12-к от 27.02.2026"


async def test_p_6_5_who_may_not_sign_is_told_why(seeded: asyncpg.Pool) -> None:
    assert await why_not(seeded, HEAD) is None
    assert await why_not(seeded, OFFICER) == "signature_needed"
    for stranger in ("token:1", "", "person:nobody", "person:ru-mvd.head"):
        assert await why_not(seeded, Actor("KZ-MVD", Role.HEAD, stranger)) == "person_needed"
    await order(seeded)
    assert await why_not(seeded, OFFICER, ActKind.REFUSE) == "substitution_out_of_scope"
    async with seeded.acquire() as conn:
        await accounts.disable(conn, "kz-mvd.officer", NOW)
    assert await why_not(seeded, OFFICER) == "account_disabled"
    async with seeded.acquire() as conn:
        await accounts.disable(conn, "kz-mvd.officer", None)
        await accounts.disable(conn, "kz-mvd.head", NOW)
    assert await why_not(seeded, OFFICER) == "substitution_of_nobody"


async def test_a_sandbox_asks_for_nothing_again_and_production_never_a_program(seeded: asyncpg.Pool) -> None:
    async with seeded.acquire() as conn, conn.transaction():
        await keys.make_missing(conn, WRAPPING_KEY)
        gate = Gate(await keys.load(conn, WRAPPING_KEY), Passwords(Cost(passes=1, kibibytes=64, lanes=1)), sandbox=True)
        await people.prove_again(conn, gate, HEAD, "", "", NOW)
        for actor in (HEAD, Actor("KZ-MVD", Role.SYSTEM, "token:1"), Actor("RU-MVD", Role.HEAD, HEAD.who)):
            with pytest.raises(NotProved):
                await people.prove_again(conn, replace(gate, sandbox=False), actor, "", "", NOW)


async def test_seeding_people_again_changes_nothing(seeded: asyncpg.Pool) -> None:
    async with seeded.acquire() as conn:
        before = await conn.fetch("SELECT * FROM account ORDER BY login")
        await registry.seed_sandbox(conn)
        assert await conn.fetch("SELECT * FROM account ORDER BY login") == before
    assert len(before) == 14 * 7


async def test_a_session_of_one_authority_is_none_of_another(seeded: asyncpg.Pool) -> None:
    async with seeded.acquire() as conn, conn.transaction():
        secret = await sessions.open_for(conn, HEAD, NOW, instead_of=None)
        held = await sessions.prove(conn, secret, NOW)
        assert (held.actor, held.login) == (HEAD, "kz-mvd.head")
        await conn.execute("UPDATE session SET authority = 'RU-MVD'")
        with pytest.raises(CallerUnknown):
            await sessions.prove(conn, secret, NOW)


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("correct horse battery", True),
        ("йцукенгшщзхъ", False),
        ("qwertyuiopas", False),
        ("PasswordPassword1", False),
        ("Администратор2026", False),
        ("x.petrov.pp.x!", False),
        ("\u0301" * 12, False),
        ("абвабвабвабв", False),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries_first(password: str, fine: bool) -> None:
    assert (not list(weaknesses(password, "petrov.pp"))) is fine
