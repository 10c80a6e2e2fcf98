"""THE table of acts on a protected item: who, from which states, by which rules. Nothing of it stands elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.secrecy import ConsentKind, ItemAct, ItemState, Told
from schemas.vocabulary import Role


class Standing(StrEnum):
    """What a body is to an item; it may be several of these at once."""

    MAKER = "maker"
    HOLDER = "holder"
    AWAITING = "awaiting"
    GRANTOR = "grantor"
    COMPETENT = "competent"
    FORMER = "former"


class Verb(StrEnum):
    """What a role can be entitled to in the module."""

    SEE = "see"
    READ = "read"
    KEEP = "keep"
    DECIDE = "decide"
    REPORT = "report"
    ADMIT = "admit"


MAY: Mapping[Role, frozenset[Verb]] = {
    Role.OFFICER: frozenset({Verb.SEE, Verb.READ, Verb.REPORT}),
    Role.HEAD: frozenset({Verb.SEE, Verb.READ, Verb.DECIDE, Verb.REPORT}),
    Role.DEPUTY_HEAD: frozenset({Verb.SEE, Verb.READ, Verb.DECIDE, Verb.REPORT}),
    Role.REGISTRAR: frozenset(),
    Role.SECRECY_OFFICER: frozenset(Verb),
    Role.AUDITOR: frozenset({Verb.SEE}),
    Role.OPERATOR: frozenset(),
    Role.SYSTEM: frozenset({Verb.SEE, Verb.KEEP, Verb.DECIDE, Verb.REPORT}),
}
"""`see` is the card of an item without its content; `read` is the content, and needs clearance and grant besides.

`admit` is the secrecy officer's alone: clearances and grants of its body's people. Administrators have none of these; a
system token has no clearance, so it never reads.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the table; `consent` is the kind that the act uses up where a regime asks for one."""

    kind: ItemAct
    by: frozenset[Standing]
    states: frozenset[ItemState]
    verb: Verb
    rules: tuple[str, ...]
    title: str
    consent: ConsentKind | None = None
    told: Told | None = None


_IN_USE = frozenset({ItemState.REGISTERED})
_MARKED = frozenset({ItemState.PENDING, ItemState.REGISTERED})
_ANY = frozenset(ItemState)
_MAKER, _HOLDER, _AWAITING = frozenset({Standing.MAKER}), frozenset({Standing.HOLDER}), frozenset({Standing.AWAITING})
_GRANTOR = frozenset({Standing.GRANTOR})
_FINDER = frozenset({Standing.MAKER, Standing.HOLDER, Standing.AWAITING, Standing.COMPETENT, Standing.FORMER})

_ROWS = (
    Act(
        kind=ItemAct.REGISTER,
        by=frozenset(),
        states=frozenset(),
        verb=Verb.KEEP,
        rules=("A-7.1", "A-7.3", "A-7.4"),
        title="регистрация",
    ),
    Act(
        kind=ItemAct.AUTHORISE_RELEASE,
        by=_MAKER | _HOLDER,
        states=_IN_USE,
        verb=Verb.DECIDE,
        rules=("A-6.1", "KA-5.2", "KA-5.3", "R-11"),
        title="решение о передаче",
        consent=ConsentKind.THIRD_PARTY,
        told=Told.RELEASE,
    ),
    Act(
        kind=ItemAct.DISPATCH,
        by=_HOLDER,
        states=_IN_USE,
        verb=Verb.KEEP,
        rules=("A-6.2", "A-6.4", "KA-5.6", "KA-5.7", "KL-6.2", "R-12"),
        title="отправка",
        told=Told.DISPATCH,
    ),
    Act(
        kind=ItemAct.CONFIRM_RECEIPT,
        by=_AWAITING,
        states=_ANY - {ItemState.PENDING},
        verb=Verb.KEEP,
        rules=("A-6.3", "A-7.2", "KL-6.3"),
        title="подтверждение получения",
        told=Told.RECEIPT,
    ),
    Act(
        kind=ItemAct.ASK_CONSENT,
        by=_MAKER | _HOLDER,
        states=_MARKED,
        verb=Verb.KEEP,
        rules=("A-5.3", "A-7.5", "A-7.6", "A-7.8", "KA-6", "KL-4", "KL-7"),
        title="запрос согласия",
        told=Told.CONSENT_ASKED,
    ),
    Act(
        kind=ItemAct.GRANT_CONSENT,
        by=_GRANTOR,
        states=_MARKED,
        verb=Verb.DECIDE,
        rules=("A-5.3", "A-7.5", "A-7.6", "A-7.8", "KA-6", "KL-4", "KL-7"),
        title="согласие",
        told=Told.CONSENT_GIVEN,
    ),
    Act(
        kind=ItemAct.DENY_CONSENT,
        by=_GRANTOR,
        states=_MARKED,
        verb=Verb.DECIDE,
        rules=("A-5.3", "A-7.5", "A-7.6", "A-7.8", "KA-6", "KL-4", "KL-7"),
        title="отказ в согласии",
        told=Told.CONSENT_DENIED,
    ),
    Act(
        kind=ItemAct.WITHDRAW_CONSENT,
        by=_GRANTOR,
        states=_MARKED,
        verb=Verb.DECIDE,
        rules=("A-5.3", "A-7.5", "A-7.6", "A-7.8", "KA-6", "KL-4", "KL-7"),
        title="отзыв согласия",
        told=Told.CONSENT_WITHDRAWN,
    ),
    Act(
        kind=ItemAct.COPY,
        by=_HOLDER,
        states=_IN_USE,
        verb=Verb.KEEP,
        rules=("A-N7", "KA-6.5", "KL-7.1"),
        title="снятие копий",
        consent=ConsentKind.COPY,
        told=Told.HANDLED,
    ),
    Act(
        kind=ItemAct.TRANSLATE,
        by=_HOLDER,
        states=_IN_USE,
        verb=Verb.KEEP,
        rules=("A-N7", "A-7.2", "KA-6.5", "KL-7.1"),
        title="перевод",
        consent=ConsentKind.TRANSLATE,
        told=Told.HANDLED,
    ),
    Act(
        kind=ItemAct.EXTRACT,
        by=_HOLDER,
        states=_IN_USE,
        verb=Verb.KEEP,
        rules=("A-N7", "KA-6.5", "KL-7.1"),
        title="выписка",
        consent=ConsentKind.COPY,
        told=Told.HANDLED,
    ),
    Act(
        kind=ItemAct.REGRADE,
        by=_MAKER | _HOLDER,
        states=_IN_USE,
        verb=Verb.DECIDE,
        rules=("A-7.5", "A-7.6", "A-7.7", "KA-6.3", "KL-4"),
        title="изменение грифа",
        consent=ConsentKind.REGRADE,
        told=Told.MARK_CHANGED,
    ),
    Act(
        kind=ItemAct.DECLASSIFY,
        by=_MAKER | _HOLDER,
        states=_IN_USE,
        verb=Verb.DECIDE,
        rules=("A-7.5", "A-7.7", "A-N8", "KA-6.4", "KL-4"),
        title="рассекречивание",
        consent=ConsentKind.DECLASSIFY,
        told=Told.MARK_CHANGED,
    ),
    Act(
        kind=ItemAct.RETURN,
        by=_HOLDER,
        states=_IN_USE | {ItemState.DECLASSIFIED},
        verb=Verb.KEEP,
        rules=("A-7.8", "KA-6.6", "KL-7.5"),
        title="возврат",
        consent=ConsentKind.RETURN,
        told=Told.RETURNED,
    ),
    Act(
        kind=ItemAct.DESTROY,
        by=_HOLDER,
        states=_IN_USE | {ItemState.DECLASSIFIED},
        verb=Verb.KEEP,
        rules=("A-7.8", "A-7.9", "KA-6.6", "KL-7.4"),
        title="уничтожение",
        consent=ConsentKind.DESTROY,
        told=Told.DESTROYED,
    ),
    Act(
        kind=ItemAct.REPORT_BREACH,
        by=_FINDER,
        states=_ANY,
        verb=Verb.REPORT,
        rules=("A-10", "A-N9", "KA-11", "KL-10"),
        title="сообщение о нарушении",
        told=Told.BREACH,
    ),
    Act(
        kind=ItemAct.REPORT_INQUIRY,
        by=_FINDER,
        states=_ANY,
        verb=Verb.KEEP,
        rules=("A-10", "KA-11", "KL-10"),
        title="результат разбирательства",
        told=Told.INQUIRY,
    ),
    Act(
        kind=ItemAct.CLOSE_BREACH,
        by=_FINDER,
        states=_ANY,
        verb=Verb.KEEP,
        rules=("A-10", "KA-11", "KL-10"),
        title="завершение разбирательства",
        told=Told.BREACH_CLOSED,
    ),
)

ACTS: Mapping[ItemAct, Act] = {row.kind: row for row in _ROWS}
