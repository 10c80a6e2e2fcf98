"""The mark guard: every spelling of every mark trips it on a line of its own, and ordinary sentences never do."""

import unicodedata
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.protection.core import marklines
from exchange.protection.core.guard import Guard, guard_of, marked_fields
from exchange.protection.core.skimming import skim_of
from tests.protection import plain_guard
from tests.protection.cases import law
from tests.protection.marks import COUNTED, LISTED, MARK_LINES, ORDINARY, PARTS, SPELLINGS

GUARD: Guard = guard_of(law().regimes.values())
SKIM = skim_of(GUARD)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_the_sources_is_a_mark(spelling: str) -> None:
    assert GUARD.marked_lines(spelling) == (1,)
    assert GUARD.bears_mark(f"Текст.\n  {spelling.lower()}  \nЕщё текст.")
    assert GUARD.bears_mark(spelling.swapcase())
    assert GUARD.bears_mark(" ".join(spelling))
    assert GUARD.bears_mark(unicodedata.normalize("NFD", spelling))


@pytest.mark.parametrize("text", [*MARK_LINES, *COUNTED, *LISTED])
def test_a_mark_line_is_seen_however_it_is_dressed_up(text: str) -> None:
    assert GUARD.bears_mark(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_line_does_not_trip_it(text: str) -> None:
    assert GUARD.marked_lines(text) == ()


def test_all_marks_of_the_regimes_are_guarded_and_official_use_is_not() -> None:
    for regime in law().regimes.values():
        for party in regime.parties.values():
            for degree in party.degrees.values():
                for words in (degree.stamp, *degree.words.values(), *degree.spellings):
                    assert GUARD.bears_mark(words) is not degree.official_use


def test_the_numbers_of_the_lines_are_said_and_nothing_of_them() -> None:
    text = "Запрос\nСекретно\n\nтекст\nTOP SECRET\nОсобой\nважности"
    assert GUARD.marked_lines(text) == (2, 5, 6)


@given(st.sampled_from(SPELLINGS), st.data())
def test_spacing_case_and_invisible_characters_change_nothing(spelling: str, data: st.DataObject) -> None:
    noise = st.sampled_from(["", " ", "\u200b", "\u00ad", "\u0301", "-", "·", "\u2060", "_"])
    dressed = "".join((char.upper() if data.draw(st.booleans()) else char) + data.draw(noise) for char in spelling)
    assert GUARD.bears_mark(dressed)


@given(st.sampled_from(["секретно", "құпия", "secret", "slaptai", "գաղտնի"]), st.sampled_from(["слово", "word", "բառ"]))
def test_a_word_before_or_after_makes_it_a_sentence(mark: str, word: str) -> None:
    assert not GUARD.bears_mark(f"{word} {mark}")
    assert not GUARD.bears_mark(f"{mark} {word}")


ALIKE = str.maketrans("СЕОРАХсеорахуІіКМТНВ", "CEOPAXceopaxyIiKMTHB")
FRAMES = ("«{}»", "“{}”", "[{}]", "** {} **", "| {} |", "— {} —", "> {}", "+--+\n| {} |\n+--+", "<{}>", "{}.", "_{}_")
CASES: tuple[Callable[[str], str], ...] = (str.title, str.upper, str.lower)
NOISE = st.sampled_from(["", "", " ", "\t", "\u00a0", "\u200b", "\u00ad", "\u0301", "\u2060"])


@given(st.sampled_from([*SPELLINGS, *COUNTED]), st.sampled_from(FRAMES), st.data())
def test_no_dress_turns_a_hit_into_a_miss(line: str, frame: str, data: st.DataObject) -> None:
    """White space, case, letters that look alike, decomposed letters, quotes and frames change nothing."""
    cased = data.draw(st.sampled_from(CASES))(line)
    alike = "".join(char.translate(ALIKE) if data.draw(st.booleans()) else char for char in cased)
    spread = "".join(char + data.draw(NOISE) for char in alike)
    dressed = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), spread)
    assert GUARD.bears_mark(frame.format(dressed))
    assert SKIM.may_bear(frame.format(dressed))


@given(st.sampled_from(LISTED), st.sampled_from(["", " ", "  ", "\t", "(", "> ", "«"]))
def test_a_place_in_a_list_hides_no_mark(line: str, before: str) -> None:
    assert GUARD.bears_mark(before + line.upper())
    assert SKIM.may_bear(before + line.upper())


PROSE = (
    *("секретный", "секретная", "секретность", "секретно", "секретарь", "ключ", "переговоров", "программа", "важности"),
    *("особой", "совершенно", "переданы", "экземпляр", "от", "по", "делу", "гриф", "следователь", "Иванов", "просит"),
    *("secret", "key", "top", "restricted", "access", "the", "of", "copy", "құпия", "ақпарат", "туралы", "өте", "дана"),
    *("№", "5", "12.03.2026", "марта", "СС", "ОВ"),
)
PLAIN = ("ключ", "переговоров", "программа", "просит", "следователь", "access", "key", "ақпарат", "туралы")


@given(
    st.lists(st.sampled_from(PROSE), max_size=6), st.sampled_from(PLAIN), st.lists(st.sampled_from(PROSE), max_size=6)
)
def test_prose_is_never_a_hit(before: list[str], word: str, after: list[str]) -> None:
    """One word that belongs to no mark line is enough, whatever stands around it."""
    assert not GUARD.bears_mark(" ".join((*before, word, *after)))


HOSTILE = {
    "one letter a line": "с\n" * 10_000,
    "pieces of a mark": "особой\n" * 3_000,
    "a mark again and again, then not": "секретно" * 2_499 + "секретна",
    "two marks by turns": "купия" * 2_000 + "өтекупия" * 1_000 + "ы",
    "marks piled up": "а" + "\u0301" * 19_999,
    "invisible": "С" + "\u200b" * 19_999,
    "characters that fold into many": "ﷺ" * 20_000,
    "digits": "1" * 20_000,
    "a mark and digits": "секретно экз. № " + "1" * 19_000,
    "numbers before no mark": "1 " * 10_000 + "секретна",
    "numbers and marks by turns": "1 секретно " * 1_500 + "а",
    "copies of copies": "экз. № " * 2_500,
    "copies in lines": "экз. № 1\n" * 2_000 + "сс экз",
    "two letters": "СС\n" * 6_000,
    "two letters and copies that are none": "СС\nэкз. № 1 а\n" * 1_200,
    "words before numbers": ("по п. " * 20 + "5 секретно а\n") * 150,
    "places in a list": "а) " * 6_000,
    "lines of prefixes": "Гриф секретности: " * 1_000,
    "different characters": "".join(chr(0x4E00 + index) for index in range(20_000)),
}


@given(st.lists(PARTS, max_size=12), st.sampled_from(["", " ", "\n"]))
@settings(max_examples=1500, deadline=None)
def test_the_quick_way_and_the_plain_way_find_the_same(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert GUARD.marked_lines(text) == plain_guard.marked_lines(GUARD, text)


@pytest.mark.parametrize("text", [*SPELLINGS, *MARK_LINES, *COUNTED, *LISTED, *ORDINARY])
def test_the_two_ways_agree_on_what_is_known(text: str) -> None:
    for each in (text, text.lower(), "\n".join(text), f"1) {text}", f"{text} щ", f"{text}\nЭкз. № 1"):
        assert GUARD.marked_lines(each) == plain_guard.marked_lines(GUARD, each)


@pytest.mark.parametrize("text", ["274435229009614392551940813518", "п 570, 8", "392 5\n08", "+7 392 108-06"])
def test_digits_alone_spell_no_words(text: str) -> None:
    """The digits of a number look like letters: 392 like «egz», 08 like «ОВ»."""
    assert not GUARD.bears_mark(text)


def test_stages_that_are_found_out_anew_lead_where_they_led(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*MARK_LINES, *COUNTED, *ORDINARY]
    before = [GUARD.marked_lines(text) for text in texts]
    monkeypatch.setattr(marklines, "STAGES", 8)
    assert [GUARD.marked_lines(text) for text in texts] == before


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_of_20_000_characters_take_no_more_than_a_moment(name: str) -> None:
    start = process_time()
    GUARD.bears_mark(HOSTILE[name])
    assert process_time() - start < 1.0


@pytest.mark.parametrize("name", HOSTILE)
def test_the_first_look_at_a_hostile_text_takes_no_more_than_a_moment(name: str) -> None:
    start = process_time()
    SKIM.may_bear(HOSTILE[name] * 20)
    assert process_time() - start < 1.0


def test_the_work_grows_in_proportion_to_the_text() -> None:
    def spent(text: str) -> float:
        start = process_time()
        GUARD.bears_mark(text)
        SKIM.may_bear(text)
        return process_time() - start

    for text in ("с\n", "особой\n", "секретно", "купия ", "1 ", "экз. № 1 ", "СС\nэкз. № а\n", "1 с", "а) "):
        spent(text * 100)
        short, long = min(spent(text * 1_500) for _ in range(3)), min(spent(text * 6_000) for _ in range(3))
        assert long < 10 * short + 0.05


def test_a_json_value_is_looked_through_to_its_last_text() -> None:
    value = {
        "purpose": "розыск",
        "assistance": [{"text": "данные"}, {"text": "Секретно\nданные"}],
        "a/b~c": "TOP SECRET",
        "Секретно": 1,
        "number": 7,
        "raw": b"SECRET",
    }
    assert set(marked_fields(GUARD.bears_mark, value)) == {"/assistance/1/text", ""}
