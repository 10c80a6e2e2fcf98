"""THE table of acts: who, from which states, what follows. Nothing about the lifecycle stands anywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.vocabulary import ActKind, AskKind, ObligationKind, Side, State


class Need(StrEnum):
    """A fact that must hold beside the state; its value is the objection when it does not."""

    RECEIPT_PENDING = "already_received"
    URGENT = "not_urgent"
    UNCONFIRMED = "already_confirmed"
    OPEN_QUESTION = "no_open_question"
    OPEN_TERM = "no_open_term"
    OPEN_PRESENCE = "no_open_presence"
    OPEN_OTHER_USE = "no_open_other_use"
    OPEN_CONSULTATION = "no_open_consultation"
    OPEN_COSTS = "no_open_costs"
    RESULTS = "no_results"
    OPEN_ITEM = "nothing_left"


class Effect(StrEnum):
    """What an act does to an obligation."""

    OPEN = "opens"
    MEET = "meets"
    MEET_AT_END = "meets, when the request ends with it"
    VOID = "voids"
    SUSPEND = "suspends"
    RESUME = "resumes"
    REDATE = "gives another due date to"
    PASS_ON = "passes on"


class Signing(StrEnum):
    """Whether the head or a deputy signs (Article 6)."""

    NEVER = "never"
    ALWAYS = "always"
    WITH_SIGNATORY = "when it bears a signatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the table.

    `by` None means either side; `leads_to` None leaves the state; an act with `ends` leads to its state only
    when it leaves nothing open. `asks` opens a numbered ask, `answers` closes one, and `of_other` wants the
    answer from the side that did not ask.
    """

    kind: ActKind
    by: Side | None
    states: frozenset[State]
    rule: str | None
    title: str
    leads_to: State | None = None
    ends: bool = False
    signing: Signing = Signing.NEVER
    needs: tuple[Need, ...] = ()
    asks: AskKind | None = None
    answers: AskKind | None = None
    of_other: bool = False
    effects: Mapping[ObligationKind, Effect] = field(default_factory=dict)


_REQUESTING, _REQUESTED, _EITHER = Side.REQUESTING, Side.REQUESTED, None
_EXECUTION, _REDIRECT, _CONFIRMATION = ObligationKind

ENDS = frozenset({State.EXECUTED, State.REFUSED, State.DISCONTINUED, State.WITHDRAWN})
OPEN = frozenset(State) - ENDS
_ANY = frozenset(State)
_IN_HAND = frozenset({State.RECEIVED, State.EXECUTING})
_IN_HAND_OR_POSTPONED = _IN_HAND | {State.POSTPONED}

_ROWS = (
    Act(
        kind=ActKind.SUBMIT,
        by=_REQUESTING,
        states=frozenset(),
        rule="P-6",
        title="направление запроса",
        leads_to=State.SENT,
        signing=Signing.WITH_SIGNATORY,
        effects={_CONFIRMATION: Effect.OPEN},
    ),
    Act(
        kind=ActKind.RECEIVE,
        by=_REQUESTED,
        states=frozenset({State.SENT, State.RECEIVED}),
        rule="P-7.2",
        title="получение",
        leads_to=State.RECEIVED,
        needs=(Need.RECEIPT_PENDING,),
        effects={_EXECUTION: Effect.OPEN, _REDIRECT: Effect.OPEN},
    ),
    Act(
        kind=ActKind.ACCEPT,
        by=_REQUESTED,
        states=frozenset({State.RECEIVED}),
        rule="P-7.1",
        title="принятие к исполнению",
        leads_to=State.EXECUTING,
        effects={_REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.REDIRECT,
        by=_REQUESTED,
        states=_IN_HAND,
        rule="P-7.4",
        title="передача по компетенции",
        leads_to=State.RECEIVED,
        effects={_REDIRECT: Effect.MEET, _EXECUTION: Effect.PASS_ON},
    ),
    Act(
        kind=ActKind.CONFIRM,
        by=_REQUESTING,
        states=_ANY - {State.WITHDRAWN},
        rule="P-6.4",
        title="официальное письменное подтверждение",
        signing=Signing.ALWAYS,
        needs=(Need.URGENT, Need.UNCONFIRMED),
        effects={_CONFIRMATION: Effect.MEET},
    ),
    Act(
        kind=ActKind.HOLD,
        by=_REQUESTED,
        states=OPEN,
        rule="P-6.4",
        title="ожидание подтверждения",
        needs=(Need.URGENT, Need.UNCONFIRMED),
    ),
    Act(
        kind=ActKind.ASK_INFORMATION,
        by=_REQUESTED,
        states=_IN_HAND_OR_POSTPONED,
        rule="P-7.5",
        title="запрос дополнительных сведений",
        asks=AskKind.QUESTION,
    ),
    Act(
        kind=ActKind.PROVIDE_INFORMATION,
        by=_REQUESTING,
        states=OPEN,
        rule="P-7.5",
        title="дополнительные сведения",
        needs=(Need.OPEN_QUESTION,),
        answers=AskKind.QUESTION,
    ),
    Act(
        kind=ActKind.REPORT_IMPEDIMENT,
        by=_REQUESTED,
        states=OPEN - {State.SENT},
        rule="P-7.3",
        title="сообщение о препятствиях исполнению",
    ),
    Act(
        kind=ActKind.POSTPONE,
        by=_REQUESTED,
        states=_IN_HAND,
        rule="P-7.6",
        title="отсрочка исполнения",
        leads_to=State.POSTPONED,
        effects={_EXECUTION: Effect.SUSPEND, _REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.RESUME,
        by=_REQUESTED,
        states=frozenset({State.POSTPONED}),
        rule="P-7.6",
        title="возобновление исполнения",
        leads_to=State.EXECUTING,
        effects={_EXECUTION: Effect.RESUME},
    ),
    Act(
        kind=ActKind.OFFER_CONDITIONS,
        by=_REQUESTED,
        states=_IN_HAND | {State.CONDITIONS_DECLINED},
        rule="P-7.6",
        title="условия исполнения",
        leads_to=State.CONDITIONS_OFFERED,
        effects={_REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.ACCEPT_CONDITIONS,
        by=_REQUESTING,
        states=frozenset({State.CONDITIONS_OFFERED}),
        rule="P-7.7",
        title="согласие с условиями",
        leads_to=State.EXECUTING,
    ),
    Act(
        kind=ActKind.DECLINE_CONDITIONS,
        by=_REQUESTING,
        states=frozenset({State.CONDITIONS_OFFERED}),
        rule="P-7.6",
        title="несогласие с условиями",
        leads_to=State.CONDITIONS_DECLINED,
    ),
    Act(
        kind=ActKind.DISCONTINUE,
        by=_REQUESTED,
        states=frozenset({State.CONDITIONS_DECLINED}),
        rule="P-7.6",
        title="прекращение исполнения",
        leads_to=State.DISCONTINUED,
        effects={_EXECUTION: Effect.VOID, _REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.REFUSE,
        by=_REQUESTED,
        states=_IN_HAND_OR_POSTPONED | {State.CONDITIONS_OFFERED, State.CONDITIONS_DECLINED},
        rule="P-9",
        title="отказ в исполнении",
        leads_to=State.REFUSED,
        ends=True,
        signing=Signing.WITH_SIGNATORY,
        needs=(Need.OPEN_ITEM,),
        effects={_EXECUTION: Effect.MEET_AT_END, _REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.REPORT_RESULTS,
        by=_REQUESTED,
        states=_IN_HAND,
        rule="P-7.8",
        title="результаты исполнения",
        leads_to=State.EXECUTED,
        ends=True,
        effects={_EXECUTION: Effect.MEET_AT_END, _REDIRECT: Effect.VOID},
    ),
    Act(
        kind=ActKind.WITHDRAW,
        by=_REQUESTING,
        states=OPEN,
        rule=None,
        title="отзыв запроса",
        leads_to=State.WITHDRAWN,
        effects=dict.fromkeys(ObligationKind, Effect.VOID),
    ),
    Act(
        kind=ActKind.PROPOSE_TERM,
        by=_EITHER,
        states=_IN_HAND_OR_POSTPONED,
        rule="P-7.2",
        title="предложение об ином сроке",
        asks=AskKind.TERM,
    ),
    Act(
        kind=ActKind.AGREE_TERM,
        by=_EITHER,
        states=_IN_HAND_OR_POSTPONED,
        rule="P-7.2",
        title="согласие на иной срок",
        needs=(Need.OPEN_TERM,),
        answers=AskKind.TERM,
        of_other=True,
        effects={_EXECUTION: Effect.REDATE},
    ),
    Act(
        kind=ActKind.ASK_PRESENCE,
        by=_REQUESTING,
        states=_IN_HAND,
        rule="P-8",
        title="просьба о присутствии представителей",
        asks=AskKind.PRESENCE,
    ),
    Act(
        kind=ActKind.GRANT_PRESENCE,
        by=_REQUESTED,
        states=_IN_HAND,
        rule="P-8",
        title="согласие на присутствие представителей",
        needs=(Need.OPEN_PRESENCE,),
        answers=AskKind.PRESENCE,
    ),
    Act(
        kind=ActKind.DENY_PRESENCE,
        by=_REQUESTED,
        states=_IN_HAND,
        rule="P-8",
        title="несогласие на присутствие представителей",
        needs=(Need.OPEN_PRESENCE,),
        answers=AskKind.PRESENCE,
    ),
    Act(
        kind=ActKind.ASK_OTHER_USE,
        by=_REQUESTING,
        states=_ANY,
        rule="P-10.2",
        title="просьба об использовании в иных целях",
        needs=(Need.RESULTS,),
        asks=AskKind.OTHER_USE,
    ),
    Act(
        kind=ActKind.GRANT_OTHER_USE,
        by=_REQUESTED,
        states=_ANY,
        rule="P-10.2",
        title="согласие на использование в иных целях",
        needs=(Need.OPEN_OTHER_USE,),
        answers=AskKind.OTHER_USE,
    ),
    Act(
        kind=ActKind.DENY_OTHER_USE,
        by=_REQUESTED,
        states=_ANY,
        rule="P-10.2",
        title="несогласие на использование в иных целях",
        needs=(Need.OPEN_OTHER_USE,),
        answers=AskKind.OTHER_USE,
    ),
    Act(
        kind=ActKind.OPEN_CONSULTATION,
        by=_EITHER,
        states=_ANY,
        rule="P-11",
        title="начало консультаций",
        asks=AskKind.CONSULTATION,
    ),
    Act(
        kind=ActKind.CLOSE_CONSULTATION,
        by=_EITHER,
        states=_ANY,
        rule="P-11",
        title="завершение консультаций",
        needs=(Need.OPEN_CONSULTATION,),
        answers=AskKind.CONSULTATION,
    ),
    Act(
        kind=ActKind.PROPOSE_COSTS,
        by=_EITHER,
        states=OPEN,
        rule="P-12",
        title="предложение о расходах",
        asks=AskKind.COSTS,
    ),
    Act(
        kind=ActKind.AGREE_COSTS,
        by=_EITHER,
        states=OPEN,
        rule="P-12",
        title="согласие о расходах",
        needs=(Need.OPEN_COSTS,),
        answers=AskKind.COSTS,
        of_other=True,
    ),
    Act(kind=ActKind.NOTE, by=_EITHER, states=_ANY, rule=None, title="переписка"),
)

ACTS: Mapping[ActKind, Act] = {row.kind: row for row in _ROWS}

UNTIL_RECEIPT = frozenset({ActKind.RECEIVE, ActKind.NOTE})
"""All that the requested side may do between a redirect and the entry of the new holder's receipt."""
