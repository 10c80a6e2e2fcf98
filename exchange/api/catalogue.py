"""Every call in words: what the description of the interface and its page are made from. Data only."""

from typing import Final

from exchange.api import answers, catalogue_audit, catalogue_files, catalogue_letters, examples
from exchange.api.catalogue_drafts import DRAFTS
from exchange.api.catalogue_people import PEOPLE
from exchange.api.catalogue_registry import ON, REGISTRY_OPERATIONS
from exchange.api.lists import STATES
from exchange.api.operation import BODY, IF_MATCH, KEY, LIMIT, MADE, PAGE, RETRY, Operation, Parameter
from schemas.acts import ActBody
from schemas.registry import AgreementView, AuthorityView, PartyView
from schemas.requests import Submission
from schemas.sandbox import ClockMove, ClockView, MailView, TokenView, TokenWanted
from schemas.views import (
    EventView,
    HealthView,
    ObligationView,
    ReadinessView,
    RecordEntryView,
    RequestLine,
    RequestView,
    StatisticsView,
)
from schemas.vocabulary import ActKind, DueBucket, ObligationKind, State

OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/requests", name="Направить запрос", group="Запросы", status=201,
        words="Принимает полный подписанный запрос органа вызывающего (статья 6). Защищаемое содержание в protected "
        "забирает модуль защиты: в запросе остаётся ссылка, и вызов несёт Idempotency-Key.",
        takes=Submission, bodies={"request": examples.SUBMISSION}, parameters=(KEY,),
        answers=RequestView, example=answers.REQUEST, headers=MADE,
        problems=(
            *BODY, *RETRY, "idempotency_key_needed", "role_may_not", "signature_needed", "authority_unknown",
            "state_secret_in_open_field", "protected_unknown",
        ),
    ),
    Operation(
        method="GET", path="/v1/requests", name="Перечислить запросы", group="Запросы",
        words="Запросы органа; раньше те, чей срок ближе. Группы по сроку (due) не пересекаются.",
        answers=RequestLine, paged=True, example=answers.REQUESTS, problems=("invalid_query",),
        parameters=(
            Parameter(name="box", words="Исходящие или входящие.", choices=("out", "in"), example="out"),
            Parameter(name="state", words="Состояние.", choices=tuple(State)),
            Parameter(name="due", words="Группа по сроку, в местных днях обязанного.", choices=tuple(DueBucket)),
            Parameter(name="urgent", words="Только срочные или только обычные.", choices=("true", "false")),
            Parameter(name="q", words="Номер запроса или слова из его цели и из названий органов."),
            *PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}", name="Показать запрос", group="Запросы",
        words="Запрос, каким его видит вызывающий; ETag называет версию.",
        answers=RequestView, example=answers.REQUEST, headers=("ETag",), problems=("not_there",),
    ),
    Operation(
        method="POST", path="/v1/requests/{id}/acts", name="Совершить действие", group="Запросы", status=201,
        words="Действие по запросу; что возможно сейчас, говорит allowed_acts запроса.",
        takes=ActBody, bodies={kind.value: examples.act(kind) for kind in (ActKind.ACCEPT, *examples.ACTS)},
        parameters=(KEY, IF_MATCH), answers=RequestView, example=answers.ACCEPTED, headers=MADE,
        problems=(*BODY, *RETRY, "role_may_not", "signature_needed", "not_there", "not_in_this_state", "stale"),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}/record", name="Показать дело", group="Запросы",
        words="Действия по порядку: каждое с подписью органа и дайджестом предыдущего. Страница кончается и раньше "
        "limit, когда её действия велики; всё дело читают по next, пока он не null.",
        answers=RecordEntryView, paged=True, example=answers.RECORD, parameters=PAGE,
        problems=("not_there", "invalid_query"),
    ),
    *DRAFTS,
    *catalogue_letters.OPERATIONS,
    *catalogue_files.OPERATIONS,
    Operation(
        method="GET", path="/v1/obligations", name="Перечислить обязанности", group="Сроки",
        words="Обязанности, которые несёт орган или которые несут перед ним; раньше те, чей срок ближе.",
        answers=ObligationView, paged=True, example=answers.OBLIGATIONS, problems=("invalid_query",),
        parameters=(
            Parameter(name="state", words="Состояние; running включает просроченные.", choices=STATES),
            Parameter(name="kind", words="Вид.", choices=tuple(ObligationKind), example="execution"),
            Parameter(name="authority", words="Кто обязан: код органа.", example="RU-MVD"),
            *PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/statistics", name="Показать сводку", group="Сроки",
        words="Сколько обязанностей открыто, по группам срока.",
        answers=StatisticsView, example=answers.STATISTICS, problems=("invalid_query",),
    ),
    Operation(
        method="GET", path="/v1/events", name="Читать ленту", group="События",
        words="Лента органа без пропусков, по порядку. next остаётся прежним, пока нового нет.",
        answers=EventView, paged=True, example=answers.EVENTS, problems=("invalid_query",),
        parameters=(Parameter(name="after", words="Курсор последнего прочитанного.", example="0"), LIMIT),
    ),
    Operation(
        method="GET", path="/v1/authorities", name="Перечислить органы", group="Реестр",
        words="Назначенные компетентные органы и иные известные.",
        answers=AuthorityView, paged=True, example=answers.AUTHORITIES, problems=("invalid_query",),
        parameters=(ON, *PAGE),
    ),
    Operation(
        method="GET", path="/v1/parties", name="Перечислить Стороны", group="Реестр",
        words="Государства и дни, в которые Протокол для них действует.",
        answers=PartyView, paged=True, example=answers.PARTIES, problems=("invalid_query",),
        parameters=(ON, *PAGE),
    ),
    Operation(
        method="GET", path="/v1/agreements", name="Перечислить соглашения", group="Реестр",
        words="Постоянные соглашения о каналах связи (статья 6).",
        answers=AgreementView, paged=True, example=answers.AGREEMENTS, problems=("invalid_query",),
        parameters=(ON, *PAGE),
    ),
    *PEOPLE,
    *REGISTRY_OPERATIONS,
    *catalogue_audit.OPERATIONS,
    Operation(
        method="GET", path="/healthz", name="Жив ли узел", group="Узел", with_token=False,
        words="Процесс отвечает.", answers=HealthView, example=answers.HEALTH, needs_database=False,
    ),
    Operation(
        method="GET", path="/readyz", name="Готов ли узел", group="Узел", with_token=False,
        words="Состояние частей; 503 только без базы данных или её схемы.",
        answers=ReadinessView, example=answers.READY, unready=answers.UNREADY, needs_database=False,
    ),
    Operation(
        method="GET", path="/metrics", name="Показатели", group="Узел",
        words="Показатели в виде Prometheus; нужен токен роли operator или system.",
        answers=str, media="text/plain", example=answers.METRICS, problems=("role_may_not",),
    ),
    Operation(
        method="POST", path="/v1/sandbox/tokens", name="Выдать токен", group="Песочница", status=201,
        words="Токен любой роли любого органа; срока у него нет.", takes=TokenWanted, with_token=False, sandbox=True,
        bodies={"token": examples.TOKEN}, answers=TokenView, example=answers.TOKEN,
        problems=(*BODY, "authority_unknown"),
    ),
    Operation(
        method="GET", path="/v1/sandbox/clock", name="Показать часы", group="Песочница", with_token=False, sandbox=True,
        words="Что показывают часы узла и стоят ли они.", answers=ClockView, example=answers.CLOCK,
    ),
    Operation(
        method="POST", path="/v1/sandbox/clock", name="Перевести часы", group="Песочница", with_token=False,
        sandbox=True, words="Переводит часы вперёд; всё, чему по пути наступает срок, исполняется в свой момент.",
        takes=ClockMove, bodies={"clock": examples.CLOCK}, answers=ClockView, example=answers.CLOCK,
        problems=(*BODY, "clock_refused"),
    ),
    Operation(
        method="GET", path="/v1/sandbox/mail", name="Показать письма", group="Песочница", with_token=False,
        sandbox=True, words="Письма, которые действительно ушли, по порядку.",
        answers=MailView, paged=True, example=answers.MAIL, problems=("invalid_query",),
    ),
)  # fmt: skip
"""In the order in which a reader meets them."""
