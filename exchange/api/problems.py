"""From what went wrong to an RFC 9457 body: one table for the law, one for the interface's own faults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic_core import to_json

from exchange.core.errors import (
    AnswerErased,
    CallerUnknown,
    ClockRefused,
    Contended,
    DraftChanged,
    DraftGaps,
    ExchangeError,
    FileBroken,
    KeyInWork,
    KeyReused,
    KeysMissing,
    ModuleSealed,
    NodeError,
    NoRoom,
    NotHeld,
    NotPrinted,
    NotProved,
    NotThere,
    Reason,
    RecordBroken,
    Refused,
    Tampered,
    TooManyTries,
    Unavailable,
    Weight,
    WrongMode,
    WrongPassphrase,
)
from exchange.core.rules import article
from schemas.base import LAST_YEAR
from schemas.problem import Problem, ProblemItem

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5
"""After how long a caller is asked to try again when the node cannot serve."""

LONGEST_LIST: Final = 100
"""Most reasons that one answer names; how many there are in all its `detail` says."""

URN: Final = "urn:assistance-exchange:problem:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a kind of trouble is answered with; `detail` is a sentence about the kind, never about the input."""

    status: int
    title: str
    detail: str = ""


_UNABLE = Answer(503, "Узел временно не может ответить", "Повторите тот же вызов позже.")

WEIGHTS: Final[Mapping[Weight, Answer]] = {
    Weight.FORBIDDEN: Answer(403, "Нет права на это действие"),
    Weight.STALE: Answer(412, "Запрос изменился"),
    Weight.STATE: Answer(409, "Действие невозможно в этом состоянии"),
    Weight.CONTENT: Answer(422, "Содержание не отвечает правилам"),
}

ERRORS: Final[Mapping[type[ExchangeError], tuple[str, Answer]]] = {
    NotThere: ("not_there", Answer(404, "Не найдено", "Такого здесь нет, или вызывающему это не открыто.")),
    CallerUnknown: ("caller_unknown", Answer(401, "Вызывающий неизвестен", "Нужен действующий токен.")),
    NotProved: ("not_proved", Answer(403, "Личность не подтверждена", "Пароль или код не подошёл.")),
    TooManyTries: ("too_many_tries", Answer(429, "Слишком много попыток", "Повторите позже.")),
    KeyReused: ("key_reused", Answer(422, "Ключ повторности занят", "С этим Idempotency-Key уже был иной вызов.")),
    AnswerErased: (
        "answer_erased",
        Answer(
            409,
            "Ответ уничтожен вместе с предметом",
            "Вызов с этим Idempotency-Key подействовал; предмет уничтожен, и ответ о нём не хранится.",
        ),
    ),
    KeyInWork: ("key_in_work", Answer(409, "Вызов ещё выполняется", "Вызов с этим Idempotency-Key ещё в работе.")),
    DraftChanged: ("draft_is_newer", Answer(412, "Черновик изменился", "Сверьте обе версии: current и yours.")),
    DraftGaps: ("draft_gaps", Answer(422, "Черновик не готов", "Не хватает обязательного содержания.")),
    ClockRefused: (
        "clock_refused",
        Answer(409, "Часы туда не переводятся", f"Часы песочницы идут только вперёд и не дальше {LAST_YEAR} года."),
    ),
    RecordBroken: ("internal", Answer(500, "Внутренняя ошибка узла", "Сообщите оператору узла время вызова.")),
    FileBroken: (
        "file_broken",
        Answer(
            500, "Содержимое вложения повреждено", "Сохранённые байты не те, что были приложены: сообщите оператору."
        ),
    ),
    NotPrinted: (
        "not_printed",
        Answer(422, "Письмо не печатается", "Текст этого действия не удаётся набрать: читайте его в записи дела."),
    ),
    Tampered: (
        "content_broken",
        Answer(500, "Содержимое под защитой повреждено", "Оно не то, что было закрыто: сообщите оператору узла."),
    ),
    NotHeld: (
        "content_not_held",
        Answer(404, "Содержимого у органа нет", "Оно поступило иным путём, не передавалось или уничтожено."),
    ),
    NoRoom: ("no_room", Answer(507, "На узле нет места", "Файл не сохранён. Сообщите оператору узла.")),
    Unavailable: ("unavailable", _UNABLE),
    Contended: ("unavailable", _UNABLE),
    ModuleSealed: (
        "protection_sealed",
        Answer(503, "Модуль защиты закрыт", "Ключи ещё не открыты: оператор узла должен дать парольную фразу."),
    ),
    NodeError: ("unavailable", _UNABLE),
    WrongMode: ("unavailable", _UNABLE),
    KeysMissing: ("unavailable", _UNABLE),
    WrongPassphrase: ("unavailable", _UNABLE),
}
"""Every leaf of the error tree beside Refused, whose objections say what it is."""

FAULTS: Final[Mapping[str, Answer]] = {
    "bad_request": Answer(400, "Вызов не разобран", "Вызов не отвечает протоколу HTTP."),
    "not_json": Answer(400, "Тело не разобрано", "Тело должно быть документом JSON (RFC 8259) в UTF-8."),
    "duplicate_key": Answer(400, "Тело не разобрано", "Имя в объекте JSON повторяется."),
    "too_deep": Answer(400, "Тело не разобрано", "Вложенность JSON больше допустимой."),
    "bad_idempotency_key": Answer(
        400, "Заголовок не разобран", "Idempotency-Key: от 1 до 255 печатных знаков ASCII, один раз."
    ),
    "not_found": Answer(404, "Не найдено", "Такого адреса нет."),
    "method_not_allowed": Answer(405, "Метод не поддерживается", "Допустимые методы названы в заголовке Allow."),
    "idempotency_key_needed": Answer(
        400,
        "Нужен ключ повторности",
        "С защищаемым содержанием вызов несёт Idempotency-Key.",
    ),
    "head_too_slow": Answer(408, "Вызов поступает слишком медленно", "Повторите вызов."),
    "body_too_slow": Answer(408, "Тело поступает слишком медленно", "Повторите вызов."),
    "body_too_large": Answer(413, "Тело слишком велико", "Тело больше предела, принятого на узле."),
    "media_type": Answer(415, "Вид тела не принимается", "Тело принимается как application/json в UTF-8 без сжатия."),
    "invalid_shape": Answer(422, "Тело не отвечает форме"),
    "invalid_query": Answer(422, "Параметры не отвечают форме"),
    "no_version": Answer(428, "Версия не названа", "Назовите в If-Match версию, которую видели: ETag черновика."),
    "wrong_host": Answer(421, "Узел песочницы под другим именем", "Песочница отвечает только имени этой машины."),
    "head_too_large": Answer(431, "Заголовки слишком велики", "Адрес и заголовки больше предела, принятого на узле."),
    "bad_file_name": Answer(
        400, "Заголовок не разобран", "Имя файла: Content-Disposition: attachment; filename*=UTF-8''… (RFC 8187)."
    ),
    "bad_digest": Answer(
        400, "Заголовок не разобран", "Дайджест: Content-Digest: sha-256=:…: в base64, один раз (RFC 9530)."
    ),
    "bad_media_type": Answer(415, "Вид файла не разобран", "Content-Type называет вид файла, тело не сжато."),
    "body_cut_off": Answer(400, "Тело не получено целиком", "Файл не сохранён: отправьте его снова."),
    "no_such_range": Answer(416, "Такой части у файла нет", "Размер файла назван в Content-Range."),
    "too_many_calls": Answer(429, "Слишком много вызовов", "Повторите вызов позже."),
    "internal": Answer(500, "Внутренняя ошибка узла", "Сообщите оператору узла время вызова."),
}
"""What the interface itself refuses before a service is asked."""


class Fault(Exception):
    """A call that the interface refuses by itself; `code` is a row of FAULTS."""

    def __init__(
        self, code: str, items: tuple[ProblemItem, ...] = (), *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep what the answer needs."""
        super().__init__(code)
        self.code = code
        self.items = items
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """A problem ready to be sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def answer_to(trouble: Exception) -> ProblemAnswer:
    """Return the answer to anything raised on the way; what is not foreseen is an internal error without details."""
    if isinstance(trouble, Refused):
        return _of_objections(trouble.objections)
    if isinstance(trouble, Fault):
        return _answer(trouble.code, FAULTS[trouble.code], trouble.items, trouble.headers)
    if isinstance(trouble, DraftChanged):
        return _of_versions(trouble)
    if isinstance(trouble, DraftGaps):
        return _of_gaps(trouble)
    if isinstance(trouble, ExchangeError):
        code, answer = _row(type(trouble))
        wait = {"Retry-After": str(trouble.seconds)} if isinstance(trouble, TooManyTries) else {}
        return _answer(code, answer, (), {**_headers(answer), **wait})
    return _answer("internal", FAULTS["internal"], (), {})


def _row(kind: type[ExchangeError]) -> tuple[str, Answer]:
    """Return the row of an error's class, or of the nearest class above it."""
    for above in kind.__mro__:
        if above in ERRORS:
            return ERRORS[above]
    return "internal", FAULTS["internal"]


def _headers(answer: Answer) -> Mapping[str, str]:
    if answer.status == 401:  # noqa: PLR2004 - a status is its number
        return {"WWW-Authenticate": 'Bearer realm="assistance-exchange"'}
    if answer.status == 503:  # noqa: PLR2004
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def _of_objections(objections: tuple[Reason, ...]) -> ProblemAnswer:
    """Answer a refusal: the lightest weight gives the status, its first objection the code and the rule."""
    first = min(objections, key=lambda objection: objection.weight)
    ordered = sorted(objections, key=lambda objection: objection.weight)
    items = tuple(ProblemItem(pointer=one.pointer, detail=one.detail, rule=one.rule) for one in ordered)
    return _answer(first.code, WEIGHTS[first.weight], items, {}, _state(ordered))


def _of_versions(changed: DraftChanged) -> ProblemAnswer:
    """Answer a save over words that the caller had not read: with both versions, its own and the latest."""
    code, answer = ERRORS[DraftChanged]
    if not changed.version:
        return _answer(code, answer, (), {})
    current = {"version": changed.version, "body": json.loads(changed.current)}
    return _answer(code, answer, (), {}, {"current": current, "yours": json.loads(changed.yours)})


def _of_gaps(trouble: DraftGaps) -> ProblemAnswer:
    """Answer for a draft that is not ready, with every gap."""
    from exchange.api.shape import gaps_of  # it stands on this module

    code, answer = ERRORS[DraftGaps]
    items = gaps_of(trouble.kind, trouble.shape, trouble.law, json.loads(trouble.body)) if trouble.kind else ()
    return _answer(code, answer, items, {})


def _state(objections: list[Reason]) -> dict[str, object]:
    """Say for a program what an objection to the state says in words."""
    for objection in objections:
        if objection.weight is Weight.STATE and {"state", "allowed"} <= objection.gaps.keys():
            allowed = [act for act in str(objection.gaps["allowed"]).split(", ") if act != "—"]
            return {"state": str(objection.gaps["state"]), "allowed_acts": allowed}
    return {}


def _answer(
    code: str,
    answer: Answer,
    items: tuple[ProblemItem, ...],
    headers: Mapping[str, str],
    more: Mapping[str, object] | None = None,
) -> ProblemAnswer:
    rule = items[0].rule if items else None
    problem = Problem(
        type=URN + code,
        title=answer.title,
        status=answer.status,
        detail=_detail(answer, items),
        code=code,
        rule=rule,
        article=article(rule),
        errors=items[:LONGEST_LIST],
    )
    body = problem.model_dump_json().encode()
    if more:
        body = body[:-1] + b"," + to_json(more)[1:]
    return ProblemAnswer(answer.status, body, headers)


def _detail(answer: Answer, items: tuple[ProblemItem, ...]) -> str:
    """Say the first reason, and how many more stand in `errors`."""
    if not items:
        return answer.detail
    more = f" Всего замечаний: {len(items)}." if len(items) > 1 else ""
    named = f" Названы первые {LONGEST_LIST}." if len(items) > LONGEST_LIST else ""
    return items[0].detail + more + named
