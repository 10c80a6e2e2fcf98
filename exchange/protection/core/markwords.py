"""The words that stand around a mark or for one: what leads it in, copies, numbers, days, limits, other spellings."""

from typing import Final

PREFIXES: Final = (
    "Гриф",
    "Гриф секретности",
    "Гриф документа",
    "Гриф секретности документа",
    "Гриф ограничения доступа",
    "Пометка",
    "Степень секретности",
    "Белгісі",
    "Құпиялылық белгісі",
    "Құпиялық белгісі",
    "Құпиялылық дәрежесі",
    "Գաղտնիության աստիճան",
    "Գաղտնիության աստիճանը",
    "Գաղտնիության դրոշմագիր",
    "Գաղտնիության դրոշմագիրը",
    "Slaptumo žyma",
    "Žyma",
    "Mark",
    "Marking",
    "Classification",
    "Classification level",
    "Classified",
    "Document classification",
    "Security classification",
    "Level",
    "Grif",
    "Grif sekretnosti",
    "Stepen sekretnosti",
    "NATO",
    "COSMIC",
)

SPELLINGS: Final = (
    *("Совсекретно", "Сов. секр.", "Sov. sekretno"),
    *("Sekretno", "Sovershenno sekretno", "Soversenno sekretno"),
    *("Osoboy vazhnosti", "Osoboi vazhnosti", "Osoboj vazhnosti", "Osoboj važnosti", "Osoboj vaznosti"),
    *("Qupiia", "Qupiya", "Qupia", "Qūpiia", "Kupiya", "Kupiia", "Qupyia", "Qŭpiâ"),
    *("Öte qupiia", "Öte qupiya", "Öte qupia", "Öte qūpiia", "Öte kupiya", "Öte kupiia", "Öte qupyia"),
    *("Asa mañyzdy", "Asa manyzdy", "Asa mangyzdy", "Asa mańyzdy"),
    *("Gaghtni", "Gaxtni", "Huyzh gaghtni", "Huyž gaġtni", "Hatuk karevorutyan", "Hatuk karevorut'yan"),
)
"""How the marks of the regimes are written beside what their files say: shortened, and in Latin letters."""

ABBREVIATIONS: Final = ("СС", "ОВ")
"""Marks in two letters, which are initials as well: marks only beside a copy's or another number, or after «Гриф»."""

NAMING: Final = ("Гриф", "Гриф секретности", "Степень секретности", "Гриф документа", "Гриф секретности документа")
"""The prefixes after which two letters are a mark."""

LIMITS: Final = (
    *("NOFORN", "NF", "ORCON", "OC", "PROPIN", "RELIDO", "IMCON", "FOUO", "EYES ONLY", "SI", "TK", "HCS", "COMINT"),
    *("LIMDIS", "EXDIS", "NODIS", "ATOMAL", "BOHEMIA", "FVEY", "NATO", "FRD"),
)
"""Limits of dissemination, as after `SECRET//`."""

RELEASED: Final = ("REL TO", "RELEASABLE TO")
"""The limit after which states are named."""

COPY: Final = (
    "экз",
    "экземпляр",
    "дана",
    "данасы",
    "օրինակ",
    "օր",
    "egz",
    "ekz",
    "egzempliorius",
    "copy",
    "копия",
)
SOLE: Final = ("единственный", "единств", "един", "жалғыз", "միակ", "vienintelis", "only")
NUMBER: Final = ("№", "N", "Nr", "номер", "нөмір", "number")

BEFORE: Final = (
    *(
        "рег",
        "уч. рег.",
        "регистрационный",
        "инв",
        "инвентарный",
        "исх",
        "вх",
        "уч",
        "учётный",
        "мб",
        "от",
        "дата",
        "date",
    ),
    *("стр", "страница", "с", "лист", "л", "листов", "page", "sheet", "бет", "беті", "էջ", "puslapis", "psl"),
    *("п", "пп", "пункт", "пункту", "по пункту", "по п", "ст", "статья", "тіркеу", "reg", "inv", "vnt"),
)
"""Words before a number: of a register, a day, a page, a list of what is secret."""

AFTER: Final = (
    *("г", "года", "год", "гг", "ж", "жыл", "жылы", "жылғы", "թ", "թվական", "m", "d"),
    *("перечня", "пс", "с", "сс", "ов", "л", "листах", "листа", "лист", "экз", "дсп"),
)
"""Words after a number: of a year, of a list, of a register of secret papers."""

OF: Final = ("из", "of", "iš", "на")
"""Between two numbers."""

MONTHS: Final = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября"),
    *("декабря", "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь"),
    *("ноябрь", "декабрь", "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек"),
    *("қазан", "қараша", "желтоқсан", "january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept"),
    *("oct", "nov", "dec", "հունվարի", "փետրվարի", "մարտի", "ապրիլի", "մայիսի", "հունիսի", "հուլիսի", "օգոստոսի"),
    *("սեպտեմբերի", "հոկտեմբերի", "նոյեմբերի", "դեկտեմբերի", "sausio", "vasario", "kovo", "balandžio", "gegužės"),
    *("birželio", "liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio"),
)
