"""One example for each call; a test sends every one of them to a live node. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.vocabulary import ActKind

_SIGNATORY: Final = {"name": "Образцов Иван Иванович", "position": "head"}

SUBMISSION: Final[Mapping[str, Any]] = {
    "requested_authority": "RU-MVD",
    "reference": "12/3-456",
    "purpose": "Установить лиц, причастных к хищению средств через поддельную страницу банка",
    "grounds": "Уголовное дело, возбуждённое 20 февраля 2026 года",
    "substance": "С поддельной страницы банка похищены средства 214 граждан; сервер находится у провайдера в Москве",
    "matters": ["information_technology"],
    "assistance": [
        {"form": "information", "subject": "persons", "text": "Сведения о владельце сервера"},
        {"form": "other", "text": "Сохранить содержимое сервера"},
    ],
    "execution_term": {"days": 30, "basis": "protocol"},
    "signatory": _SIGNATORY,
    "language": "ru",
}

ACTS: Final[Mapping[ActKind, Mapping[str, Any]]] = {
    ActKind.RECEIVE: {"received_at": "2026-03-02T06:00:00Z", "register_number": "вх. 17/2026"},
    ActKind.ACCEPT: {},
    ActKind.REDIRECT: {"to_authority": "RU-FSB", "reason": "Исполнение относится к компетенции этого органа"},
    ActKind.CONFIRM: {"signatory": _SIGNATORY},
    ActKind.HOLD: {"reason": "Ожидается письменное подтверждение"},
    ActKind.ASK_INFORMATION: {"question": "Уточните сетевой адрес сервера"},
    ActKind.PROVIDE_INFORMATION: {"question_number": 1, "answer": "192.0.2.17"},
    ActKind.REPORT_IMPEDIMENT: {"circumstances": "Провайдер ликвидирован", "expected_delay": "около двух недель"},
    ActKind.POSTPONE: {"reason": "Исполнение помешает проводимому расследованию", "until": "2026-05-01"},
    ActKind.RESUME: {},
    ActKind.OFFER_CONDITIONS: {
        "conditions": "Сведения не раскрываются до окончания расследования",
        "ground": "Проводимое расследование",
        "consultation": "Телефонный разговор 3 марта 2026 года",
    },
    ActKind.ACCEPT_CONDITIONS: {},
    ActKind.DECLINE_CONDITIONS: {"reason": "Сведения нужны для открытого заседания суда"},
    ActKind.DISCONTINUE: {"reason": "Условия не приняты"},
    ActKind.REFUSE: {
        "items": [2],
        "reasons": "Содержимое сервера не сохранилось",
        "national_law": "Закон, на котором основан отказ",
    },
    ActKind.REPORT_RESULTS: {
        "items": [{"number": 1, "outcome": "Владелец установлен"}],
        "text": "Сведения прилагаются",
        "final": False,
    },
    ActKind.WITHDRAW: {"reason": "Сведения получены иным путём"},
    ActKind.PROPOSE_TERM: {"days": 45, "citation": "Договор о правовой помощи, статья 7"},
    ActKind.AGREE_TERM: {"term_number": 1},
    ActKind.ASK_PRESENCE: {
        "people": [{"name": "Петров Пётр Петрович", "position": "следователь"}],
        "reason": "Участие в осмотре сервера",
    },
    ActKind.GRANT_PRESENCE: {"presence_number": 1, "terms": "Без права задавать вопросы"},
    ActKind.DENY_PRESENCE: {"presence_number": 1, "reason": "Осмотр уже проведён"},
    ActKind.ASK_OTHER_USE: {"purpose": "Гражданский иск потерпевших"},
    ActKind.GRANT_OTHER_USE: {"other_use_number": 1},
    ActKind.DENY_OTHER_USE: {"other_use_number": 1, "reason": "Следствие не окончено"},
    ActKind.OPEN_CONSULTATION: {"subject": "Порядок передачи вещественных доказательств"},
    ActKind.CLOSE_CONSULTATION: {"consultation_number": 1, "outcome": "Порядок согласован"},
    ActKind.PROPOSE_COSTS: {"arrangement": "Расходы на экспертизу несёт запрашивающая Сторона"},
    ActKind.AGREE_COSTS: {"costs_number": 1},
    ActKind.NOTE: {"text": "Направляем копию постановления"},
}
"""The fields of each act beside its name."""


def act(kind: ActKind) -> dict[str, Any]:
    """Return an act as it is sent."""
    return {"act": kind.value, **ACTS[kind]}


TOKEN: Final = {"authority": "KZ-MVD", "role": "head"}
CLOCK: Final = {"advance": "P1DT1H"}

FILE: Final = "Протокол осмотра сервера от 2 марта 2026 года"
FILE_NAME: Final = "protocol.txt"
