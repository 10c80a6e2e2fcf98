"""Examples of the calls on people, agreements, releases, visits and dated entries, and of their answers. Data only."""

from collections.abc import Mapping
from typing import Any, Final

_PAPER: Final = {"reference": "12/345", "date": "2026-03-01"}
_ID: Final = "019cbcf2-7c00-7000-8000-000000000001"
_ITEM: Final = "019cbcf2-7c00-7000-8000-000000000002"
_AT: Final = "2026-03-02T07:00:00Z"
_OFFICER: Final = "kz-mvd.officer"


def listed(one: Mapping[str, Any], limit: int = 50) -> dict[str, Any]:
    """Return a page of one item."""
    return {"items": [one], "next": None, "limit": limit}


CLEARANCE: Final = {
    "person": _OFFICER,
    "mark": "top_secret",
    "since": _AT,
    "until": "2031-03-02T07:00:00Z",
    "document": "Справка о допуске № 17",
}
CLEARED: Final[Mapping[str, Any]] = {
    "id": _ID,
    "person": _OFFICER,
    "body": "KZ-MVD",
    "issuer": "KZ",
    "mark": "top_secret",
    "since": _AT,
    "until": "2031-03-02T07:00:00Z",
    "revoked_at": None,
    "document": "Справка о допуске № 17",
    "holds": True,
}
GRANT: Final = {
    "person": _OFFICER,
    "item": _ITEM,
    "purpose": "Совместный розыск",
    "document": "План мероприятий № 4",
    "until": "2026-12-31T19:00:00Z",
}
GRANTED: Final[Mapping[str, Any]] = {
    "id": _ID,
    "body": "KZ-MVD",
    "since": _AT,
    "revoked_at": None,
    "holds": True,
    **GRANT,
}

MEANS: Final[Mapping[str, Any]] = {
    "code": "M-AM-2",
    "regime": "kz-am-2025",
    "other": "AM-NSS",
    "reference": _PAPER,
    "since": "2026-04-01",
    "until": "2027-03-31",
}
WAY: Final[Mapping[str, Any]] = {
    **MEANS,
    "code": "W-LT-1",
    "regime": "kz-lt-2015",
    "other": "LT-CB",
    "channel": "courier",
}
STANDING: Final[Mapping[str, Any]] = {**MEANS, "code": "S-AM-9", "other": "AM-POL"}
AGREED: Final[Mapping[str, Any]] = {
    "kind": "means",
    "code": "M-AM-2",
    "regime": "kz-am-2025",
    "sides": ["AM-NSS", "KZ-NSC"],
    "channel": None,
    "reference": _PAPER,
    "since": "2026-04-01",
    "until": "2027-03-31",
    "proposed_by": "KZ-NSC",
    "proposed_at": _AT,
    "agreed_at": None,
}
AGREED_WAY: Final[Mapping[str, Any]] = {
    **AGREED,
    "kind": "way",
    "code": "W-LT-1",
    "regime": "kz-lt-2015",
    "sides": ["KZ-NSC", "LT-CB"],
    "channel": "courier",
    "agreed_at": _AT,
}
AGREED_STANDING: Final[Mapping[str, Any]] = {
    **AGREED,
    "kind": "standing",
    "code": "S-AM-9",
    "sides": ["AM-POL", "KZ-MVD"],
    "proposed_by": "KZ-MVD",
}
BINDING: Final = {
    "regime": "kz-am-2025",
    "party": "AM",
    "since": "2020-01-01",
    "left_on": None,
    "released_on": None,
    "competent": "AM-NSS",
}

PROPOSAL: Final[Mapping[str, Any]] = {
    "item": _ITEM,
    "classification_body": "KZ-NSC",
    "recipient": "AM-POL",
    "purpose": "Совместный розыск",
    "secrets": [
        {
            "designation": "Справка о сети связи",
            "mark": "secret",
            "classified_by": "МВД Республики Казахстан",
            "ground": "Перечень сведений, пункт 12",
        }
    ],
    "term": "2027-12-31",
    "effect": "Раскрытие преступления; ущерб при разглашении невелик",
    "compensation": "По договору, статья 11",
}
STEPS: Final[Mapping[str, Mapping[str, Any]]] = {
    "decide_classification_body": {"positive": True, "decision": _PAPER},
    "extend_expert": {"working_days": 5, "reason": "Дополнительная экспертиза"},
    "conclude_expert": {"possible": True, "expedient": True, "conclusion": _PAPER},
    "decide_government": {"positive": True, "decision": _PAPER},
}
RELEASE_LINE: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-MVD/2026/R-00001",
    "state": "proposed",
    "item": _ITEM,
    "applicant": "KZ-MVD",
    "recipient": "AM-POL",
    "proposed_at": _AT,
    "due_at": "2026-04-01T19:00:00Z",
    "overdue": False,
    "seq": 1,
}
RELEASE: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-MVD/2026/R-00001",
    "state": "proposed",
    "order": "kz-1355",
    "item": _ITEM,
    "applicant": "KZ-MVD",
    "recipient": "AM-POL",
    "classification_body": "KZ-NSC",
    "expert_body": "KZ-NSC",
    "proposed_at": _AT,
    "proposal": {"act": "propose", **PROPOSAL},
    "regimes": ["csto-2004", "kz-am-2025"],
    "checklist": [
        {
            "element": "third_party",
            "words": "недопустимость передачи третьей стороне без письменного согласия",
            "rules": ["A-5.3", "KA-4"],
            "stated": True,
        }
    ],
    "missing": [],
    "duties": [
        {
            "kind": "classification_decision",
            "body": "KZ-NSC",
            "rule": "R-5",
            "state": "running",
            "started_at": _AT,
            "working_days": 20,
            "extended_by": 0,
            "due_at": "2026-04-01T19:00:00Z",
            "due_on": "2026-04-01",
            "overdue": False,
            "closed_at": None,
            "calendar": "kz 1",
            "skipped_days": [{"day": "2026-03-07", "kind": "weekend", "name": None, "estimated": False}],
            "estimated": False,
            "doubts": [],
            "explanation": ["День получения 02.03.2026 не считается."],
        }
    ],
    "reasons": None,
    "approved": False,
    "until": "2027-12-31",
    "allowed_acts": [{"act": "decide_classification_body", "rule": "R-5"}],
    "seq": 1,
}

LETTER: Final[Mapping[str, Any]] = {
    "host": "AM-POL",
    "visitors": [
        {
            "person": _OFFICER,
            "surname": "Образцов",
            "given_names": "Виктор Васильевич",
            "birth_date": "1980-05-17",
            "birth_place": "Алматы",
            "citizenship": "Казахстан",
            "passport": "N00000000",
            "position": "Старший инспектор",
            "body": "МВД Республики Казахстан",
            "clearance": "top_secret",
        }
    ],
    "degree": "secret",
    "first_day": "2026-06-01",
    "length_days": 5,
    "purpose": "Рабочая встреча",
    "questions": "Порядок обмена сведениями",
    "bodies_to_visit": "Полиция Республики Армения",
    "people_to_meet": "Начальник управления",
    "providing_document": "План работ № 4",
}
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "consent_visit": {"degree": "secret", "reference": _PAPER, "terms": "С сопровождением"},
    "refuse_visit": {"reference": _PAPER, "reason": "Не своевременно"},
}
VISIT_LINE: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-NSC/2026/V-00001",
    "state": "requested",
    "sender": "KZ-NSC",
    "host": "AM-POL",
    "requested_at": _AT,
    "first_day": "2026-06-01",
    "late": False,
    "seq": 1,
}
VISIT: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-NSC/2026/V-00001",
    "state": "requested",
    "sender": "KZ-NSC",
    "host": "AM-POL",
    "competent": ["AM-NSS"],
    "regimes": ["csto-2004", "kz-am-2025"],
    "request": {"act": "request_visit", **LETTER},
    "requested_at": _AT,
    "late": [],
    "degree": "secret",
    "answer": None,
    "allowed_acts": [{"act": "consent_visit", "rule": "KA-9"}],
    "seq": 1,
}

ENTRY: Final[Mapping[str, Any]] = {
    "kind": "contract",
    "regime": "kz-am-2025",
    "party": "AM",
    "body": "AM-POL",
    "date": "2026-03-02",
    "fields": {
        "number": "К-7",
        "date": "2026-03-01",
        "clauses": [
            "list_and_degree",
            "protection_and_use",
            "order_of_transfer",
            "no_third_party",
            "cleared_people_only",
            "disputes_and_damage",
        ],
    },
}
CHANGE: Final[Mapping[str, Any]] = {
    "kind": "competent_body",
    "regime": "kz-am-2025",
    "party": "AM",
    "date": "2026-03-02",
    "fields": {"body": "KZ-MVD", "since": "2026-06-01"},
    "diplomatic": True,
}
ENTERED: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-MVD/2026/E-00001",
    "author": "KZ-MVD",
    **ENTRY,
    "diplomatic": False,
    "rule": "KA-7",
    "told": ["AM-NSS"],
    "entered_at": _AT,
    "effective_from": None,
}
RECORDED: Final = {
    "seq": 1,
    "act": "propose",
    "author": "KZ-MVD",
    "at": _AT,
    "recorded_at": _AT,
    "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "previous": None,
    "signature": "eyJhbGciOiJFZDI1NTE5In0.eyJyZXF1ZXN0Ijoi….k1c5",
    "body": {"act": "propose"},
}


def named(acts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return whole bodies of acts by their names."""
    return {act: {"act": act, **fields} for act, fields in acts.items()}
