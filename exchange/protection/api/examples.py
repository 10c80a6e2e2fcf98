"""One example for each call to the module and each of its answers; a test sends them to a live node. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.secrecy import ItemAct

_PAPER: Final = {"reference": "12/345", "date": "2026-03-01"}
_ID: Final = "019cbcf2-7c00-7000-8000-000000000001"
_AT: Final = "2026-03-02T07:00:00Z"

REGISTER: Final[Mapping[str, Any]] = {
    "mark": "secret",
    "designation": "Справка о сети связи",
    "kind": "electronic",
    "purpose": "Совместный розыск",
    "requirements": {"text": "Работать только в выделенном помещении", "most_copies": 10},
    "copies": 2,
    "content": "0KHQv9GA0LDQstC60LA=",
}
REGISTER_UPLOADED: Final[Mapping[str, Any]] = {
    **REGISTER,
    "content": {"sha256": "1a5c0e0e2d1cbd1bd5ba2c4b1f3b3c9fd2a5c2ba83e4ed3fc8fe7a7a4d2f9d1b", "size": 1048576},
}

ACTS: Final[Mapping[ItemAct, Mapping[str, Any]]] = {
    ItemAct.AUTHORISE_RELEASE: {
        "recipient": "BY-MVD",
        "purpose": "Совместный розыск",
        "copies": 1,
        "decision": _PAPER,
        "basis": "Запрос от 1 марта 2026 года",
        "procedure": _ID,
    },
    ItemAct.DISPATCH: {"release": 1, "copies": [1], "channel": "diplomatic", "cover_document": _PAPER},
    ItemAct.CONFIRM_RECEIPT: {
        "copies": [1],
        "form": "written",
        "reference": _PAPER,
        "own_number": "вх. 7/2026",
        "own_mark": "secret",
        "received_at": "2026-03-02T09:00:00Z",
    },
    ItemAct.ASK_CONSENT: {
        "kind": "destroy",
        "scope": {"copies": [1]},
        "reason": "Миновала надобность",
        "reference": _PAPER,
    },
    ItemAct.GRANT_CONSENT: {"consent": 1, "reference": _PAPER},
    ItemAct.DENY_CONSENT: {"consent": 1, "reason": "Надобность не миновала", "reference": _PAPER},
    ItemAct.WITHDRAW_CONSENT: {"consent": 1, "reason": "Обстоятельства изменились", "reference": _PAPER},
    ItemAct.COPY: {"copy_number": 1, "count": 1, "to_whom": "отдел 3", "made_by": "kz-mvd.secrecy-officer"},
    ItemAct.TRANSLATE: {
        "copy_number": 1,
        "language": "kk",
        "to_whom": "отдел 3",
        "made_by": "kz-mvd.secrecy-officer",
    },
    ItemAct.EXTRACT: {
        "copy_number": 1,
        "part": "Раздел 2",
        "to_whom": "отдел 3",
        "made_by": "kz-mvd.secrecy-officer",
    },
    ItemAct.REGRADE: {"mark": "top_secret", "ground": "Пересмотр степени"},
    ItemAct.DECLASSIFY: {"ground": "Истёк срок засекречивания"},
    ItemAct.RETURN: {"copies": [1], "channel": "diplomatic", "cover_document": _PAPER, "consent": 1},
    ItemAct.DESTROY: {
        "copies": [1],
        "method": "измельчение",
        "people": ["Образцов И. И.", "Примеров П. П."],
        "date": "2026-03-02",
        "document": _PAPER,
        "irrecoverable": True,
    },
    ItemAct.REPORT_BREACH: {
        "kinds": ["loss"],
        "disclosure": False,
        "circumstances": "Экземпляра нет на месте хранения",
        "happened_on": "2026-03-01",
    },
    ItemAct.REPORT_INQUIRY: {"breach": 1, "findings": "Экземпляр найден"},
    ItemAct.CLOSE_BREACH: {"breach": 1, "measures": "Порядок учёта изменён"},
}
"""What each act carries beside its name."""

COPY: Final[Mapping[str, Any]] = {
    "number": 1,
    "kind": "original",
    "state": "held",
    "holder": "KZ-MVD",
    "mark": "secret",
    "own_number": "KZ-MVD/2026/S-00001",
    "maker": "KZ-MVD",
    "made_from": None,
    "language": None,
    "came_by": [],
    "transit": None,
    "notes": [],
}

ITEM: Final[Mapping[str, Any]] = {
    "id": _ID,
    "register_number": "KZ-MVD/2026/S-00001",
    "own_number": "KZ-MVD/2026/S-00001",
    "state": "registered",
    "mark": "secret",
    "designation": "Справка о сети связи",
    "kind": "electronic",
    "purpose": "Совместный розыск",
    "requirements": {"text": "Работать только в выделенном помещении", "most_copies": 10},
    "bulky": False,
    "content": {"sha256": "4a4e01b3f9c5b5f7b8b3ee1f2d0d6f5f37aa3ba1a0ec1a5dfc7c52c2a1f4ad11", "size": 14},
    "originator": "KZ-MVD",
    "makers": ["KZ-MVD"],
    "derived_from": [],
    "registered_at": _AT,
    "standing": ["maker", "holder", "former"],
    "copies": [COPY],
    "releases": [],
    "consents": [],
    "breaches": [],
    "duties": [],
    "allowed_acts": [
        {
            "act": "authorise_release",
            "title": "решение о передаче",
            "rule": "A-6.1",
            "rules": ["A-6.1", "KA-5.2", "KA-5.3", "R-11"],
        }
    ],
    "seq": 1,
}

LINE: Final[Mapping[str, Any]] = {
    "id": _ID,
    "register_number": "KZ-MVD/2026/S-00001",
    "own_number": "KZ-MVD/2026/S-00001",
    "state": "registered",
    "mark": "secret",
    "designation": "Справка о сети связи",
    "kind": "electronic",
    "originator": "KZ-MVD",
    "standing": ["maker", "holder", "former"],
    "registered_at": _AT,
    "due_at": None,
    "overdue": False,
    "seq": 1,
}
LINES: Final = {"items": [LINE], "next": None, "limit": 50}
COPIES: Final = {"items": [COPY], "next": None, "limit": 1}
ENTRY: Final[Mapping[str, Any]] = {
    "seq": 1,
    "act": "register",
    "author": "KZ-MVD",
    "at": _AT,
    "recorded_at": _AT,
    "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "previous": None,
    "signature": "eyJhbGciOiJFZDI1NTE5In0.eyJyZXF1ZXN0Ijoi….k1c5",
    "body": {"act": "register", "mark": "secret"},
}
RECORD: Final = {"items": [ENTRY], "next": None, "limit": 1}
ACCESS: Final[Mapping[str, Any]] = {
    "id": "019cbcf2-7c00-4000-8000-000000000002",
    "seq": 7,
    "at": _AT,
    "who": "person:kz-mvd.officer",
    "role": "officer",
    "taken": "content",
    "given": True,
    "paper": None,
    "copy_number": 1,
    "purpose": "Совместный розыск",
    "document": "Приказ № 1",
    "missing": [],
}
ACCESSES: Final = {"items": [ACCESS], "next": None, "limit": 50}
CONTENT: Final = "Справка"
UPLOADED: Final = {"sha256": "1a5c0e0e2d1cbd1bd5ba2c4b1f3b3c9fd2a5c2ba83e4ed3fc8fe7a7a4d2f9d1b", "size": 1048576}
EQUIVALENCE: Final = {"mark": "secret", "label": "Slaptai", "regime": "kz-lt-2015", "rule": "KL-3"}
REGIMES: Final = {
    "items": [
        {
            "id": "kz-lt-2015",
            "version": "1",
            "title": {"ru": "Соглашение Казахстана и Литвы 2015 года"},
            "parties": [
                {
                    "party": "LT",
                    "name": {"ru": "Литва"},
                    "in_force_from": "2020-01-01",
                    "left_on": None,
                    "competent_body": "LT-CB",
                    "degrees": [
                        {"mark": "secret", "stamp": "Slaptai", "words": {"lt": "Slaptai"}, "official_use": False}
                    ],
                }
            ],
            "channels": [{"channel": "diplomatic", "needs": "nothing", "rule": "KL-6.2"}],
        }
    ],
    "next": None,
    "limit": 3,
}


def act(kind: ItemAct) -> dict[str, Any]:
    """Return the whole body of an act."""
    return {"act": kind.value, **ACTS[kind]}
