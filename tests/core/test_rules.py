"""From a rule's identifier to its article."""

import pytest

from exchange.core.acts import ACTS
from exchange.core.objections import GROUNDS
from exchange.core.rules import article


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("P-7.4", "ст. 7 Протокола"),
        ("P-16", "ст. 16 Протокола"),
        ("A-5.3", "ст. 5 Соглашения от 18 июня 2004 года"),
        ("A-14¹", "ст. 14¹ Соглашения от 18 июня 2004 года"),
        ("A-N8", "п. 8 приложения к Соглашению от 18 июня 2004 года"),
        ("KA-1", "ст. 1 Соглашения Казахстана и Армении 2025 года"),
        ("KL-9", "ст. 9 Соглашения Казахстана и Литвы 2015 года"),
        ("R-8", "п. 8 Правил № 1355"),
        (None, None),
        ("", None),
        ("X-1", None),
    ],
)
def test_a_rule_leads_to_its_article(rule: str | None, words: str | None) -> None:
    assert article(rule) == words


def test_every_rule_of_the_law_leads_to_an_article() -> None:
    rules = {act.rule for act in ACTS.values()} | {ground.rule for ground in GROUNDS.values()}
    assert all(article(rule) for rule in rules if rule is not None)
