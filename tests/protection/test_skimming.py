"""The first look lets nothing through that the guard would find, and spares ordinary texts the second."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.api.examples import ACTS, SUBMISSION
from exchange.protection.core.guard import guard_of
from exchange.protection.core.lookalikes import skeleton
from exchange.protection.core.skimming import skim_of
from tests.protection import plain_guard
from tests.protection.cases import law
from tests.protection.marks import COUNTED, LISTED, MARK_LINES, ORDINARY, PARTS, SPELLINGS

GUARD = guard_of(law().regimes.values())
SKIM = skim_of(GUARD)
DISGUISES = (
    str.upper,
    str.lower,
    " ".join,
    "\u200b".join,
    "\n".join,
    "_".join,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: f"текст до\n  «{text}», экз. № 2\nтекст после",
    lambda text: f"Гриф: {text}",
    lambda text: text.translate(str.maketrans("СЕОРАсеора", "CEOPAceopa")),
)


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("text", [*SPELLINGS, *MARK_LINES, *COUNTED, *LISTED])
def test_what_the_guard_finds_the_first_look_does_not_let_through(text: str, disguise: Callable[[str], str]) -> None:
    disguised = disguise(text)
    assert SKIM.may_bear(disguised) or not GUARD.bears_mark(disguised)
    if disguise in DISGUISES[:2]:
        assert SKIM.may_bear(disguised)


@given(
    st.lists(
        st.sampled_from([*SPELLINGS, *COUNTED, *ORDINARY, "\n", " ", "\u200b", "ы", "№", "ﬁ", "С", "е", "漢"])
    ).map("".join)
)
def test_the_two_agree_on_anything_put_together_of_both(text: str) -> None:
    assert SKIM.may_bear(text) or not GUARD.bears_mark(text)


@given(st.lists(PARTS, max_size=12), st.sampled_from(["", " ", "\n"]))
@settings(max_examples=1500, deadline=None)
def test_the_first_look_lets_nothing_through_that_the_plain_way_finds(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert SKIM.may_bear(text) or not plain_guard.marked_lines(GUARD, text)


BEFORE = [
    *("ОВ CEKPETHO", "СС/SECRET.", "СС!Құпия", "№ 1_ОВ", "№1) ОВ. 1,", "9 СС, экз. 1", "ОВ № 3", "СС1) NUMBER 74"),
    *("нөмір 0 СС", "О.В. Գաղտնի", "632611524768962895905496466547663469402023064497536730443052а) CEKPETHO"),
    "3 321165359572530170160351129307mar/Гриф ограничения доступаVISISKAI SLAPTAI",
]


@pytest.mark.parametrize("text", BEFORE)
def test_marks_beside_two_letters_and_far_from_the_beginning_are_looked_at(text: str) -> None:
    assert GUARD.bears_mark(text)
    assert SKIM.may_bear(f"текст\n{text}\nтекст")


@given(st.text())
def test_a_folded_text_folds_to_itself_so_that_parts_of_a_line_can_be_folded_ahead(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


def texts(value: object) -> Iterator[str]:
    """Yield every text of a JSON value, the names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts(each)


def test_an_ordinary_request_is_not_looked_at_in_full() -> None:
    for body in (SUBMISSION, *ACTS.values()):
        assert not SKIM.may_bear("\n".join(texts(body)))
