"""The calls of the registry in words, with an example of each. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from exchange.api.operation import BODY, KEY, LIMIT, RETRY, Operation, Parameter
from schemas.registry import (
    Acknowledgement,
    AgreementNotice,
    BetweenView,
    HistoryView,
    PartyNotice,
    RegistryNoticeView,
    TreatyNotice,
)
from schemas.vocabulary import Country

_NAME: Final = {
    "ru": "Генеральная прокуратура Республики Казахстан (образец)",
    "kk": "Қазақстан Республикасының Бас прокуратурасы (үлгі)",
}
_ENTERED: Final = "2026-03-01T09:00:00Z"

DESIGNATION: Final[Mapping[str, Any]] = {
    "kind": "designation",
    "authority": "KZ-GP",
    "name": _NAME,
    "zone": "Asia/Almaty",
    "reach": "node",
    "mailbox": "kz-gp@node.example",
    "since": "2026-04-01",
    "reference": "Нота от 27 февраля 2026 года № 14/215",
}
CHANGE: Final = {"kind": "change", "authority": "KZ-MVD", "since": "2026-04-01", "mailbox": "intake@kz.example"}
END: Final = {"kind": "end", "authority": "KZ-NSC", "until": "2026-04-01"}
COMPLETION: Final = {"kind": "completion", "country": "KZ", "received_on": "2026-02-20", "reference": "Нота № 3"}
WITHDRAWAL: Final[Mapping[str, Any]] = {
    "kind": "withdrawal",
    "country": "TJ",
    "received_on": "2026-02-20",
    "leaving_on": "2026-09-01",
    "reference": "Нота № 4",
}
CHANNEL: Final[Mapping[str, Any]] = {
    "kind": "agreement",
    "agreement": "KZ-RU-1",
    "parties": ["KZ", "RU"],
    "channel": "защищённая телефонная связь",
    "citation": "Протокол дежурных служб от 20 февраля 2026 года",
    "since": "2026-02-20",
}
CHANNEL_END: Final = {"kind": "agreement_end", "agreement": "CSTO-CHANNEL-1", "until": "2026-12-31"}

_NOTICE: Final[Mapping[str, Any]] = {
    "number": 21,
    "kind": "designation",
    "country": "KZ",
    "subject": "KZ-GP",
    "day": "2026-04-01",
    "domestic": False,
    "fact": {**DESIGNATION, "body": "competent", "country": "KZ", "language": "ru"},
    "entered_at": _ENTERED,
    "entered_by": "KZ-MVD",
    "from_file": False,
    "relayed": [
        {"country": "KZ", "acknowledged_at": _ENTERED, "acknowledged_by": "KZ-MVD"},
        {"country": "RU", "acknowledged_at": None, "acknowledged_by": None},
    ],
}
_TREATY: Final = {
    **_NOTICE,
    "kind": "withdrawal",
    "country": "TJ",
    "subject": "TJ",
    "day": "2026-09-01",
    "fact": WITHDRAWAL,
    "entered_by": "CSTO-SEC",
}
_AGREED: Final = {**_TREATY, "kind": "agreement", "country": None, "subject": "KZ-RU-1", "fact": CHANNEL}
_SEEDED: Final = {**_NOTICE, "number": 20, "relayed": [], "entered_by": "CSTO-SEC"}
_HISTORY: Final[Mapping[str, Any]] = {
    "code": "KZ-MVD",
    "country": "KZ",
    "entries": [
        {
            "kind": "competent",
            "since": "2020-01-01",
            "until": None,
            "name": {
                "ru": "Министерство внутренних дел",
                "kk": "Ішкі істер министрлігі",
                "en": "Ministry of Internal Affairs",
            },
            "zone": "Asia/Almaty",
            "reach": "node",
            "mailbox": "kz-mvd@node.example",
            "head_mailbox": "kz-mvd.head@node.example",
            "language": "ru",
            "address": None,
            "notice": 12,
        }
    ],
}
_STATE: Final[Mapping[str, Any]] = {
    "country": "KZ",
    "on": "2026-03-01",
    "in_force": True,
    "in_force_from": "2020-01-01",
    "left_on": None,
    "explanation": ["Протокол вступил в силу с получения 4-го уведомления: 01.01.2020."],
    "rules": ["P-16"],
}
_BETWEEN: Final = {"on": "2026-03-01", "in_force": True, "parties": [_STATE, {**_STATE, "country": "RU"}]}

ON: Final = Parameter(name="on", words="День, на который отвечает реестр; без него — сегодня.", example="2026-03-01")

_GROUP: Final = "Реестр"
_REFUSED: Final = (*BODY, *RETRY, "role_may_not")
_HEADERS: Final = ("Location", "Idempotent-Replayed")

REGISTRY_OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/registry/notices", name="Уведомить о своём органе", group=_GROUP, status=201,
        words="Назначение, изменение или окончание; направляется каждой Стороне в той же транзакции (статья 4).",
        takes=PartyNotice, bodies={"designation": DESIGNATION, "change": CHANGE, "end": END}, parameters=(KEY,),
        answers=RegistryNoticeView, example=_NOTICE, headers=_HEADERS, problems=_REFUSED,
    ),
    Operation(
        method="GET", path="/v1/registry/notices", name="Перечислить уведомления", group=_GROUP,
        words="Уведомления реестра, сначала последние, с подтверждениями Сторон.",
        answers=RegistryNoticeView, paged=True, problems=("invalid_query",),
        example={"items": [_SEEDED], "next": "20", "limit": 1},
        parameters=(
            Parameter(name="subject", words="О чём: код органа, государства или соглашения."),
            Parameter(name="awaiting", words="Ждут подтверждения этой Стороны.", choices=tuple(Country)),
            Parameter(name="after", words="Значение next предыдущей страницы."),
            LIMIT,
        ),
    ),
    Operation(
        method="GET", path="/v1/registry/notices/{notice}", name="Показать уведомление", group=_GROUP,
        words="Уведомление с подтверждениями Сторон.", answers=RegistryNoticeView, example=_SEEDED,
        problems=("not_there",),
    ),
    Operation(
        method="POST", path="/v1/registry/notices/{notice}/acknowledgements", name="Подтвердить получение",
        group=_GROUP, status=201, words="Сторона подтверждает, что получила уведомление; один раз (статья 4).",
        takes=Acknowledgement, bodies={"acknowledgement": {}}, parameters=(KEY,),
        answers=RegistryNoticeView, example=_NOTICE, headers=_HEADERS,
        problems=(*_REFUSED, "not_there", "acknowledged_already"),
    ),
    Operation(
        method="POST", path="/v1/registry/treaty-notices", name="Внести полученное депозитарием", group=_GROUP,
        status=201, words="Уведомление о выполнении процедур или о выходе; вносит Секретариат (статьи 16 и 18).",
        takes=TreatyNotice, bodies={"withdrawal": WITHDRAWAL, "completion": COMPLETION}, parameters=(KEY,),
        answers=RegistryNoticeView, example=_TREATY, headers=_HEADERS,
        problems=(*_REFUSED, "secretariat_only", "leaving_too_early"),
    ),
    Operation(
        method="POST", path="/v1/registry/agreements", name="Внести соглашение о канале", group=_GROUP, status=201,
        words="Постоянное соглашение Сторон о техническом канале или его окончание; вносит Секретариат (статья 6).",
        takes=AgreementNotice, bodies={"agreement": CHANNEL, "end": CHANNEL_END}, parameters=(KEY,),
        answers=RegistryNoticeView, example=_AGREED, headers=_HEADERS, problems=(*_REFUSED, "secretariat_only"),
    ),
    Operation(
        method="GET", path="/v1/registry/authorities/{authority}", name="Показать историю органа", group=_GROUP,
        words="Записи об органе по дням, с уведомлением, которое принесло каждую.",
        answers=HistoryView, example=_HISTORY, problems=("not_there",),
    ),
    Operation(
        method="GET", path="/v1/registry/in-force", name="Действует ли Протокол", group=_GROUP,
        words="Действует ли Протокол между двумя государствами в день и почему (статьи 16 и 18).",
        answers=BetweenView, example=_BETWEEN, problems=("invalid_query",),
        parameters=(
            Parameter(name="country", words="Одно государство.", choices=tuple(Country), example="KZ"),
            Parameter(name="with", words="Другое государство.", choices=tuple(Country), example="RU"),
            ON,
        ),
    ),
    Operation(
        method="GET", path="/v1/registry/export", name="Выгрузить реестр", group=_GROUP,
        words="Все сведения, открытые органу, одним файлом JWS с его подписью.",
        answers=str, media="application/jose", example="eyJhbGciOiJFZDI1NTE5In0.eyJmYWN0cyI6W119.c2ln",
        problems=("role_may_not", "invalid_query"),
    ),
)  # fmt: skip
