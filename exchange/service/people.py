"""People as the rest of the node asks of them: who signs, who proves again that it is they, who the samples are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from exchange.core.access import Actor
from exchange.core.deadlines import local_day
from exchange.core.errors import CallerUnknown, NotProved, TooManyTries
from exchange.core.objections import Objection
from exchange.core.signing import SIGNED
from exchange.core.signing import signatory as judged
from exchange.service import attempts, second
from exchange.service.keys import Keyring
from exchange.service.passwords import Passwords
from exchange.service.sessions import PERSON
from exchange.store import accounts, substitutions, tokens
from exchange.store.accounts import Sample
from exchange.store.database import Connection
from schemas.requests import Signatory
from schemas.vocabulary import ActKind, Role

__all__ = ["Gate", "NotProved", "Standing", "TooManyTries", "prove_again", "signatory", "standing"]

TOKEN: Final = "token:"
"""What the name of a program that calls begins with; the number of its token follows."""

SAMPLES: Final = {
    Role.OFFICER: ("Образцов В. В. (образец)", "Сотрудник"),
    Role.HEAD: ("Образцова А. А. (образец)", "Руководитель"),
    Role.DEPUTY_HEAD: ("Образцов Б. Б. (образец)", "Заместитель руководителя"),
    Role.REGISTRAR: ("Образцова Г. Г. (образец)", "Регистратор"),
    Role.SECRECY_OFFICER: ("Образцов Д. Д. (образец)", "Сотрудник режимно-секретного подразделения"),
    Role.AUDITOR: ("Образцова Е. Е. (образец)", "Аудитор"),
    Role.OPERATOR: ("Образцов Ж. Ж. (образец)", "Оператор узла"),
}
"""The person of each role of a sample authority: name and post."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What people are proved with; in a sandbox nobody has to prove anything again."""

    keys: Keyring
    passwords: Passwords
    sandbox: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """As what somebody may sign: the name and position under the act, and the caller in that position's role."""

    signatory: Signatory
    actor: Actor


def login_of(actor: Actor) -> str | None:
    """Return the login of the person who calls, None for a program."""
    return actor.who.removeprefix(PERSON) if actor.who.startswith(PERSON) else None


async def person_behind(conn: Connection, actor: Actor) -> str | None:
    """Return the login of the person who calls, or who gave out the token of the program that does, if anybody."""
    who = actor.who
    while who.startswith(TOKEN):  # each was made by an earlier one
        held = await tokens.find(conn, int(who.removeprefix(TOKEN)))
        who = "" if held is None else held.made_by
    return who.removeprefix(PERSON) if who.startswith(PERSON) else None


async def names(conn: Connection, actor: Actor, whom: Iterable[str]) -> Mapping[str, str]:
    """Return what those who did something in the caller's authority are called: people by name, programs by label."""
    wanted = sorted(set(whom))
    logins = [who.removeprefix(PERSON) for who in wanted if who.startswith(PERSON)]
    numbers = [int(who.removeprefix(TOKEN)) for who in wanted if who.startswith(TOKEN)]
    found = dict(await accounts.names(conn, actor.authority, logins, numbers)) if logins or numbers else {}
    return {who: found.get(who) or who for who in wanted}


async def bears_one(conn: Connection, actor: Actor, authors: Iterable[str]) -> bool:
    """Tell whether the person who calls bears the token of one of some programs."""
    login, numbers = login_of(actor), [int(who.removeprefix(TOKEN)) for who in authors if who.startswith(TOKEN)]
    return login is not None and bool(numbers) and await tokens.are_borne_by(conn, numbers, login)


async def prove_again(conn: Connection, gate: Gate, actor: Actor, password: str, code: str, real: datetime) -> None:
    """Let the person who calls prove once more that it is they, `real` being the real time; raise NotProved.

    Call it inside the transaction of what it is for: the code is used up with that, and the account is locked
    meanwhile, so that nobody guesses in parallel. Let NotProved leave the transaction: `House.writing` counts it once
    that is undone. In a sandbox it asks for nothing; a program cannot prove what a person has to.
    """
    if gate.sandbox:
        return
    login = login_of(actor)
    held = None if login is None else await accounts.lock(conn, login)
    if login is None or held is None or held.disabled_at is not None:
        raise NotProved
    if (held.authority, held.role) != (actor.authority, actor.role):  # another role since the call came
        raise NotProved
    await attempts.check(conn, login, real)
    proved = await gate.passwords.holds(held.password, password)
    if not await second.use(conn, gate.keys, held, code, real) or not proved:
        await attempts.failed(conn, login, real)
        raise NotProved(login=login)


async def signatory(conn: Connection, actor: Actor, act: ActKind, now: datetime) -> Signatory | None:
    """Return what the caller may put under an act now (Article 6), None when it may not sign; `now` is the node's."""
    of = await standing(conn, actor, act, now)
    return of.signatory if isinstance(of, Standing) else None


async def standing(conn: Connection, actor: Actor, act: ActKind, now: datetime) -> Standing | Objection:
    """Return as what the caller may sign an act now, or the objection that says why it may not (Article 6).

    A substitute signs in the absent signatory's position, with the order named, on the days of the authority's zone.
    """
    login = login_of(actor)
    held = None if login is None else await accounts.find(conn, login)
    if held is None or held.authority != actor.authority:
        found = judged(None, (), act, now.date())
    else:
        orders = await substitutions.of_substitute(conn, held.login, held.authority)
        found = judged(held.person, orders, act, local_day(now, held.zone))
    if isinstance(found, Objection):
        return found
    return Standing(found, replace(actor, role=Role(found.position.value)))


async def signs(conn: Connection, actor: Actor, now: datetime) -> tuple[ActKind, ...]:
    """Return the acts that the caller may sign now."""
    login = login_of(actor)
    held = None if login is None else await accounts.find(conn, login)
    if held is None or held.authority != actor.authority:
        return ()
    orders = await substitutions.of_substitute(conn, held.login, held.authority)
    today = local_day(now, held.zone)
    return tuple(kind for kind in SIGNED if not isinstance(judged(held.person, orders, kind, today), Objection))


def sample_login(authority: str, role: Role) -> str:
    """Return the login of the sample person of a role: `kz-mvd.head`."""
    return f"{authority.lower()}.{role.replace('_', '-')}"


async def seed_samples(conn: Connection, authorities: Iterable[str], at: datetime) -> None:
    """Enter the sample people of sample authorities, those who are not there yet; in a sandbox only."""
    people = [
        Sample(sample_login(code, role), code, name, post, role)
        for code in authorities
        for role, (name, post) in SAMPLES.items()
    ]
    await accounts.add_samples(conn, people, at)


async def sample(conn: Connection, authority: str, role: Role, at: datetime) -> Actor:
    """Return the sample person of a role as a caller, entered if need be; raise CallerUnknown for one disabled."""
    login = sample_login(authority, role)
    name, post = SAMPLES[role]
    await accounts.add_samples(conn, [Sample(login, authority, name, post, role)], at)
    held = await accounts.find(conn, login)
    if held is None or held.disabled_at is not None or not held.sample or held.authority != authority:
        raise CallerUnknown
    return Actor(authority, held.role, PERSON + login)
