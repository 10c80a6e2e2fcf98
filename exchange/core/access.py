"""Who may see and do what: one table, asked for the API, pages and jobs alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exchange.core.acts import Act, Signing
from exchange.core.request import Request
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Role, Side


class Relation(StrEnum):
    """What an authority is to a request."""

    REQUESTING = "requesting"
    HOLDER = "holder"
    STEWARD = "steward"
    FORMER = "former"
    NONE = "none"


class Verb(StrEnum):
    """What a role can be entitled to."""

    READ = "read"
    RECEIVE = "receive"
    ACT = "act"
    SIGN = "sign"
    ENTER = "enter"
    DRAFT = "draft"
    ATTACH = "attach"
    NOTIFY = "notify"
    SUBSTITUTE = "substitute"
    ADMINISTER = "administer"
    AUDIT = "audit"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: a role of an authority, and who bears it.

    `who` names a person's account (`person:LOGIN`) or a program's token (`token:NUMBER`); it is empty where the node
    itself is at work. `scopes` narrow a token down to some of its role's verbs; None leaves it all of them. One is
    `outside` whose body takes part in the protection module alone: the open exchange has nothing for it.
    """

    authority: str
    role: Role
    who: str = ""
    scopes: frozenset[Verb] | None = None
    outside: bool = False


MAY: Mapping[Role, frozenset[Verb]] = {
    Role.OFFICER: frozenset({Verb.READ, Verb.ACT, Verb.DRAFT, Verb.ATTACH}),
    Role.HEAD: frozenset(
        {Verb.READ, Verb.ACT, Verb.SIGN, Verb.DRAFT, Verb.ATTACH, Verb.NOTIFY, Verb.SUBSTITUTE},
    ),
    Role.DEPUTY_HEAD: frozenset({Verb.READ, Verb.ACT, Verb.SIGN, Verb.DRAFT, Verb.ATTACH}),
    Role.REGISTRAR: frozenset({Verb.READ, Verb.RECEIVE, Verb.ENTER, Verb.ATTACH}),
    Role.SECRECY_OFFICER: frozenset({Verb.READ}),
    Role.AUDITOR: frozenset({Verb.READ, Verb.AUDIT}),
    Role.OPERATOR: frozenset({Verb.READ, Verb.ADMINISTER, Verb.MEASURE}),
    Role.SYSTEM: frozenset(Verb) - {Verb.SUBSTITUTE, Verb.ADMINISTER, Verb.AUDIT},
}
"""`enter` is the registrar's: the acts of a body without a node; `sign` goes with Article 6.

`draft` and `attach` prepare acts; `notify` speaks for the Party about the registry (Article 4); `substitute` orders who
signs for whom; `administer` opens accounts and gives out tokens; `audit` reads who did what.
"""

ACTING = frozenset({Relation.REQUESTING, Relation.HOLDER, Relation.STEWARD})
"""The relations from which a request can be acted on, and seen as it is now."""


def relation(request: Request, authority: str) -> Relation:
    """Return what an authority is to a request."""
    if authority == request.requesting.code:
        return Relation.REQUESTING
    if authority == request.holder.code:
        return Relation.HOLDER
    if authority == request.steward:
        return Relation.STEWARD
    if any(authority == holder.code for holder in request.past_holders):
        return Relation.FORMER
    return Relation.NONE


def side(of: Relation) -> Side | None:
    """Return the side on which a relation acts."""
    if of not in ACTING:
        return None
    return Side.REQUESTING if of is Relation.REQUESTING else Side.REQUESTED


def verbs(act: Act, of: Relation, *, on_node: bool, signed: bool) -> frozenset[Verb]:
    """Return the verbs any one of which entitles to an act.

    A registrar enters the acts of a holder without a node: its own one, or its steward's, whose other roles may not.
    """
    if act.kind is ActKind.RECEIVE:
        return frozenset({Verb.RECEIVE})
    if of is Relation.STEWARD:
        return frozenset({Verb.ENTER})
    own = Verb.SIGN if signed else Verb.ACT
    return frozenset({own}) if of is not Relation.HOLDER or on_node else frozenset({own, Verb.ENTER})


def is_signed(act: Act, body: Submission | ActBody | None = None) -> bool:
    """Tell whether an act is signed by the head or a deputy (Article 6); without a body, whether it always is."""
    bears = getattr(body, "signatory", None) is not None
    return act.signing is Signing.ALWAYS or (act.signing is Signing.WITH_SIGNATORY and bears)


def rights(actor: Actor) -> frozenset[Verb]:
    """Return all that a caller is entitled to."""
    if actor.outside:
        return frozenset()
    return MAY[actor.role] if actor.scopes is None else MAY[actor.role] & actor.scopes


def could_do(actor: Actor, act: Act, body: Submission | ActBody) -> bool:
    """Tell whether a caller is entitled to an act in at least one of the relations in which it can be done."""
    signed = is_signed(act, body)
    relations = [of for of in ACTING if act.by is None or act.by is side(of)]
    wanted = (verbs(act, of, on_node=on_node, signed=signed) for of in relations for on_node in (True, False))
    return any(rights(actor) & each for each in wanted)


def may(actor: Actor, verb: Verb) -> bool:
    """Tell whether a caller is entitled to a verb."""
    return verb in rights(actor)
