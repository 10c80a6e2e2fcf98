"""The calls for acts in writing, in words."""

from typing import Final

from exchange.api.answers import REQUEST
from exchange.api.operation import Operation
from schemas.views import LetterView

FILE: Final = ("ETag", "Content-Disposition")
PDF: Final = "%PDF-1.7 …"

LETTER: Final = {
    "code": "7QK2-AB3D-EFGH-J8MN-PQR5",
    "request": REQUEST["id"],
    "number": REQUEST["number"],
    "seq": 1,
    "act": "submit",
    "author": "KZ-MVD",
    "at": REQUEST["submitted_at"],
    "recorded_at": REQUEST["submitted_at"],
    "digest": "3ae62558dd43d0f745c25b1ce5b1c2a9f8e0a3e2b0f64a6ce2f0a4dd0a8dd1a7",
    "proved": True,
}

OPERATIONS: Final = (
    Operation(
        method="GET", path="/v1/requests/{id}/letter.pdf", name="Получить запрос как письмо", group="Письма",
        words="Запрос в официальной письменной форме, PDF/A (статья 6); то же дело даёт те же байты.",
        answers=str, media="application/pdf", example=PDF, headers=FILE, problems=("not_there", "not_printed"),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}/acts/{seq}/letter.pdf", name="Получить действие как письмо",
        group="Письма", words="Действие под номером seq в письменной форме, PDF/A (статьи 6, 7 и 9).",
        answers=str, media="application/pdf", example=PDF, headers=FILE, problems=("not_there", "not_printed"),
    ),
    Operation(
        method="GET", path="/v1/letters/{code}", name="Проверить письмо", group="Письма",
        words="Действие, к которому относится код проверки письма, и подтверждает ли себя запись; только участнику.",
        answers=LetterView, example=LETTER, problems=("not_there",),
    ),
)  # fmt: skip
"""In the order in which a reader meets them."""
