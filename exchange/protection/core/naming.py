"""The Russian words for what reasons name: marks, states, elements, clauses, treaties, fields of the bodies."""

from collections.abc import Mapping
from typing import Final

from schemas.secrecy import ItemState, Mark, ReleaseState, TreatyElement

MARKS: Final[Mapping[str, str]] = {
    Mark.SPECIAL_IMPORTANCE: "особой важности",
    Mark.TOP_SECRET: "совершенно секретно",
    Mark.SECRET: "секретно",
    Mark.CONFIDENTIAL: "конфиденциально",
    Mark.RESTRICTED: "для служебного пользования",
}

ITEM_STATES: Final[Mapping[str, str]] = {
    ItemState.PENDING: "ждёт согласованного грифа",
    ItemState.REGISTERED: "на учёте",
    ItemState.DECLASSIFIED: "рассекречен",
    ItemState.GONE: "экземпляров не осталось",
}

RELEASE_STATES: Final[Mapping[str, str]] = {
    ReleaseState.PROPOSED: "предложение внесено",
    ReleaseState.EXPERTISE: "экспертиза",
    ReleaseState.GOVERNMENT: "у Правительства",
    ReleaseState.APPROVED: "передача разрешена",
    ReleaseState.REJECTED: "отказано",
}

ELEMENTS: Final[Mapping[str, str]] = {
    TreatyElement.BODIES: "компетентные органы и их право на такую деятельность",
    TreatyElement.EQUIVALENCE: "соответствие грифов, порядок их изменения или снятия",
    TreatyElement.MARKING: "обязанность ставить соответствующий гриф, в том числе при переводе и размножении",
    TreatyElement.TRANSFER: "порядок, способы и сопровождение передачи",
    TreatyElement.COPYING: "порядок копирования, уничтожения и возврата",
    TreatyElement.PROTECTION: "обязанность защищать по праву получателя",
    TreatyElement.THIRD_PARTY: "недопустимость передачи третьей стороне без письменного согласия",
    TreatyElement.DISPUTES: "порядок разрешения споров и возмещения ущерба",
}
"""What a treaty must state (R-4)."""

CLAUSES: Final[Mapping[str, str]] = {
    "list_and_degree": "перечень сведений и их степень секретности",
    "protection_and_use": "порядок защиты и использования",
    "order_of_transfer": "порядок передачи",
    "no_third_party": "запрет передачи третьей стороне",
    "cleared_people_only": "доступ только лиц с допуском",
    "disputes_and_damage": "разрешение споров и возмещение ущерба",
}
"""What a contract must state (KA-7, KL-8)."""

REGIMES: Final[Mapping[str, str]] = {
    "csto-2004": "Соглашение ОДКБ 2004 года",
    "kz-am-2025": "Казахстан – Армения, 2025",
    "kz-lt-2015": "Казахстан – Литва, 2015",
    "kz-1355": "Правила № 1355 (Казахстан)",
}
"""The short names of treaties and orders of release; one without any is named by its code."""

FIELDS: Final[Mapping[str, str]] = {
    "copies": "Экземпляры",
    "count": "Сколько",
    "language": "Язык (двухбуквенный код, например kk)",
    "mark": "Гриф",
    "recipient": "Получатель",
    "purpose": "Цель",
    "secrets": "Передаваемые сведения",
    "term": "На какой срок",
    "effect": "Ожидаемый результат и возможный ущерб",
    "compensation": "Возмещение",
    "host": "Принимающий орган",
    "surname": "Фамилия",
    "given_names": "Имя, отчество",
    "birth_date": "Дата рождения",
    "birth_place": "Место рождения",
    "citizenship": "Гражданство",
    "passport": "Паспорт",
    "position": "Должность",
    "body": "Орган",
    "clearance": "Допуск",
    "first_day": "Первый день",
    "length_days": "Сколько дней",
    "questions": "Вопросы",
    "bodies_to_visit": "Какие органы посетят",
    "people_to_meet": "С кем встретятся",
    "providing_document": "Документ, предусматривающий работу",
    "since": "Действует с",
    "date": "Дата",
    "title": "Название",
    "subject": "Предмет",
    "contacts": "Как связаться",
    "number": "Номер",
    "clauses": "Обязательные условия",
    "clearance_confirmed": "Подтверждение допуска",
    "thing": "Что выдано",
    "issued_to": "Кому выдано",
    "receipt": "Расписка",
    "note": "Нота",
}
"""The fields that treaties and orders ask for, and what a consent names."""

VOCABULARIES: Final[Mapping[str, Mapping[str, str]]] = {
    "mark": MARKS,
    "item_state": ITEM_STATES,
    "release_state": RELEASE_STATES,
    "treaty_element": ELEMENTS,
    "clause": CLAUSES,
    "regime": REGIMES,
    "field": FIELDS,
}
"""All of them, by what they are the words of."""

_OF_GAPS: Final[Mapping[str, Mapping[str, str]]] = {
    "mark": MARKS,
    "floor": MARKS,
    "state": {**ITEM_STATES, **RELEASE_STATES},
    "element": ELEMENTS,
    "clause": CLAUSES,
    "regime": REGIMES,
    "field": FIELDS,
    "fields": FIELDS,
}
"""Which words stand for what a reason's gap holds."""


def in_words(gap: str, value: object) -> object:
    """Return what a gap of a reason holds in words: a member of a vocabulary, or several; anything else as it is."""
    words = _OF_GAPS.get(gap)
    if words is None or not isinstance(value, str):
        return value
    return ", ".join(words.get(each, each) for each in value.split(", "))
