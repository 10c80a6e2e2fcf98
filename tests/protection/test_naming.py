"""What reasons name is said in words: every member of a vocabulary, every field that a treaty asks for."""

from collections.abc import Iterable

import pytest

from exchange.profiles.secrecy import orders, regimes
from exchange.protection.core import naming
from exchange.protection.core.acts import ACTS
from exchange.protection.core.consents import SCOPE_FIELDS
from exchange.protection.core.grounding import FIELD_RULES, field_rule
from exchange.protection.core.objections import GROUNDS, Objection
from exchange.protection.core.rulebook import RULES
from exchange.protection.web.desk import SHAPES
from schemas import secrecy
from schemas.protection import Register
from schemas.secrecy import ItemAct

REGIMES = {code: kept.value for code, kept in regimes().items()}
MEMBERS: dict[str, Iterable[str]] = {
    "mark": secrecy.Mark,
    "item_state": secrecy.ItemState,
    "release_state": secrecy.ReleaseState,
    "treaty_element": secrecy.TreatyElement,
    "regime": [*REGIMES, *(kept.value.id for kept in orders().values())],
    "clause": {clause for regime in REGIMES.values() if regime.contract for clause in regime.contract.clauses},
    "field": {
        *(name for names in SCOPE_FIELDS.values() for name in names),
        *(name for regime in REGIMES.values() for name in (*regime.visits.visit, *regime.visits.visitor)),
        *(name for regime in REGIMES.values() for rule in regime.entries for name in rule.fields),
        *(name for kept in orders().values() for name, _ in kept.value.contents),
        *("host", "since"),
    },
}


@pytest.mark.parametrize("kind", naming.VOCABULARIES)
def test_everything_that_a_reason_may_name_has_its_word(kind: str) -> None:
    assert set(naming.VOCABULARIES[kind]) == set(MEMBERS[kind])


@pytest.mark.parametrize(
    ("gap", "value", "words"),
    [
        ("mark", secrecy.Mark.TOP_SECRET, "совершенно секретно"),
        ("floor", secrecy.Mark.SECRET, "секретно"),
        ("state", secrecy.ItemState.GONE, "экземпляров не осталось"),
        ("state", secrecy.ReleaseState.EXPERTISE, "экспертиза"),
        ("fields", "copies, count", "Экземпляры, Сколько"),
        ("regime", "kz-lt-2015", "Казахстан – Литва, 2015"),
        ("regime", "xx-2030", "xx-2030"),
        ("who", "KZ-NSC", "KZ-NSC"),
        ("number", 3, 3),
        ("mark", "–", "–"),
    ],
)
def test_a_gap_is_filled_with_words_and_codes_of_bodies_stay(gap: str, value: object, words: object) -> None:
    assert naming.in_words(gap, value) == words


@pytest.mark.parametrize("code", [code for code, ground in GROUNDS.items() if "{mark}" in ground.words])
def test_no_reason_holds_the_raw_name_of_a_mark(code: str) -> None:
    assert "top_secret" not in Objection(code, gaps={"mark": secrecy.Mark.TOP_SECRET}).detail


@pytest.mark.parametrize("act", ACTS)
def test_a_rule_behind_a_field_is_one_of_the_catalogue_and_its_field_is_there(act: ItemAct) -> None:
    shape = Register if act is ItemAct.REGISTER else SHAPES[act]
    assert set(FIELD_RULES.get(act, {})) <= set(shape.model_fields)
    for name in shape.model_fields:
        rule = field_rule(act, name)
        assert rule in RULES or any(known.startswith(f"{rule}.") for known in RULES), rule
