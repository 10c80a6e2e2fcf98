"""From a rule's identifier to the article behind it."""

import re
from collections.abc import Mapping
from typing import Final

_DOCUMENTS = {
    "P-": "ст. {n} Протокола",
    "A-": "ст. {n} Соглашения от 18 июня 2004 года",
    "A-N": "п. {n} приложения к Соглашению от 18 июня 2004 года",
    "KA-": "ст. {n} Соглашения Казахстана и Армении 2025 года",
    "KL-": "ст. {n} Соглашения Казахстана и Литвы 2015 года",
    "R-": "п. {n} Правил № 1355",
}
_RULE = re.compile(r"(?P<document>P-|A-N?|KA-|KL-|R-)(?P<number>\d+¹?)")

REQUEST_RULES: Final[Mapping[str, str]] = {
    "requested_authority": "P-6.2",
    "reference": "P-6.2",
    "purpose": "P-6.2",
    "grounds": "P-6.2",
    "substance": "P-6.2",
    "other_information": "P-6.2",
    "matters": "P-3",
    "assistance": "P-5",
    "execution_term": "P-7.2",
    "signatory": "P-6.5",
    "urgent": "P-6.4",
    "handling": "P-10.1",
    "protected": "P-10.3",
    "language": "P-13",
    "attachments": "P-6.3",
}
"""The rule behind each field of a request."""


def article(rule: str | None) -> str | None:
    """Return the article of a rule in words, `P-7.4` → «ст. 7 Протокола»; None where there is none."""
    match = _RULE.match(rule or "")
    return _DOCUMENTS[match["document"]].format(n=match["number"]) if match else None
