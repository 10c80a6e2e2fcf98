"""From a rule's identifier to the article behind it."""

import re

_DOCUMENTS = {
    "P-": "ст. {n} Протокола",
    "A-": "ст. {n} Соглашения от 18 июня 2004 года",
    "A-N": "п. {n} приложения к Соглашению от 18 июня 2004 года",
    "KA-": "ст. {n} Соглашения Казахстана и Армении 2025 года",
    "KL-": "ст. {n} Соглашения Казахстана и Литвы 2015 года",
    "R-": "п. {n} Правил № 1355",
}
_RULE = re.compile(r"(?P<document>P-|A-N?|KA-|KL-|R-)(?P<number>\d+¹?)")


def article(rule: str | None) -> str | None:
    """Return the article of a rule in words, `P-7.4` → «ст. 7 Протокола»; None where there is none."""
    match = _RULE.match(rule or "")
    return _DOCUMENTS[match["document"]].format(n=match["number"]) if match else None
