"""The calls about people and programs in words: accounts, substitutions, tokens. Data only."""

from typing import Any, Final

from exchange.api.answers import page
from exchange.api.operation import BODY, KEY, PAGE, RETRY, Operation
from schemas.people import (
    AccountChange,
    AccountView,
    AccountWanted,
    ProgramTokenView,
    ProgramTokenWanted,
    SubstitutionView,
    SubstitutionWanted,
)
from schemas.proposals import ProposalProof, ProposalView, Proposed

_MADE: Final = "2026-03-01T09:00:00Z"

ACCOUNT: Final = {"login": "petrov.pp", "name": "Петров П. П.", "post": "Следователь", "role": "officer"}
CHANGES: Final = {
    "role": {"change": "role", "role": "registrar", "post": "Регистратор"},
    "disable": {"change": "disable"},
    "enable": {"change": "enable"},
    "reset": {"change": "reset"},
    "end_sessions": {"change": "end_sessions"},
    "unlock": {"change": "unlock"},
}
SUBSTITUTION: Final = {
    "absent": "kz-mvd.head",
    "substitute": "kz-mvd.officer",
    "order_number": "12-к",
    "order_date": "2026-02-27",
    "since": "2026-03-01",
    "until": "2026-03-15",
    "acts": ["submit", "confirm"],
}
TOKEN: Final = {"label": "Система учёта дел", "role": "system", "scopes": ["read"], "days": 30}

_ACCOUNT: Final[dict[str, Any]] = {
    "login": "petrov.pp",
    "authority": "KZ-MVD",
    "name": "Петров П. П.",
    "post": "Следователь",
    "role": "officer",
    "language": "ru",
    "disabled": False,
    "sample": False,
    "ready": False,
    "made_at": _MADE,
    "made_by": "person:kz-mvd.operator",
    "failures": 0,
    "closed_until": None,
    "set_up": None,
}
_SET_UP: Final = {"code": "K7QM-2VXA-BT5D-WHRE", "until": "2026-03-04T09:00:00Z"}
_SUBSTITUTION: Final[dict[str, Any]] = {
    "id": "019ca8a0-3e80-70f2-9c00-63e20d9834de",
    "absent": "kz-mvd.head",
    "absent_name": "Образцова А. А. (образец)",
    "substitute": "kz-mvd.officer",
    "substitute_name": "Образцов В. В. (образец)",
    "order": "Приказ № 12-к от 27.02.2026",
    "since": "2026-03-01",
    "until": "2026-03-15",
    "acts": ["submit", "confirm"],
    "valid": True,
    "made_at": _MADE,
    "made_by": "person:kz-mvd.head",
    "revoked_at": None,
    "revoked_by": None,
}
_REVOKED: Final = {**_SUBSTITUTION, "valid": False, "revoked_at": _MADE, "revoked_by": "person:kz-mvd.head"}
_TOKEN: Final[dict[str, Any]] = {
    "number": 1,
    "authority": "KZ-MVD",
    "role": "system",
    "label": "Система учёта дел",
    "scopes": ["read"],
    "made_at": _MADE,
    "made_by": "person:kz-mvd.operator",
    "expires_at": "2026-03-31T09:00:00Z",
    "revoked_at": None,
    "used_at": None,
    "bearer": None,
    "token": None,
}

PROPOSALS_WANTED: Final = {
    "open": {"change": "open", "login": "semenova.ss", "name": "Семенова С. С.", "post": "Заместитель начальника",
             "role": "deputy_head"},
    "role": {"change": "role", "login": "petrov.pp", "role": "deputy_head", "post": "Заместитель начальника"},
    "reset": {"change": "reset", "login": "petrov.pp"},
    "token": {"change": "token", "label": "Система учёта дел", "role": "system", "days": 30},
}  # fmt: skip
_PROPOSAL: Final[dict[str, Any]] = {
    "number": 1,
    "change": "open",
    "login": "semenova.ss",
    "name": "Семенова С. С.",
    "post": "Заместитель начальника",
    "role": "deputy_head",
    "label": None,
    "scopes": None,
    "days": None,
    "state": "waiting",
    "made_at": _MADE,
    "made_by": "person:kz-mvd.operator",
    "decided_at": None,
    "decided_by": None,
    "account": None,
    "token": None,
}
_DECIDED: Final = {**_PROPOSAL, "decided_at": _MADE, "decided_by": "person:kz-mvd.head"}
_CONFIRMED: Final = {
    **_DECIDED,
    "state": "confirmed",
    "account": {
        **_ACCOUNT,
        "login": "semenova.ss",
        "name": "Семенова С. С.",
        "post": "Заместитель начальника",
        "role": "deputy_head",
        "made_by": "person:kz-mvd.head",
        "set_up": _SET_UP,
    },
}

PEOPLE: Final = (
    Operation(
        method="GET", path="/v1/accounts", name="Перечислить учётные записи", group="Люди и программы",
        words="Учётные записи органа по логину; роль operator.", answers=AccountView, paged=True,
        example=page(_ACCOUNT), parameters=PAGE, problems=("invalid_query", "role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/accounts", name="Открыть учётную запись", group="Люди и программы", status=201,
        words="Одноразовый код настройки (set_up) есть только в этом ответе. Ключа повторности вызов не принимает.",
        takes=AccountWanted, bodies={"account": ACCOUNT}, answers=AccountView, example={**_ACCOUNT, "set_up": _SET_UP},
        problems=(*BODY, "role_may_not", "head_confirms", "login_taken"),
    ),
    Operation(
        method="GET", path="/v1/accounts/{login}", name="Показать учётную запись", group="Люди и программы",
        words="Учётная запись и неудачи входа подряд.", answers=AccountView, example=_ACCOUNT,
        problems=("not_there", "role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/accounts/{login}/changes", name="Изменить учётную запись", group="Люди и программы",
        words="Роль, отключение и включение, сброс доступа (новый код настройки), окончание сеансов, снятие запрета "
        "входа после неудач.",
        takes=AccountChange, bodies=CHANGES, answers=AccountView, example={**_ACCOUNT, "role": "registrar"},
        problems=(*BODY, "not_there", "role_may_not", "own_account", "head_confirms"),
    ),
    Operation(
        method="GET", path="/v1/substitutions", name="Перечислить замещения", group="Люди и программы",
        words="Кто кого замещает и замещал; позже внесённые раньше.", answers=SubstitutionView, paged=True,
        example=page(_SUBSTITUTION), parameters=PAGE, problems=("invalid_query",),
    ),
    Operation(
        method="POST", path="/v1/substitutions", name="Внести замещение", group="Люди и программы", status=201,
        words="Замещение подписывающего по приказу (статья 6); роль head.",
        takes=SubstitutionWanted, bodies={"substitution": SUBSTITUTION}, parameters=(KEY,),
        answers=SubstitutionView, example=_SUBSTITUTION,
        problems=(*BODY, *RETRY, "role_may_not", "person_unknown"),
    ),
    Operation(
        method="GET", path="/v1/substitutions/{substitution}", name="Показать замещение", group="Люди и программы",
        words="Замещение; valid говорит, действует ли оно сегодня.", answers=SubstitutionView, example=_SUBSTITUTION,
        problems=("not_there",),
    ),
    Operation(
        method="POST", path="/v1/substitutions/{substitution}/revoke", name="Отменить замещение",
        group="Люди и программы", words="Отменяет сразу; тело — пустой объект.",
        takes=dict[str, str], bodies={"nothing": {}}, parameters=(KEY,), answers=SubstitutionView, example=_REVOKED,
        problems=(*BODY, *RETRY, "not_there", "role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/tokens", name="Перечислить токены", group="Люди и программы",
        words="Токены программ органа и когда каждый применялся в последний раз; роль operator.",
        answers=ProgramTokenView, paged=True, example=page(_TOKEN), parameters=PAGE,
        problems=("invalid_query", "role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/tokens", name="Выдать токен программе", group="Люди и программы", status=201,
        words="Токен есть только в этом ответе. Ключа повторности вызов не принимает.",
        takes=ProgramTokenWanted, bodies={"token": TOKEN}, answers=ProgramTokenView,
        example={**_TOKEN, "token": "sx_TQ610HZfIwEDlwKviJ1_PzYVp-DVI_InYyhdQAGwPgM"},
        problems=(*BODY, "role_may_not", "head_confirms", "scope_not_of_role"),
    ),
    Operation(
        method="POST", path="/v1/tokens/{number}/revoke", name="Отозвать токен", group="Люди и программы",
        words="Отзывает сразу; тело — пустой объект.", takes=dict[str, str], bodies={"nothing": {}},
        parameters=(KEY,), answers=ProgramTokenView, example={**_TOKEN, "revoked_at": _MADE},
        problems=(*BODY, *RETRY, "not_there", "role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/proposals", name="Перечислить предложения о праве подписи", group="Люди и программы",
        words="Что предложено руководителю и что он решил; роли operator и head.",
        answers=ProposalView, paged=True, example=page(_PROPOSAL), parameters=PAGE,
        problems=("invalid_query", "role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/proposals", name="Предложить право подписи", group="Люди и программы", status=201,
        words="Учётная запись руководителя или заместителя, её роль, включение или сброс, токен программы, которая "
        "говорит за орган (статья 6); роль operator. Подтверждает руководитель.",
        takes=Proposed, bodies=PROPOSALS_WANTED, parameters=(KEY,), answers=ProposalView, example=_PROPOSAL,
        problems=(*BODY, *RETRY, "not_there", "role_may_not", "login_taken"),
    ),
    Operation(
        method="POST", path="/v1/proposals/{proposal}/confirm", name="Подтвердить предложение",
        group="Люди и программы",
        words="Роль head; вне песочницы с паролем и кодом. Код настройки или токен есть только в этом ответе. "
        "Ключа повторности вызов не принимает.",
        takes=ProposalProof, bodies={"nothing": {}}, answers=ProposalView, example=_CONFIRMED,
        problems=(*BODY, "not_there", "role_may_not", "proposal_decided"),
    ),
    Operation(
        method="POST", path="/v1/proposals/{proposal}/decline", name="Отклонить предложение", group="Люди и программы",
        words="Руководитель отклоняет, или оператор отзывает; тело — пустой объект.",
        takes=dict[str, str], bodies={"nothing": {}}, parameters=(KEY,), answers=ProposalView,
        example={**_DECIDED, "state": "declined"},
        problems=(*BODY, *RETRY, "not_there", "role_may_not", "proposal_decided"),
    ),
)  # fmt: skip
"""In the order in which a reader meets them."""
