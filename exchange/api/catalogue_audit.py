"""The calls of the audit trail in words, with an example of each. Data only."""

from collections.abc import Mapping
from typing import Any, Final

from exchange.api.operation import PAGE, Operation, Parameter
from schemas.views import AuditView
from schemas.vocabulary import Deed

_DEED: Final[Mapping[str, Any]] = {
    "at": "2026-03-01T09:00:00Z",
    "role": "officer",
    "who": "token:1",
    "deed": "read",
    "request": "019ca8a0-3e80-70f2-9c00-63e20d9834dd",
    "number": "KZ-MVD/2026/O-00001",
    "subject": "",
    "detail": {},
}

FOUND: Final[Mapping[str, Any]] = {"items": [_DEED], "next": None, "limit": 20}

EXPORT: Final = """\
{"line": 1, "at": "2026-03-01T09:00:00Z", "role": "officer", "who": "token:1", "deed": "read", \
"request": "019ca8a0-3e80-70f2-9c00-63e20d9834dd", "subject": "", "detail": {}}
{"signed": "eyJhbGciOiJFZDI1NTE5In0.eyJleHBvcnQiOiJhdWRpdCJ9.YYIbuXi8sY_07t7Hw7CLQSNJKJnyCF_clqfI6XtUrgA"}
"""

_SINCE: Final = Parameter(name="since", words="С этого момента.", example="2020-01-01T00:00:00Z")
_UNTIL: Final = Parameter(name="until", words="До этого момента, не включая его.")

OPERATIONS: Final = (
    Operation(
        method="GET", path="/v1/audit", name="Искать в журнале доступа", group="Журнал доступа",
        words="Кто в органе вызывающего что читал, получал, выгружал и менял; новое сначала. Роль auditor. "
        "Сам поиск тоже записывается.",
        answers=AuditView, paged=True, example=FOUND, problems=("invalid_query", "role_may_not"),
        parameters=(
            Parameter(name="deed", words="Что сделано.", choices=tuple(Deed)),
            Parameter(name="who", words="Кто: person:имя или token:номер."),
            Parameter(name="request", words="По какому запросу: его id."),
            _SINCE,
            _UNTIL,
            *PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/audit/export", name="Выгрузить журнал доступа", group="Журнал доступа",
        words="Журнал строками JSON, старое сначала; последняя строка несёт подпись органа над дайджестом остальных. "
        "Проверяет команда exchange audit verify.",
        answers=str, media="application/jsonl", example=EXPORT, problems=("invalid_query", "role_may_not"),
        parameters=(_SINCE, _UNTIL),
    ),
)  # fmt: skip
