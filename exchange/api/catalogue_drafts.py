"""The calls on drafts in words, with their examples. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from exchange.api import examples
from exchange.api.operation import BODY, KEY, PAGE, RETRY, Operation, Parameter
from schemas.drafts import (
    DraftDrop,
    DraftEntering,
    DraftLine,
    DraftReturn,
    DraftSending,
    DraftSigning,
    DraftView,
    DraftWanted,
    DraftWords,
)
from schemas.vocabulary import ActKind, DraftState

_ID: Final = "019ca8a0-3e80-70f2-9c00-63e20d9834dd"
_AT: Final = "2026-03-01T09:00:00Z"
_DIGEST: Final = "8a2f6d9f4c1b7e305d0c9a7b6e5f4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c"

WORDS: Final[Mapping[str, Any]] = {
    name: value for name, value in examples.SUBMISSION.items() if name not in {"signatory", "grounds"}
}
"""A request that lacks its grounds yet; who signs it is put in by the node."""

WHOLE: Final[Mapping[str, Any]] = {**WORDS, "grounds": examples.SUBMISSION["grounds"]}

_STEP: Final[Mapping[str, Any]] = {
    "number": 1,
    "step": "saved",
    "who": "person:kz-mvd.officer",
    "role": "officer",
    "at": _AT,
    "remarks": None,
}
_SENT: Final[Mapping[str, Any]] = {**_STEP, "number": 2, "step": "sent"}
_RETURNED: Final[Mapping[str, Any]] = {
    **_STEP,
    "number": 3,
    "step": "returned",
    "who": "person:kz-mvd.head",
    "role": "head",
    "remarks": "Назовите номер дела",
}

_LINE: Final[Mapping[str, Any]] = {
    "id": _ID,
    "kind": "submit",
    "request": None,
    "number": None,
    "about": WORDS["purpose"],
    "state": "drafting",
    "version": 1,
    "authors": ["person:kz-mvd.officer"],
    "made_at": _AT,
    "changed_at": _AT,
}

STARTED: Final[Mapping[str, Any]] = {
    **_LINE,
    "body": WORDS,
    "gaps": [
        {
            "pointer": "/grounds",
            "detail": "Обязательное поле отсутствует.",
            "rule": "P-6.2",
            "article": "ст. 6 Протокола",
        }
    ],
    "allowed_steps": ["saved", "sent", "dropped"],
    "to_sign": None,
    "steps": [_STEP],
    "signed_by": None,
    "digest": None,
    "became": None,
    "seq": None,
}
SAVED: Final[Mapping[str, Any]] = {
    **STARTED,
    "version": 2,
    "body": WHOLE,
    "gaps": [],
    "steps": [_STEP, {**_STEP, "number": 2}],
}
SENT: Final[Mapping[str, Any]] = {
    **SAVED,
    "state": "for_signature",
    "allowed_steps": [],
    "steps": [_STEP, _SENT],
}
RETURNED: Final[Mapping[str, Any]] = {
    **SAVED,
    "state": "returned",
    "version": 3,
    "allowed_steps": ["saved", "sent", "dropped"],
    "steps": [_STEP, _SENT, _RETURNED],
}
SIGNED: Final[Mapping[str, Any]] = {
    **SENT,
    "state": "signed",
    "version": 3,
    "steps": [_STEP, _SENT, {**_RETURNED, "step": "signed", "remarks": None}],
    "signed_by": "person:kz-mvd.head",
    "digest": _DIGEST,
    "became": _ID,
    "seq": 1,
}
ENTERED: Final[Mapping[str, Any]] = {
    **SIGNED,
    "kind": "note",
    "request": _ID,
    "number": "KZ-MVD/2026/O-00001",
    "about": "",
    "body": examples.ACTS[ActKind.NOTE],
    "state": "entered",
    "version": 2,
    "steps": [_STEP, {**_STEP, "number": 2, "step": "entered"}],
    "signed_by": "person:kz-mvd.officer",
    "seq": 3,
}
DROPPED: Final[Mapping[str, Any]] = {
    **STARTED,
    "state": "dropped",
    "version": 2,
    "gaps": [],
    "allowed_steps": [],
    "steps": [_STEP, {**_STEP, "number": 2, "step": "dropped", "remarks": "Сведения уже получены"}],
}

_IF_MATCH: Final = Parameter(
    name="If-Match", where="header", words="ETag версии, поверх которой пишут; без него 428, с иным 412.", example='"1"'
)
_STEPS: Final = (*BODY, *RETRY, "not_there", "role_may_not", "draft_changed", "draft_not_in_this_state")
_MADE: Final = ("ETag", "Location")

DRAFTS: Final = (
    Operation(
        method="POST", path="/v1/drafts", name="Начать черновик", group="Черновики", status=201,
        words="Черновик запроса (submit) или действия по названному запросу; живёт только внутри органа. Поля body"
        " могут быть неполны; подписавшего вносит узел.",
        takes=DraftWanted, bodies={"submit": {"kind": "submit", "body": WORDS}}, parameters=(KEY,),
        answers=DraftView, example=STARTED, headers=(*_MADE, "Idempotent-Replayed"),
        problems=(*BODY, *RETRY, "role_may_not", "not_there", "draft_field_unknown", "signatory_by_node"),
    ),
    Operation(
        method="GET", path="/v1/drafts", name="Перечислить черновики", group="Черновики",
        words="Черновики органа, последние изменения сначала.",
        answers=DraftLine, paged=True, example={"items": [_LINE], "next": None, "limit": 20},
        problems=("invalid_query",),
        parameters=(
            Parameter(name="state", words="Состояние.", choices=tuple(DraftState), example="drafting"),
            Parameter(name="kind", words="Какое действие готовят.", choices=tuple(ActKind)),
            *PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/drafts/{id}", name="Показать черновик", group="Черновики",
        words="Слова, пробелы (gaps), шаги и байты, которые подписал бы вызывающий (to_sign); ETag называет версию.",
        answers=DraftView, example=STARTED, headers=("ETag",), problems=("not_there",),
    ),
    Operation(
        method="PUT", path="/v1/drafts/{id}", name="Записать черновик", group="Черновики",
        words="Новые слова поверх версии, названной в If-Match; если её уже сменили, ответ 412 показывает обе.",
        takes=DraftWords, bodies={"words": {"body": WHOLE}}, parameters=(_IF_MATCH,),
        answers=DraftView, example=SAVED, headers=("ETag",),
        problems=(*BODY, "no_version", "not_there", "role_may_not", "draft_is_newer", "draft_not_in_this_state",
                  "draft_field_unknown", "signatory_by_node"),
    ),
    Operation(
        method="POST", path="/v1/drafts/{id}/sendings", name="Передать на подпись", group="Черновики", status=201,
        words="Передаёт черновик на подпись: править его больше нельзя, пока его не вернут.",
        takes=DraftSending, bodies={"sending": {"version": 1}}, parameters=(KEY,),
        answers=DraftView, example=SENT, headers=_MADE, problems=(*_STEPS, "draft_gaps"),
    ),
    Operation(
        method="POST", path="/v1/drafts/{id}/returns", name="Вернуть с замечаниями", group="Черновики", status=201,
        words="Возвращает черновик с замечаниями; это делает тот, кто вправе его подписать.",
        takes=DraftReturn, bodies={"return": {"version": 2, "remarks": "Назовите номер дела"}}, parameters=(KEY,),
        answers=DraftView, example=RETURNED, headers=_MADE,
        problems=(*BODY, *RETRY, "not_there", "signature_needed", "draft_changed", "draft_not_in_this_state"),
    ),
    Operation(
        method="POST", path="/v1/drafts/{id}/signatures", name="Подписать", group="Черновики", status=201,
        words="Подписывает показанные байты (version и digest из to_sign) и тем же действием вносит их в журнал."
        " Автор своих слов не подписывает (статья 6). Пароль и код нужны человеку на узле, который работает"
        " по-настоящему. Повтор не действует дважды и без ключа.",
        takes=DraftSigning, bodies={"signature": {"version": 2, "digest": _DIGEST}},
        answers=DraftView, example=SIGNED, headers=_MADE,
        problems=(*BODY, "not_there", "own_words", "signature_needed", "draft_changed", "other_bytes",
                  "draft_not_in_this_state"),
    ),
    Operation(
        method="POST", path="/v1/drafts/{id}/entries", name="Внести без подписи", group="Черновики", status=201,
        words="Вносит действие, которое не подписывают; срочный запрос тоже может уйти без подписи (статья 6).",
        takes=DraftEntering, bodies={"entry": {"version": 1, "digest": _DIGEST}},
        answers=DraftView, example=ENTERED, headers=_MADE,
        problems=(*BODY, "not_there", "signature_needed", "draft_changed", "other_bytes", "draft_not_in_this_state",
                  "draft_gaps"),
    ),
    Operation(
        method="POST", path="/v1/drafts/{id}/drops", name="Оставить черновик", group="Черновики", status=201,
        words="Черновик больше не нужен; написанное хранится с его шагами.",
        takes=DraftDrop, bodies={"drop": {"version": 1, "remarks": "Сведения уже получены"}}, parameters=(KEY,),
        answers=DraftView, example=DROPPED, headers=_MADE, problems=_STEPS,
    ),
)  # fmt: skip
"""In the order in which a draft grows."""
