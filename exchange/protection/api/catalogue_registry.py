"""The calls on people, agreements, releases, visits and dated entries in words. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import create_model

from exchange.api.catalogue_letters import FILE, PDF
from exchange.api.operation import BODY, IF_MATCH, KEY, MADE, PAGE, RETRY, Operation, Parameter
from exchange.protection.api import examples_registry as examples
from exchange.protection.api.catalogue import GROUP, refused
from schemas.admission import AgreementWanted, ClearanceWanted, GrantWanted, Revocation, WayWanted
from schemas.protection_registry import (
    ClearanceView,
    DatedEntryView,
    GrantView,
    ProceedingEntryView,
    ReleaseLine,
    ReleaseView,
    SecrecyAgreementView,
    TreatyPartyView,
    VisitLine,
    VisitView,
)
from schemas.release import DatedEntry, Propose, ReleaseBody, RequestVisit, VisitBody
from schemas.secrecy import EntryKind, ReleaseAct, ReleaseState, VisitAct, VisitState

ProposalWanted: Final[Any] = create_model("ProposalWanted", __base__=Propose, act=(ReleaseAct, ReleaseAct.PROPOSE))
"""A proposal as it is sent: `act` may be left out."""

VisitWanted: Final[Any] = create_model("VisitWanted", __base__=RequestVisit, act=(VisitAct, VisitAct.REQUEST))
"""A letter about a visit as it is sent: `act` may be left out."""

_BODY: Final = (*BODY, *RETRY, "answer_erased", "protection_sealed")
_LIST: Final = ("invalid_query", "protection_sealed")
_ONE: Final = ("not_there", "protection_sealed")
_ACT: Final = (*_BODY, "not_there")
_PERSON: Final = Parameter(name="person", words="Лицо: логин или код.", example="kz-mvd.officer")
_PLACE: Final = ("Location", "Idempotent-Replayed")
_AGREE: Final = (
    "Предлагает или, если другая сторона назвала то же самое под тем же кодом, соглашается: действует лишь то, что "
    "назвали обе. "
)
_NAMED: Final = "Предложенные своему органу или им и согласованные для его Стороны."


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of what is kept: its address, the shape that a call shows it in, and an example of that."""

    path: str
    answers: Any
    example: Mapping[str, Any]

    def made(
        self, name: str, words: str, takes: Any, bodies: Mapping[str, Any], *troubles: str,
        headers: tuple[str, ...] = MADE,
    ) -> Operation:  # fmt: skip
        """Describe the call that makes one."""
        return Operation(
            method="POST", path=self.path, name=name, group=GROUP, status=201, words=words, takes=takes, bodies=bodies,
            parameters=(KEY,), answers=self.answers, example=self.example, headers=headers, problems=_BODY,
            troubles=refused("role_may_not", *troubles),
        )  # fmt: skip

    def acted(self, name: str, words: str, takes: Any, bodies: Mapping[str, Any], *troubles: str) -> Operation:
        """Describe the call that lets the next act on one stand."""
        return Operation(
            method="POST", path=f"{self.path}/{{id}}/acts", name=name, group=GROUP, status=201, words=words,
            takes=takes, bodies=bodies, parameters=(KEY, IF_MATCH), answers=self.answers, example=self.example,
            headers=MADE, problems=_ACT, troubles=refused("role_may_not", *troubles),
        )  # fmt: skip

    def revoked(self, name: str, words: str) -> Operation:
        """Describe the call that ends one."""
        return Operation(
            method="POST", path=f"{self.path}/{{id}}/revoke", name=name, group=GROUP, words=words, takes=Revocation,
            bodies={"revocation": {}}, parameters=(KEY,), answers=self.answers,
            example={**self.example, "revoked_at": "2026-03-02T08:00:00Z", "holds": False}, problems=_ACT,
            troubles=refused("role_may_not"),
        )  # fmt: skip

    def listed(self, name: str, words: str, *parameters: Parameter) -> Operation:
        """Describe the call that lists them page by page."""
        return Operation(
            method="GET", path=self.path, name=name, group=GROUP, words=words, answers=self.answers, paged=True,
            example=examples.listed(self.example), problems=_LIST, troubles=refused("role_may_not"),
            parameters=(*parameters, *PAGE),
        )  # fmt: skip

    def shown(self, name: str, words: str) -> Operation:
        """Describe the call that shows one."""
        return Operation(
            method="GET", path=f"{self.path}/{{id}}", name=name, group=GROUP, words=words, answers=self.answers,
            example=self.example, headers=("ETag",), problems=_ONE, troubles=refused("role_may_not"),
        )  # fmt: skip

    def recorded(self, name: str, words: str) -> Operation:
        """Describe the call that shows the record of one."""
        return Operation(
            method="GET", path=f"{self.path}/{{id}}/record", name=name, group=GROUP, words=words,
            answers=ProceedingEntryView, paged=True, example=examples.listed(examples.RECORDED), parameters=PAGE,
            problems=("not_there", "invalid_query", "protection_sealed"), troubles=refused("role_may_not"),
        )  # fmt: skip

    def printed(self, file: str, name: str, words: str) -> Operation:
        """Describe the call that gives the paper of one."""
        return Operation(
            method="GET", path=f"{self.path}/{{id}}/{file}.pdf", name=name, group=GROUP,
            words=f"{words} Выдача записывается прежде печати.", answers=str, media="application/pdf", example=PDF,
            headers=FILE, problems=(*_ONE, "not_printed"), troubles=refused("role_may_not"),
        )  # fmt: skip


_CLEARANCES: Final = _Kind("/v1/protection/clearances", ClearanceView, examples.CLEARED)
_GRANTS: Final = _Kind("/v1/protection/grants", GrantView, examples.GRANTED)
_MEANS: Final = _Kind("/v1/protection/means", SecrecyAgreementView, examples.AGREED)
_WAYS: Final = _Kind("/v1/protection/ways", SecrecyAgreementView, examples.AGREED_WAY)
_STANDING: Final = _Kind("/v1/protection/standing", SecrecyAgreementView, examples.AGREED_STANDING)
_RELEASES: Final = _Kind("/v1/protection/releases", ReleaseView, examples.RELEASE)
_VISITS: Final = _Kind("/v1/protection/visits", VisitView, examples.VISIT)
_ENTRIES: Final = _Kind("/v1/protection/entries", DatedEntryView, examples.ENTERED)

_SAID: Final = ("body_unknown", "own_state", "agreement_other", "agreement_made")


OPERATIONS: Final = (
    _CLEARANCES.made(
        "Учесть допуск",
        "Допуск лица своего органа; выдан своим государством или признаваемым. Вносит сотрудник "
        "режимно-секретного подразделения.",
        ClearanceWanted, {"clearance": examples.CLEARANCE},
        "person_of_another", "mark_not_of_state", "issuer_not_recognised", headers=_PLACE,
    ),
    _CLEARANCES.listed("Перечислить допуски", "Допуски лиц своего органа, сначала последние.", _PERSON),
    _CLEARANCES.revoked("Прекратить допуск", "Прекращает допуск немедленно."),
    _GRANTS.made(
        "Открыть доступ",
        "Доступ лица своего органа к одному предмету: цель и документ, предусматривающий работу (A-5.5).",
        GrantWanted, {"grant": examples.GRANT}, "person_unknown", "item_unknown", "admission_term", headers=_PLACE,
    ),
    _GRANTS.listed(
        "Перечислить доступы", "Доступы лиц своего органа, сначала последние.",
        _PERSON, Parameter(name="item", words="Id предмета."),
    ),
    _GRANTS.revoked("Закрыть доступ", "Закрывает доступ немедленно."),
    _MEANS.made(
        "Согласовать средства шифрования", _AGREE + "Компетентные органы обеих Сторон (KA-5.7, KL-6.2).",
        AgreementWanted, {"means": examples.MEANS}, *_SAID, headers=_PLACE,
    ),
    _MEANS.listed("Перечислить средства шифрования", _NAMED),
    _WAYS.made(
        "Согласовать канал", _AGREE + "Компетентные органы обеих Сторон (KA-5.6, KL-6.2).",
        WayWanted, {"way": examples.WAY}, *_SAID, headers=_PLACE,
    ),
    _WAYS.listed("Перечислить каналы", _NAMED),
    _STANDING.made(
        "Согласовать постановку грифа и учёт", _AGREE + "Уполномоченные органы; компетентные извещаются (KA-6.7).",
        AgreementWanted, {"standing": examples.STANDING}, *_SAID, headers=_PLACE,
    ),
    _STANDING.listed("Перечислить постоянные согласования", _NAMED),
    Operation(
        method="GET", path="/v1/protection/bindings", name="Перечислить, для кого действуют договоры", group=GROUP,
        words="По каждому договору: Стороны, дни действия, компетентный орган сегодня.",
        answers=TreatyPartyView, paged=True, example=examples.listed(examples.BINDING, 1), problems=_LIST,
        troubles=refused("role_may_not"),
    ),
    _RELEASES.made(
        "Предложить передачу секретов",
        "Мотивированное предложение по Правилам № 1355: шесть сведений пункта 5 и положения договора пункта 4; "
        "недостающее названо сразу.",
        ProposalWanted, {"proposal": examples.PROPOSAL},
        "item_unknown", "no_treaty", "no_order", "not_secret_here", "expert_unknown",
    ),
    _Kind(_RELEASES.path, ReleaseLine, examples.RELEASE_LINE).listed(
        "Перечислить передачи", "Процедуры передачи, в которых участвует орган вызывающего, сначала последние.",
        Parameter(name="state", words="Состояние.", choices=tuple(ReleaseState)),
    ),
    _RELEASES.shown(
        "Показать передачу",
        "Предложение, проверка пункта 4 по каждому положению, сроки с расчётом по рабочим дням.",
    ),
    _RELEASES.acted(
        "Совершить шаг передачи", "Что возможно сейчас, говорит allowed_acts (пункты 5–9).",
        ReleaseBody, examples.named(examples.STEPS), "stale", "reasons_missing", "extended_already", "term_over",
    ),
    _RELEASES.recorded("Показать дело передачи", "Действия по порядку, с подписями."),
    _RELEASES.printed(
        "proposal", "Напечатать предложение о передаче",
        "Мотивированное предложение с перечнем сведений и элементами договора, PDF/A (R-4, R-5, R-10).",
    ),
    _VISITS.made(
        "Обратиться о визите",
        "Обращение о визите: всё обязательное по каждому договору; поздний срок отмечается (A-6.5, KA-9, KL-9).",
        VisitWanted, {"letter": examples.LETTER}, "no_regime", "degree_missing",
    ),
    _Kind(_VISITS.path, VisitLine, examples.VISIT_LINE).listed(
        "Перечислить визиты", "Визиты, в которых участвует орган вызывающего, сначала последние.",
        Parameter(name="state", words="Состояние.", choices=tuple(VisitState)),
    ),
    _VISITS.shown("Показать визит", "Обращение о визите и ответ на него."),
    _VISITS.acted(
        "Ответить о визите", "Слово компетентного органа принимающей Стороны, один раз.",
        VisitBody, examples.named(examples.WORDS), "not_the_host", "stale", "visit_answered",
    ),
    _VISITS.recorded("Показать дело визита", "Обращение и ответ, с подписями."),
    _VISITS.printed(
        "letter", "Напечатать обращение о визите",
        "Обращение о посещении со всеми сведениями, PDF/A (A-6.5, KA-9, KL-9).",
    ),
    _ENTRIES.made(
        "Внести запись",
        "Датированная запись: лица, контракты, правила, консультации, выданное под расписку, изменения "
        "компетентных органов. Смена компетентного органа и взаимное освобождение действуют со своего дня.",
        DatedEntry, {"contract": examples.ENTRY, "competent_body": examples.CHANGE}, "through_diplomats",
    ),
    _ENTRIES.listed(
        "Перечислить записи", "Записи, которые касаются органа вызывающего, сначала последние.",
        Parameter(name="kind", words="О чём запись.", choices=tuple(EntryKind)),
    ),
    _ENTRIES.shown("Показать запись", "Датированная запись с теми, кому о ней сообщено."),
    _ENTRIES.recorded("Показать дело записи", "Запись с подписью."),
)  # fmt: skip
