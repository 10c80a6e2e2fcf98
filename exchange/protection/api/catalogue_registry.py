"""The calls on people, agreements, releases, visits and dated entries in words. Data only."""

from typing import Any, Final

from pydantic import create_model

from exchange.api.catalogue_letters import FILE, PDF
from exchange.api.operation import BODY, IF_MATCH, KEY, MADE, PAGE, RETRY, Operation, Parameter
from exchange.protection.api import examples_registry as examples
from exchange.protection.api.catalogue import GROUP, refused
from schemas.admission import AgreementWanted, ClearanceWanted, GrantWanted, Revocation, WayWanted
from schemas.protection_registry import (
    AgreementView,
    BindingView,
    ClearanceView,
    DatedEntryView,
    GrantView,
    ProceedingEntryView,
    ReleaseLine,
    ReleaseView,
    VisitLine,
    VisitView,
)
from schemas.release import DatedEntry, Propose, ReleaseBody, RequestVisit, VisitBody
from schemas.secrecy import EntryKind, ReleaseAct, ReleaseState, VisitAct, VisitState

ProposalWanted: Final[Any] = create_model("ProposalWanted", __base__=Propose, act=(ReleaseAct, ReleaseAct.PROPOSE))
"""A proposal as it is sent: `act` may be left out."""

VisitWanted: Final[Any] = create_model("VisitWanted", __base__=RequestVisit, act=(VisitAct, VisitAct.REQUEST))
"""A letter about a visit as it is sent: `act` may be left out."""

_BODY: Final = (*BODY, *RETRY, "protection_sealed")
_LIST: Final = ("invalid_query", "protection_sealed")
_ONE: Final = ("not_there", "protection_sealed")
_ACT: Final = (*_BODY, "not_there")
_PERSON: Final = Parameter(name="person", words="Лицо: логин или код.", example="kz-mvd.officer")
_PLACE: Final = ("Location", "Idempotent-Replayed")
_SAID: Final = refused("role_may_not", "body_unknown", "own_state", "agreement_other", "agreement_made")
_AGREE: Final = (
    "Предлагает или, если другая сторона назвала то же самое под тем же кодом, соглашается: действует лишь то, что "
    "назвали обе. "
)


def _paper(path: str, name: str, words: str) -> Operation:
    """Describe a paper of a proceeding."""
    return Operation(
        method="GET", path=path, name=name, group=GROUP, words=f"{words} Выдача записывается прежде печати.",
        answers=str, media="application/pdf", example=PDF, headers=FILE, problems=(*_ONE, "not_printed"),
        troubles=refused("role_may_not"),
    )  # fmt: skip


def _record(path: str, name: str, words: str) -> Operation:
    """Describe the record of a proceeding."""
    return Operation(
        method="GET", path=f"{path}/{{id}}/record", name=name, group=GROUP, words=words,
        answers=ProceedingEntryView, paged=True, example=examples.listed(examples.RECORDED, 1), problems=_ONE,
        troubles=refused("role_may_not"),
    )  # fmt: skip


OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/protection/clearances", name="Учесть допуск", group=GROUP, status=201,
        words="Допуск лица своего органа; выдан своим государством или признаваемым. Вносит сотрудник "
        "режимно-секретного подразделения.",
        takes=ClearanceWanted, bodies={"clearance": examples.CLEARANCE}, parameters=(KEY,), answers=ClearanceView,
        example=examples.CLEARED, headers=_PLACE, problems=_BODY,
        troubles=refused("role_may_not", "person_of_another", "mark_not_of_state", "issuer_not_recognised"),
    ),
    Operation(
        method="GET", path="/v1/protection/clearances", name="Перечислить допуски", group=GROUP,
        words="Допуски лиц своего органа, сначала последние.",
        answers=ClearanceView, paged=True, example=examples.listed(examples.CLEARED), problems=_LIST,
        troubles=refused("role_may_not"), parameters=(_PERSON, *PAGE),
    ),
    Operation(
        method="POST", path="/v1/protection/clearances/{id}/revoke", name="Прекратить допуск", group=GROUP,
        words="Прекращает допуск немедленно.", takes=Revocation, bodies={"revocation": {}}, parameters=(KEY,),
        answers=ClearanceView, example={**examples.CLEARED, "revoked_at": "2026-03-02T08:00:00Z", "holds": False},
        problems=_ACT, troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/grants", name="Открыть доступ", group=GROUP, status=201,
        words="Доступ лица своего органа к одному предмету: цель и документ, предусматривающий работу (A-5.5).",
        takes=GrantWanted, bodies={"grant": examples.GRANT}, parameters=(KEY,), answers=GrantView,
        example=examples.GRANTED, headers=_PLACE, problems=_BODY,
        troubles=refused("role_may_not", "person_unknown", "item_unknown", "admission_term"),
    ),
    Operation(
        method="GET", path="/v1/protection/grants", name="Перечислить доступы", group=GROUP,
        words="Доступы лиц своего органа, сначала последние.",
        answers=GrantView, paged=True, example=examples.listed(examples.GRANTED), problems=_LIST,
        troubles=refused("role_may_not"), parameters=(_PERSON, Parameter(name="item", words="Id предмета."), *PAGE),
    ),
    Operation(
        method="POST", path="/v1/protection/grants/{id}/revoke", name="Закрыть доступ", group=GROUP,
        words="Закрывает доступ немедленно.", takes=Revocation, bodies={"revocation": {}}, parameters=(KEY,),
        answers=GrantView, example={**examples.GRANTED, "revoked_at": "2026-03-02T08:00:00Z", "holds": False},
        problems=_ACT, troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/means", name="Согласовать средства шифрования", group=GROUP, status=201,
        words=_AGREE + "Компетентные органы обеих Сторон (KA-5.7, KL-6.2).",
        takes=AgreementWanted, bodies={"means": examples.MEANS}, parameters=(KEY,), answers=AgreementView,
        example=examples.AGREED, headers=_PLACE, problems=_BODY, troubles=_SAID,
    ),
    Operation(
        method="GET", path="/v1/protection/means", name="Перечислить средства шифрования", group=GROUP,
        words="Предложенные своему органу или им и согласованные для его Стороны.",
        answers=AgreementView, paged=True, example=examples.listed(examples.AGREED), problems=_LIST,
        troubles=refused("role_may_not"), parameters=PAGE,
    ),
    Operation(
        method="POST", path="/v1/protection/ways", name="Согласовать канал", group=GROUP, status=201,
        words=_AGREE + "Компетентные органы обеих Сторон (KA-5.6, KL-6.2).",
        takes=WayWanted, bodies={"way": examples.WAY}, parameters=(KEY,), answers=AgreementView,
        example=examples.AGREED_WAY, headers=_PLACE, problems=_BODY, troubles=_SAID,
    ),
    Operation(
        method="GET", path="/v1/protection/ways", name="Перечислить каналы", group=GROUP,
        words="Предложенные своему органу или им и согласованные для его Стороны.",
        answers=AgreementView, paged=True, example=examples.listed(examples.AGREED_WAY), problems=_LIST,
        troubles=refused("role_may_not"), parameters=PAGE,
    ),
    Operation(
        method="POST", path="/v1/protection/standing", name="Согласовать постановку грифа и учёт", group=GROUP,
        status=201, words=_AGREE + "Уполномоченные органы; компетентные извещаются (KA-6.7).",
        takes=AgreementWanted, bodies={"standing": examples.STANDING}, parameters=(KEY,), answers=AgreementView,
        example=examples.AGREED_STANDING, headers=_PLACE, problems=_BODY, troubles=_SAID,
    ),
    Operation(
        method="GET", path="/v1/protection/standing", name="Перечислить постоянные согласования", group=GROUP,
        words="Предложенные своему органу или им и согласованные для его Стороны.",
        answers=AgreementView, paged=True, example=examples.listed(examples.AGREED_STANDING), problems=_LIST,
        troubles=refused("role_may_not"), parameters=PAGE,
    ),
    Operation(
        method="GET", path="/v1/protection/bindings", name="Перечислить, для кого действуют договоры", group=GROUP,
        words="По каждому договору: Стороны, дни действия, компетентный орган сегодня.",
        answers=BindingView, paged=True, example=examples.listed(examples.BINDING, 1), problems=_LIST,
        troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/releases", name="Предложить передачу секретов", group=GROUP, status=201,
        words="Мотивированное предложение по Правилам № 1355: шесть сведений пункта 5 и положения договора пункта 4; "
        "недостающее названо сразу.",
        takes=ProposalWanted, bodies={"proposal": examples.PROPOSAL}, parameters=(KEY,), answers=ReleaseView,
        example=examples.RELEASE, headers=MADE, problems=_BODY,
        troubles=refused("role_may_not", "item_unknown", "no_treaty", "no_order", "not_secret_here", "expert_unknown"),
    ),
    Operation(
        method="GET", path="/v1/protection/releases", name="Перечислить передачи", group=GROUP,
        words="Процедуры передачи, в которых участвует орган вызывающего, сначала последние.",
        answers=ReleaseLine, paged=True, example=examples.listed(examples.RELEASE_LINE), problems=_LIST,
        troubles=refused("role_may_not"),
        parameters=(Parameter(name="state", words="Состояние.", choices=tuple(ReleaseState)), *PAGE),
    ),
    Operation(
        method="GET", path="/v1/protection/releases/{id}", name="Показать передачу", group=GROUP,
        words="Предложение, проверка пункта 4 по каждому положению, сроки с расчётом по рабочим дням.",
        answers=ReleaseView, example=examples.RELEASE, headers=("ETag",), problems=_ONE,
        troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/releases/{id}/acts", name="Совершить шаг передачи", group=GROUP,
        status=201, words="Что возможно сейчас, говорит allowed_acts (пункты 5–9).",
        takes=ReleaseBody, bodies=examples.named(examples.STEPS), parameters=(KEY, IF_MATCH), answers=ReleaseView,
        example=examples.RELEASE, headers=MADE, problems=_ACT,
        troubles=refused("role_may_not", "stale", "reasons_missing", "extended_already", "term_over"),
    ),
    _record("/v1/protection/releases", "Показать дело передачи", "Действия по порядку, с подписями."),
    _paper(
        "/v1/protection/releases/{id}/proposal.pdf", "Напечатать предложение о передаче",
        "Мотивированное предложение с перечнем сведений и элементами договора, PDF/A (R-4, R-5, R-10).",
    ),
    Operation(
        method="POST", path="/v1/protection/visits", name="Обратиться о визите", group=GROUP, status=201,
        words="Обращение о визите: всё обязательное по каждому договору; поздний срок отмечается (A-6.5, KA-9, KL-9).",
        takes=VisitWanted, bodies={"letter": examples.LETTER}, parameters=(KEY,), answers=VisitView,
        example=examples.VISIT, headers=MADE, problems=_BODY,
        troubles=refused("role_may_not", "no_regime", "degree_missing"),
    ),
    Operation(
        method="GET", path="/v1/protection/visits", name="Перечислить визиты", group=GROUP,
        words="Визиты, в которых участвует орган вызывающего, сначала последние.",
        answers=VisitLine, paged=True, example=examples.listed(examples.VISIT_LINE), problems=_LIST,
        troubles=refused("role_may_not"),
        parameters=(Parameter(name="state", words="Состояние.", choices=tuple(VisitState)), *PAGE),
    ),
    Operation(
        method="GET", path="/v1/protection/visits/{id}", name="Показать визит", group=GROUP,
        words="Обращение о визите и ответ на него.",
        answers=VisitView, example=examples.VISIT, headers=("ETag",), problems=_ONE, troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/visits/{id}/acts", name="Ответить о визите", group=GROUP, status=201,
        words="Слово компетентного органа принимающей Стороны, один раз.",
        takes=VisitBody, bodies=examples.named(examples.WORDS), parameters=(KEY, IF_MATCH), answers=VisitView,
        example=examples.VISIT, headers=MADE, problems=_ACT,
        troubles=refused("role_may_not", "not_the_host", "stale", "visit_answered"),
    ),
    _record("/v1/protection/visits", "Показать дело визита", "Обращение и ответ, с подписями."),
    _paper(
        "/v1/protection/visits/{id}/letter.pdf", "Напечатать обращение о визите",
        "Обращение о посещении со всеми сведениями, PDF/A (A-6.5, KA-9, KL-9).",
    ),
    Operation(
        method="POST", path="/v1/protection/entries", name="Внести запись", group=GROUP, status=201,
        words="Датированная запись: лица, контракты, правила, консультации, выданное под расписку, изменения "
        "компетентных органов. Смена компетентного органа и взаимное освобождение действуют со своего дня.",
        takes=DatedEntry, bodies={"contract": examples.ENTRY, "competent_body": examples.CHANGE}, parameters=(KEY,),
        answers=DatedEntryView, example=examples.ENTERED, headers=MADE, problems=_BODY,
        troubles=refused("role_may_not", "through_diplomats"),
    ),
    Operation(
        method="GET", path="/v1/protection/entries", name="Перечислить записи", group=GROUP,
        words="Записи, которые касаются органа вызывающего, сначала последние.",
        answers=DatedEntryView, paged=True, example=examples.listed(examples.ENTERED), problems=_LIST,
        troubles=refused("role_may_not"),
        parameters=(Parameter(name="kind", words="О чём запись.", choices=tuple(EntryKind)), *PAGE),
    ),
    Operation(
        method="GET", path="/v1/protection/entries/{id}", name="Показать запись", group=GROUP,
        words="Датированная запись с теми, кому о ней сообщено.",
        answers=DatedEntryView, example=examples.ENTERED, headers=("ETag",), problems=_ONE,
        troubles=refused("role_may_not"),
    ),
    _record("/v1/protection/entries", "Показать дело записи", "Запись с подписью."),
)  # fmt: skip
