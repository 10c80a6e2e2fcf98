"""Who may put which name under an act (Article 6): the head, a deputy head, or whoever stands in under an order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from exchange.core.acts import ACTS, Signing
from exchange.core.objections import Objection, object_to
from schemas.requests import Signatory
from schemas.vocabulary import ActKind, Position, Role

SIGNED: Final = tuple(act.kind for act in ACTS.values() if act.signing is not Signing.NEVER)
"""The acts that a signature can stand under."""

POSITIONS: Final = {Role.HEAD: Position.HEAD, Role.DEPUTY_HEAD: Position.DEPUTY_HEAD}


FITTING: Final = frozenset({Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD})
"""Who may stand in for a signatory: those who do the authority's acts, none who runs the node, watches or receives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account; `disabled` while it may not be used."""

    login: str
    authority: str
    name: str
    role: Role
    disabled: bool = False

    @property
    def position(self) -> Position | None:
        """The position in which this person signs, None for others."""
        return POSITIONS.get(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """Somebody signs for an absent signatory by an order, on local days of the authority, the last one included.

    `acts` None means all that are signed.
    """

    id: UUID
    absent: Person
    substitute: str
    order_number: str
    order_date: date
    since: date
    until: date
    acts: frozenset[ActKind] | None = None
    revoked: bool = False

    @property
    def order(self) -> str:
        """The order as it is named under a signature."""
        return f"Приказ № {self.order_number} от {self.order_date:%d.%m.%Y}"

    def objection(self, act: ActKind, today: date) -> Objection | None:
        """Say why it does not cover an act on a day, None when it does."""
        if self.revoked:
            return object_to("substitution_revoked")
        if today > self.until:
            return object_to("substitution_expired")
        if today < self.since:
            return object_to("substitution_not_begun")
        if self.absent.disabled or self.absent.position is None:
            return object_to("substitution_of_nobody")
        if self.acts is not None and act not in self.acts:
            return object_to("substitution_out_of_scope")
        return None


NEAREST: Final = (
    "substitution_out_of_scope",
    "substitution_of_nobody",
    "substitution_not_begun",
    "substitution_expired",
    "substitution_revoked",
)
"""Of several substitutions that do not hold, the one that comes closest is spoken of."""


def signatory(
    person: Person | None, substitutions: Iterable[Substitution], act: ActKind, today: date
) -> Signatory | Objection:
    """Return what somebody may put under an act on a day, or why nothing (Article 6).

    None is a program. Who signs in a position of their own needs no order; of several that hold, the head's goes first.
    """
    if person is None:
        return object_to("person_needed")
    if person.disabled:
        return object_to("account_disabled")
    if person.position is not None:
        return Signatory(name=person.name, position=person.position)
    valid: list[Substitution] = []
    against: set[str] = set()
    for one in substitutions:
        objection = one.objection(act, today)
        if objection is None:
            valid.append(one)
        else:
            against.add(objection.code)
    if valid and person.role in FITTING:
        best = min(valid, key=lambda one: (one.absent.position is not Position.HEAD, one.order_date, str(one.id)))
        return Signatory(name=person.name, position=best.absent.position or Position.HEAD, acting_under=best.order)
    code = next((code for code in NEAREST if code in against), "signature_needed")
    return object_to(code)
