"""One answer to each call, and one refusal of each kind; tests hold them against a live node. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from exchange.api.examples import SUBMISSION
from exchange.api.problems import Fault
from exchange.core.errors import DraftChanged, DraftGaps, Refused
from exchange.core.objections import object_to
from schemas.problem import ProblemItem
from schemas.vocabulary import ActKind

_ID: Final = "019ca8a0-3e80-70f2-9c00-63e20d9834dd"
_SENT: Final = "2026-03-01T09:00:00Z"

_EXECUTION: Final[Mapping[str, Any]] = {
    "id": f"{_ID}-execution",
    "request": _ID,
    "kind": "execution",
    "rule": "P-7.2",
    "authority": "RU-MVD",
    "state": "running",
    "started_at": _SENT,
    "due_at": "2026-03-31T21:00:00Z",
    "due_on": "2026-03-31",
    "closed_at": None,
    "overdue": False,
    "explanation": {
        "steps": [
            "Получено: 01.03.2026 12:00:00 (Europe/Moscow, UTC+03:00).",
            "День получения 01.03.2026 не считается.",
            "Прибавлено календарных дней: 30.",
            "Последний день: 31.03.2026, до 24:00 местного времени.",
            "Срок истекает: 01.04.2026 00:00:00 (Europe/Moscow, UTC+03:00).",
        ],
        "zone": "Europe/Moscow",
        "profile": "csto-cybercrime-protocol 1",
        "time_zone_data": "2026f",
    },
    "revisions": [],
}

_REDIRECT: Final[Mapping[str, Any]] = {
    **_EXECUTION,
    "id": f"{_ID}-redirect-1",
    "kind": "redirect",
    "rule": "P-7.4",
    "due_at": "2026-03-04T21:00:00Z",
    "due_on": "2026-03-04",
    "explanation": {
        **_EXECUTION["explanation"],
        "steps": [
            "Получено: 01.03.2026 12:00:00 (Europe/Moscow, UTC+03:00).",
            "День получения 01.03.2026 не считается.",
            "Прибавлено календарных дней: 3.",
            "Последний день: 04.03.2026, до 24:00 местного времени.",
            "Срок истекает: 05.03.2026 00:00:00 (Europe/Moscow, UTC+03:00).",
        ],
    },
}

_FACTS: Final[Mapping[str, Any]] = {
    "overdue": False,
    "urgent": False,
    "unconfirmed": False,
    "held": False,
    "partly_refused": False,
    "question_open": False,
    "receipt_pending": False,
    "late_redirects": [],
    "confirmed_at": None,
    "held_at": None,
    "held_seconds": 0,
    "waiting_seconds": 0,
    "suspended_days": 0,
    "postponed": None,
    "conditions_offered": None,
    "conditions_binding": [],
    "impediments": [],
    "refusals": [],
    "results": [],
    "purposes": [SUBMISSION["purpose"]],
    "asks": [],
    "past_holders": [],
    "executed_at": None,
    "ended_at": None,
}

_USE: Final[Mapping[str, Any]] = {
    "purposes": [
        {"purpose": SUBMISSION["purpose"], "number": None, "seq": 1, "since": _SENT, "by": "KZ-MVD"},
    ],
    "conditions": [],
    "not_granted": [],
}

_ITEM: Final[Mapping[str, Any]] = {"subject": None, "citation": None, "state": "open", "outcomes": []}

REQUEST: Final[Mapping[str, Any]] = {
    "id": _ID,
    "number": "KZ-MVD/2026/O-00001",
    "received_number": "RU-MVD/2026/I-00001",
    "state": "received",
    "requesting_authority": "KZ-MVD",
    "holder": "RU-MVD",
    **SUBMISSION,
    "assistance": [{**_ITEM, **item, "number": number} for number, item in enumerate(SUBMISSION["assistance"], 1)],
    "execution_term": {**SUBMISSION["execution_term"], "citation": None, "note": None},
    "other_information": None,
    "signatory": {**SUBMISSION["signatory"], "acting_under": None},
    "handling": "ordinary",
    "urgent": None,
    "protected": None,
    "submitted_at": _SENT,
    "received_at": _SENT,
    "facts": _FACTS,
    "use": _USE,
    "attachments": [],
    "obligations": [_EXECUTION, _REDIRECT],
    "allowed_acts": [
        {"act": "withdraw", "rule": None},
        {"act": "propose_term", "rule": "P-7.2"},
        {"act": "ask_presence", "rule": "P-8"},
        {"act": "open_consultation", "rule": "P-11"},
        {"act": "propose_costs", "rule": "P-12"},
        {"act": "note", "rule": None},
    ],
    "seq": 2,
}
"""As its sender is answered, and as it reads it."""

ACCEPTED: Final[Mapping[str, Any]] = {
    **REQUEST,
    "state": "executing",
    "obligations": [_EXECUTION, {**_REDIRECT, "state": "void", "closed_at": _SENT}],
    "allowed_acts": [
        {"act": "redirect", "rule": "P-7.4"},
        {"act": "ask_information", "rule": "P-7.5"},
        {"act": "report_impediment", "rule": "P-7.3"},
        {"act": "postpone", "rule": "P-7.6"},
        {"act": "offer_conditions", "rule": "P-7.6"},
        {"act": "refuse", "rule": "P-9"},
        {"act": "report_results", "rule": "P-7.8"},
        {"act": "propose_term", "rule": "P-7.2"},
        {"act": "open_consultation", "rule": "P-11"},
        {"act": "propose_costs", "rule": "P-12"},
        {"act": "note", "rule": None},
    ],
    "seq": 3,
}
"""As the holder is answered that accepted it."""


def page(item: Mapping[str, Any], following: str | None = None, limit: int = 1) -> dict[str, Any]:
    """Return one page of a list."""
    return {"items": [item], "next": following, "limit": limit}


REQUESTS: Final = page(
    {
        "id": _ID,
        "number": "KZ-MVD/2026/O-00001",
        "received_number": "RU-MVD/2026/I-00001",
        "box": "out",
        "state": "received",
        "requesting_authority": "KZ-MVD",
        "requested_authority": "RU-MVD",
        "holder": "RU-MVD",
        "holder_name": "Министерство внутренних дел Российской Федерации",
        "reference": SUBMISSION["reference"],
        "purpose": SUBMISSION["purpose"],
        "handling": "ordinary",
        "urgent": False,
        "overdue": False,
        "suspended": False,
        "due_kind": "execution",
        "due_at": "2026-03-31T21:00:00Z",
        "due_on": "2026-03-31",
        "submitted_at": _SENT,
    },
    limit=20,
)

UPLOAD: Final[Mapping[str, Any]] = {
    "id": "att-jclszq2d65o3tvtd7w7twhnwfuvzfil24olyflzlvruh3eucnn3q",
    "name": "protocol.txt",
    "size": 78,
    "sha256": "4c0b8a078f74ef4c0731c7fb8f74a8d2dc89fd0d5547d175702aaec68d6d8612",
    "media_type": "text/plain",
    "sniffed": "text/plain",
    "active": False,
    "examination": {"extent": "whole", "unseen": []},
}

RECORD: Final = page(
    {
        "seq": 2,
        "act": "receive",
        "author": "RU-MVD",
        "at": _SENT,
        "recorded_at": _SENT,
        "digest": "a175f199183da6ccdfa18029f337db966b078d297b3e960ce67aa71f1e9a34ee",
        "previous": "9bdb26074f03b29637920d9906b996959dbf98924bd622fea5f91d73e564d578",
        "signature": "eyJhbGciOiJFZDI1NTE5In0.eyJhY3QiOiJyZWNlaXZlIn0.YYIbuXi8sY_07t7Hw7CLQSNJKJnyCF_clqfI6XtUrgA",
        "body": {"act": "receive", "received_at": _SENT, "register_number": "RU-MVD/2026/I-00001"},
        "use": None,
        "attachments": [],
    }
)

OBLIGATIONS: Final = page(_EXECUTION, limit=20)

STATISTICS: Final[Mapping[str, Any]] = {
    "as_of": _SENT,
    "buckets": {"overdue": 0, "today": 0, "3d": 0, "7d": 0, "later": 1, "suspended": 0},
    "counts": [{"bucket": "later", "kind": "execution", "authority": "RU-MVD", "number": 1}],
}

EVENTS: Final = page(
    {
        "cursor": "17",
        "request": _ID,
        "seq": 1,
        "act": "submit",
        "author": "KZ-MVD",
        "at": _SENT,
        "state": "sent",
    },
    "17",
    50,
)

AUTHORITIES: Final = page(
    {
        "code": "KZ-MVD",
        "kind": "competent",
        "country": "KZ",
        "name": {
            "ru": "Министерство внутренних дел Республики Казахстан (образец)",
            "kk": "Қазақстан Республикасының Ішкі істер министрлігі (үлгі)",
            "en": "Ministry of Internal Affairs of the Republic of Kazakhstan (sample)",
        },
        "zone": "Asia/Almaty",
        "reach": "node",
        "since": "2020-01-01",
        "until": None,
    }
)

PARTIES: Final = page(
    {
        "country": "KZ",
        "in_force_from": "2020-01-01",
        "left_on": None,
        "explanation": [
            "Депозитарий получил уведомление государства о выполнении внутренних процедур: 20.08.2019.",
            "Протокол вступил в силу с получения 4-го уведомления: 01.01.2020.",
            "Уведомление государства — 2-е: Протокол действует для него с 01.01.2020.",
            "В этот день, 01.03.2026, Протокол действует.",
        ],
    }
)

AGREEMENTS: Final = page(
    {
        "id": "CSTO-CHANNEL-1",
        "parties": ["AM", "BY", "KZ", "KG", "RU", "TJ"],
        "channel": "защищённая видеоконференцсвязь и электронная почта (образец)",
        "citation": "Соглашение о каналах связи между компетентными органами от 15 января 2020 года (образец)",
        "since": "2020-01-15",
        "until": None,
    }
)

HEALTH: Final = {"status": "ok"}
READY: Final[Mapping[str, Any]] = {
    "status": "degraded",
    "parts": {"database": "ok", "migrations": "ok", "scheduler": "not_seen", "mail": "ok"},
}
UNREADY: Final[Mapping[str, Any]] = {"status": "down", "parts": {"database": "down"}}

METRICS: Final = """\
# HELP exchange_http_requests_total Calls answered.
# TYPE exchange_http_requests_total counter
exchange_http_requests_total{method="GET",route="/v1/requests/{id}",status="200"} 12.0
# HELP exchange_outbox_waiting Notices not sent yet.
# TYPE exchange_outbox_waiting gauge
exchange_outbox_waiting 2.0
# HELP exchange_obligations_overdue Running duties past their due moment.
# TYPE exchange_obligations_overdue gauge
exchange_obligations_overdue 0.0
"""

TOKEN: Final = {"token": "TQ610HZfIwEDlwKviJ1_PzYVp-DVI_InYyhdQAGwPgM"}
CLOCK: Final = {"now": "2026-03-02T10:00:00Z", "frozen": False}

MAIL: Final = page(
    {
        "message_id": "<019ca8a0-3e82-7d40-8f6b-0a1f7c5e2b11@node.example>",
        "from": "exchange@node.example",
        "to": "ru-mvd@node.example",
        "subject": "Запрос KZ-MVD/2026/O-00001: направление запроса",
        "text": "Совершено действие «направление запроса».",
        "html": "<!doctype html><title>Запрос</title><p>Совершено действие «направление запроса».</p>",
        "at": _SENT,
        "notice": {"kind": "act", "request": _ID, "act": "submit", "obligation": None, "step": None},
    }
)

TROUBLES: Final[Mapping[str, Exception]] = {
    "draft_field_unknown": Refused((object_to("draft_field_unknown", "/colour"),)),
    "signatory_by_node": Refused((object_to("signatory_by_node", "/signatory"),)),
    "draft_not_in_this_state": Refused((object_to("draft_not_in_this_state", draft_state="dropped"),)),
    "draft_is_newer": DraftChanged(version=2, current='{"reference": "1"}', yours='{"reference": "2"}'),
    "draft_gaps": DraftGaps(
        kind=ActKind.NOTE, shape=({"type": "missing", "loc": ("text",), "msg": "", "input": None},)
    ),
    "other_bytes": Refused((object_to("other_bytes", "/digest"),)),
    "leaving_too_early": Refused(
        (object_to("leaving_too_early", "/leaving_on", months=6, earliest="20.08.2026"),),
    ),
    "file_type_wrong": Refused(
        (object_to("file_type_wrong", "/media_type", declared="application/pdf", found="text/plain"),)
    ),
    "file_digest_differs": Refused((object_to("file_digest_differs", "/sha256"),)),
    "file_name_needed": Refused((object_to("file_name_needed", "/name"),)),
    "file_name_path": Refused((object_to("file_name_path", "/name"),)),
    "file_name_unseen": Refused((object_to("file_name_unseen", "/name"),)),
    "invalid_shape": Fault(
        "invalid_shape", (ProblemItem(pointer="/colour", detail="Такого поля здесь нет.", rule=None),)
    ),
    "invalid_query": Fault(
        "invalid_query",
        (ProblemItem(pointer="", detail="Параметр limit принимает целое число от 1 до 200.", rule=None),),
    ),
    "login_taken": Refused((object_to("login_taken", "/login"),)),
    "person_unknown": Refused((object_to("person_unknown", "/substitute"),)),
    "scope_not_of_role": Refused((object_to("scope_not_of_role", "/scopes/0"),)),
    "not_in_this_state": Refused(
        (object_to("not_in_this_state", "/act", rule="P-7.1", state="withdrawn", allowed="open_consultation, note"),)
    ),
}
"""The refusals that say more than their code; the rest are told by it."""
