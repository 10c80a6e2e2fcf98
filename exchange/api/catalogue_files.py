"""The calls with files in words: a part of the catalogue. Data only."""

from typing import Final

from exchange.api import answers, examples
from exchange.api.operation import KEY, RETRY, Operation, Parameter
from schemas.views import UploadView

_RANGE: Final = Parameter(
    name="Range", where="header", words="Одна часть файла, например bytes=1048576-; ответ тогда 206."
)
_FILE: Final = ("ETag", "Content-Disposition", "Content-Digest")

OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/attachments", name="Загрузить файл", group="Вложения", status=201,
        words="Принимает байты файла как есть; id подтверждает содержание, размер, имя и вид и называется затем в "
        "attachments действия. Файл, который никакое действие не приложило, через сутки удаляется.",
        takes=str, sends="*/*", bodies={"file": examples.FILE}, answers=UploadView, example=answers.UPLOAD,
        headers=("Location", "Idempotent-Replayed"),
        parameters=(
            Parameter(
                name="Content-Disposition", where="header",
                words="Имя файла: attachment; filename*=UTF-8''… (RFC 6266, RFC 8187).",
            ),
            Parameter(name="name", words="Имя файла, если нет Content-Disposition.", example=examples.FILE_NAME),
            Parameter(
                name="Content-Digest", where="header", words="SHA-256 байтов: sha-256=:…: (RFC 9530); иной отклоняется."
            ),
            KEY,
        ),
        problems=(
            "role_may_not", "bad_file_name", "bad_digest", "bad_media_type", "body_cut_off", "body_too_slow",
            "body_too_large", "file_name_needed", "file_name_path", "file_name_unseen", "file_empty", "file_type_wrong",
            "file_digest_differs", "no_room", *RETRY,
        ),
    ),
    Operation(
        method="GET", path="/v1/attachments/{attachment}", name="Получить свой файл", group="Вложения",
        words="Файл, который загрузил орган вызывающего. Каждое получение записывается.",
        answers=str, media="*/*", example=examples.FILE, headers=_FILE, parameters=(_RANGE,),
        problems=("not_there", "no_such_range", "file_broken"),
    ),
    Operation(
        method="GET", path="/v1/requests/{id}/attachments/{attachment}", name="Получить вложение", group="Вложения",
        words="Файл, приложенный к действию, которое вызывающий видит. Каждое получение записывается; порядок "
        "использования называет use запроса.",
        answers=str, media="*/*", example=examples.FILE, headers=_FILE, parameters=(_RANGE,),
        problems=("not_there", "no_such_range", "file_broken"),
    ),
)  # fmt: skip
