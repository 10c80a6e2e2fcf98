"""Every call in words: what the description of the interface and its page are made from. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from exchange.api import examples
from exchange.api.lists import STATES
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.sandbox import ClockMove, TokenWanted
from schemas.views import (
    AgreementView,
    AuthorityView,
    EventView,
    ObligationView,
    PartyView,
    RecordEntryView,
    RequestLine,
    RequestView,
    StatisticsView,
)
from schemas.vocabulary import ActKind, DueBucket, ObligationKind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the query or a header."""

    name: str
    words: str
    where: str = "query"
    choices: tuple[str, ...] = ()
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call. `answers` is the shape of what it gives, of each item where `paged`."""

    method: str
    path: str
    name: str
    words: str
    group: str
    status: int = 200
    takes: Any = None
    answers: Any = None
    paged: bool = False
    parameters: tuple[Parameter, ...] = ()
    bodies: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    with_token: bool = True
    sandbox: bool = False


_AFTER: Final = Parameter(name="after", words="Значение next предыдущей страницы.")
_LIMIT: Final = Parameter(name="limit", words="Сколько элементов на странице, от 1 до 200.", example="20")
_PAGE: Final = (_AFTER, _LIMIT)
_KEY: Final = Parameter(
    name="Idempotency-Key",
    where="header",
    words="Повтор с тем же ключом не действует дважды: от 1 до 255 знаков ASCII.",
)
_IF_MATCH: Final = Parameter(
    name="If-Match", where="header", words="ETag версии, которую видел вызывающий; иначе 412.", example="*"
)
_BODY: Final = (400, 408, 413, 415, 422)

OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/requests", name="Направить запрос", group="Запросы", status=201,
        words="Принимает полный подписанный запрос органа вызывающего (статья 6).",
        takes=Submission, answers=RequestView, parameters=(_KEY,), bodies={"request": examples.SUBMISSION},
        problems=(*_BODY, 403, 409),
    ),
    Operation(
        method="GET", path="/v1/requests", name="Перечислить запросы", group="Запросы",
        words="Запросы органа; раньше те, чей срок ближе. Группы по сроку (due) не пересекаются.",
        answers=RequestLine, paged=True, problems=(422,),
        parameters=(
            Parameter(name="box", words="Исходящие или входящие.", choices=("out", "in"), example="out"),
            Parameter(name="state", words="Состояние.", choices=tuple(State)),
            Parameter(name="due", words="Группа по сроку, в местных днях обязанного.", choices=tuple(DueBucket)),
            Parameter(name="urgent", words="Только срочные или только обычные.", choices=("true", "false")),
            Parameter(name="q", words="Номер запроса или слова из него."),
            *_PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}", name="Показать запрос", group="Запросы",
        words="Запрос, каким его видит вызывающий; ETag называет версию.", answers=RequestView, problems=(404,),
    ),
    Operation(
        method="POST", path="/v1/requests/{id}/acts", name="Совершить действие", group="Запросы", status=201,
        words="Действие по запросу; что возможно сейчас, говорит allowed_acts запроса.",
        takes=ActBody, answers=RequestView, parameters=(_KEY, _IF_MATCH),
        bodies={kind.value: examples.act(kind) for kind in (ActKind.ACCEPT, *examples.ACTS)},
        problems=(*_BODY, 403, 404, 409, 412),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}/record", name="Показать дело", group="Запросы",
        words="Действия по порядку: каждое с подписью органа и дайджестом предыдущего.",
        answers=RecordEntryView, paged=True, problems=(404,),
    ),
    Operation(
        method="GET", path="/v1/obligations", name="Перечислить обязанности", group="Сроки",
        words="Обязанности, которые несёт орган или которые несут перед ним; раньше те, чей срок ближе.",
        answers=ObligationView, paged=True, problems=(422,),
        parameters=(
            Parameter(name="state", words="Состояние; running включает просроченные.", choices=STATES),
            Parameter(name="kind", words="Вид.", choices=tuple(ObligationKind), example="execution"),
            Parameter(name="authority", words="Кто обязан: код органа.", example="RU-MVD"),
            *_PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/statistics", name="Показать сводку", group="Сроки",
        words="Сколько обязанностей открыто, по группам срока.", answers=StatisticsView,
    ),
    Operation(
        method="GET", path="/v1/events", name="Читать ленту", group="События",
        words="Лента органа без пропусков, по порядку. next остаётся прежним, пока нового нет.",
        answers=EventView, paged=True, problems=(422,),
        parameters=(Parameter(name="after", words="Курсор последнего прочитанного.", example="0"), _LIMIT),
    ),
    Operation(
        method="GET", path="/v1/authorities", name="Перечислить органы", group="Реестр",
        words="Назначенные компетентные органы и иные известные.", answers=AuthorityView, paged=True,
    ),
    Operation(
        method="GET", path="/v1/parties", name="Перечислить Стороны", group="Реестр",
        words="Государства и дни, в которые Протокол для них действует.", answers=PartyView, paged=True,
    ),
    Operation(
        method="GET", path="/v1/agreements", name="Перечислить соглашения", group="Реестр",
        words="Постоянные соглашения о каналах связи (статья 6).", answers=AgreementView, paged=True,
    ),
    Operation(
        method="GET", path="/healthz", name="Жив ли узел", group="Узел", with_token=False,
        words="Процесс отвечает.",
    ),
    Operation(
        method="GET", path="/readyz", name="Готов ли узел", group="Узел", with_token=False,
        words="Состояние частей; 503 только без базы данных или её схемы.", problems=(),
    ),
    Operation(
        method="GET", path="/metrics", name="Показатели", group="Узел",
        words="Показатели в виде Prometheus; нужен токен роли operator или system.", problems=(403,),
    ),
    Operation(
        method="POST", path="/v1/sandbox/tokens", name="Выдать токен", group="Песочница", status=201,
        words="Токен любой роли любого органа; срока у него нет.", takes=TokenWanted, with_token=False, sandbox=True,
        bodies={"token": examples.TOKEN}, problems=_BODY,
    ),
    Operation(
        method="GET", path="/v1/sandbox/clock", name="Показать часы", group="Песочница", with_token=False, sandbox=True,
        words="Что показывают часы узла и стоят ли они.",
    ),
    Operation(
        method="POST", path="/v1/sandbox/clock", name="Перевести часы", group="Песочница", with_token=False,
        sandbox=True, words="Переводит часы вперёд; всё, чему по пути наступает срок, исполняется в свой момент.",
        takes=ClockMove, bodies={"clock": examples.CLOCK}, problems=(*_BODY, 409),
    ),
    Operation(
        method="GET", path="/v1/sandbox/mail", name="Показать письма", group="Песочница", with_token=False,
        sandbox=True, words="Письма, которые действительно ушли, по порядку.",
    ),
)  # fmt: skip
"""In the order in which a reader meets them."""
