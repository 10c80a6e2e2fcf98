"""What a call is in the catalogue, and the parameters and refusals that many calls share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


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
    """One call.

    `answers` is the shape of what it gives, of each item where `paged`; `example` is a whole answer, `unready` one that
    goes with 503. `sends` is the kind of its body; `problems` are the codes of the refusals worth knowing, beside those
    of every call. `troubles` gives those of another house, by a name that no code of ours has.
    """

    method: str
    path: str
    name: str
    words: str
    group: str
    status: int = 200
    takes: Any = None
    sends: str = "application/json"
    answers: Any
    media: str = "application/json"
    example: Any
    unready: Any = None
    paged: bool = False
    headers: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    bodies: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    troubles: Mapping[str, Exception] = field(default_factory=dict)
    with_token: bool = True
    needs_database: bool = True
    sandbox: bool = False


AFTER: Final = Parameter(name="after", words="Значение next предыдущей страницы.")
LIMIT: Final = Parameter(name="limit", words="Сколько элементов на странице, от 1 до 200.", example="20")
PAGE: Final = (AFTER, LIMIT)
KEY: Final = Parameter(
    name="Idempotency-Key",
    where="header",
    words="Повтор с тем же ключом не действует дважды: от 1 до 255 знаков ASCII.",
)
IF_MATCH: Final = Parameter(
    name="If-Match", where="header", words="ETag версии, которую видел вызывающий; иначе 412.", example="*"
)
BODY: Final = ("not_json", "body_too_slow", "body_too_large", "media_type", "invalid_shape")
RETRY: Final = ("bad_idempotency_key", "key_in_work", "key_reused")
MADE: Final = ("ETag", "Location", "Idempotent-Replayed")
