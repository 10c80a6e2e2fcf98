"""The calls to the module in words: what it adds to the description of the interface. Data only."""

from typing import Any, Final

from pydantic import create_model

from exchange.api.catalogue_letters import FILE, PDF
from exchange.api.operation import BODY, IF_MATCH, KEY, MADE, PAGE, RETRY, Operation, Parameter
from exchange.core.errors import Refused
from exchange.protection.api import examples
from exchange.protection.api.items import BOXES
from exchange.protection.core.objections import object_to
from schemas.protection import Content, ItemBody, Register
from schemas.protection_views import (
    AccessView,
    EquivalenceView,
    ProtectedCopyView,
    ProtectedEntryView,
    ProtectedItemView,
    ProtectedLine,
    RegimeView,
    UploadedView,
)
from schemas.secrecy import ItemAct, ItemState, Mark, Taken

GROUP: Final = "Секреты"

RegisterWanted: Final[Any] = create_model(
    "RegisterWanted",
    __base__=Register,
    act=(ItemAct, ItemAct.REGISTER),
    content=(Content | str | None, None),
)
"""A registration as it is sent: `act` may be left out, content may stand in it as base64."""


def refused(*codes: str) -> dict[str, Exception]:
    """Return an example of each refusal of the module's law, under a name that the open house does not have."""
    return {f"protection.{code}": Refused((object_to(code),)) for code in codes}


OPERATIONS: Final = (
    Operation(
        method="POST", path="/v1/protection/items", name="Взять на учёт", group=GROUP, status=201,
        words="Регистрирует предмет органа вызывающего и устанавливает гриф. Содержание — в base64 или по дайджесту и "
        "размеру загруженного прежде; хранится запечатанным.",
        takes=RegisterWanted, bodies={"inline": examples.REGISTER, "uploaded": examples.REGISTER_UPLOADED},
        parameters=(KEY,), answers=ProtectedItemView, example=examples.ITEM, headers=MADE,
        problems=(*BODY, *RETRY, "answer_erased", "protection_sealed"),
        troubles=refused("role_may_not", "mark_not_of_state", "source_unknown", "content_unknown"),
    ),
    Operation(
        method="GET", path="/v1/protection/items", name="Перечислить предметы", group=GROUP,
        words="Предметы, которые касаются органа вызывающего; раньше те, по которым его срок ближе.",
        answers=ProtectedLine, paged=True, example=examples.LINES, problems=("invalid_query", "protection_sealed"),
        troubles=refused("role_may_not"),
        parameters=(
            Parameter(
                name="box", choices=BOXES, example="held",
                words="Создал, хранит, ожидает, чьё согласие ждут, или за чьи органы орган отвечает как компетентный.",
            ),
            Parameter(name="state", words="Состояние.", choices=tuple(ItemState)),
            Parameter(name="due", words="Только с истёкшим сроком.", choices=("overdue",)),
            *PAGE,
        ),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}", name="Показать предмет", group=GROUP,
        words="Карточка предмета, какой её видит орган вызывающего; не для него — null. ETag называет версию.",
        answers=ProtectedItemView, example=examples.ITEM, headers=("ETag",),
        problems=("not_there", "protection_sealed"), troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/items/{id}/acts", name="Совершить действие с предметом", group=GROUP,
        status=201, words="Что возможно сейчас, говорит allowed_acts предмета.",
        takes=ItemBody, bodies={kind.value: examples.act(kind) for kind in examples.ACTS},
        parameters=(KEY, IF_MATCH), answers=ProtectedItemView, example=examples.ITEM, headers=MADE,
        problems=(*BODY, *RETRY, "answer_erased", "not_there", "protection_sealed"),
        troubles=refused("role_may_not", "stale", "copies_together", "release_used", "no_regime"),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}/record", name="Показать дело предмета", group=GROUP,
        words="Вся цепь действий по порядку; слова и подпись действия — тем, кого оно касается.",
        answers=ProtectedEntryView, paged=True, example=examples.RECORD, parameters=PAGE,
        problems=("not_there", "invalid_query", "protection_sealed"), troubles=refused("role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}/copies", name="Показать экземпляры", group=GROUP,
        words="Учтённые экземпляры, о которых орган вызывающего может знать.",
        answers=ProtectedCopyView, paged=True, example=examples.COPIES, parameters=PAGE,
        problems=("not_there", "invalid_query", "protection_sealed"), troubles=refused("role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}/content", name="Читать содержание", group=GROUP,
        words="Байты содержания. Доступ решается и записывается прежде первого байта; отказ называет все основания.",
        answers=str, media="application/octet-stream", example=examples.CONTENT,
        headers=("Content-Digest", "Content-Disposition"),
        problems=("not_there", "content_not_held", "content_broken", "protection_sealed"),
        troubles=refused("no_copy", "not_cleared", "no_grant", "other_purpose"),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}/papers/{kind}.pdf", name="Напечатать бумагу", group=GROUP,
        words="PDF/A по делу предмета: extract — выписка из карточки и дела, cover — сопроводительное письмо, "
        "receipt — подтверждение получения, destruction — акт об уничтожении. Выдача записывается прежде печати. "
        "Открытые бумаги не называют ни наименования, ни грифа, ни назначения.",
        answers=str, media="application/pdf", example=PDF, headers=FILE,
        parameters=(Parameter(name="seq", words="Номер действия в деле; без него последнее.", example="3"),),
        problems=("not_there", "not_printed", "invalid_query", "protection_sealed"), troubles=refused("role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/protection/items/{id}/accesses", name="Кто ознакомился с предметом", group=GROUP,
        words="Кто из людей органа вызывающего читал содержание, брал бумагу, смотрел карточку, дело или экземпляры, и "
        "кому отказано в содержании; раньше последние. Для подразделения, отвечающего за секретность, и для аудитора.",
        answers=AccessView, paged=True, example=examples.ACCESSES,
        parameters=(
            Parameter(name="taken", words="С чем ознакомились.", choices=tuple(Taken), example="content"),
            *PAGE,
        ),
        problems=("not_there", "invalid_query", "protection_sealed"), troubles=refused("role_may_not"),
    ),
    Operation(
        method="POST", path="/v1/protection/contents", name="Загрузить содержание", group=GROUP, status=201,
        words="Принимает байты как есть и запечатывает их на входе; затем регистрация называет дайджест и размер. Что "
        "никто не зарегистрировал, через сутки уничтожается.",
        takes=str, sends="application/octet-stream", bodies={"content": examples.CONTENT},
        answers=UploadedView, example=examples.UPLOADED,
        problems=("body_too_large", "body_too_slow", "body_cut_off", "no_room", "protection_sealed"),
        troubles=refused("role_may_not"),
    ),
    Operation(
        method="GET", path="/v1/protection/regimes", name="Перечислить договоры о защите секретов", group=GROUP,
        words="Договоры с их Сторонами, грифами и каналами, какими их знает реестр сегодня.",
        answers=RegimeView, paged=True, example=examples.REGIMES,
    ),
    Operation(
        method="GET", path="/v1/protection/equivalence", name="Сопоставить грифы", group=GROUP,
        words="Какой гриф поставит получатель; нет соответствия — 422 с правилом.",
        answers=EquivalenceView, example=examples.EQUIVALENCE, problems=("invalid_query",),
        troubles=refused("no_counterpart", "no_regime"),
        parameters=(
            Parameter(name="from", words="Сторона отправителя.", example="KZ"),
            Parameter(name="to", words="Сторона получателя.", example="LT"),
            Parameter(name="mark", words="Гриф отправителя.", choices=tuple(Mark), example="secret"),
        ),
    ),
)  # fmt: skip
