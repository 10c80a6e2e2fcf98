"""The characters that no text may hold."""

import sys
import unicodedata
from contextlib import suppress

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.base import (
    _CONTROL,
    _MARKS,
    _PLAIN,
    INVISIBLE,
    LINE_BREAKS,
    MARKS_LIMIT,
    RAW_TEXT_LIMIT,
    TEXT_LIMIT,
    Text,
    is_mark,
)
from tests.effort import grows_like_its_input

TEXT: TypeAdapter[str] = TypeAdapter(Text)


def test_the_expression_for_control_characters_is_what_unicode_says() -> None:
    """It is one search instead of a look at every character; the categories stay the law."""
    every = map(chr, range(sys.maxunicode + 1))
    expected = {char for char in every if unicodedata.category(char) in {"Cc", "Cs"} and char not in LINE_BREAKS}
    found = {chr(code) for code in range(sys.maxunicode + 1) if _CONTROL.search(chr(code))}
    assert found == expected


def test_what_passes_for_plain_would_pass_the_longer_look() -> None:
    """Each such character is seen, no control character and no mark, and none composes with another one (NFC)."""
    plain = [char for char in map(chr, range(sys.maxunicode + 1)) if _PLAIN.fullmatch(char)]
    assert {"a", "я", "ң", "«"} <= set(plain)
    assert {char for char in plain if unicodedata.category(char)[0] not in "LNPS" or char in INVISIBLE} == set()
    assert [char for char in plain if is_mark(char) or _CONTROL.search(char)] == []
    pairs = "".join(one + other for one in plain for other in plain)
    assert unicodedata.is_normalized("NFC", pairs)


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_a_blank_text_is_not_plain(blank: str) -> None:
    assert _refused(blank) == "text_blank"


def _refused(text: str) -> str:
    with pytest.raises(ValidationError) as wrong:
        TEXT.validate_python(text)
    return wrong.value.errors()[0]["type"]


def test_no_mark_is_missed_where_marks_are_looked_for() -> None:
    marks = [char for char in map(chr, range(sys.maxunicode + 1)) if is_mark(char)]
    assert {"\u0300", "\u0344", "\u0f73"} <= set(marks)  # U+0F73 becomes two marks, though it is none itself
    assert [char for char in marks if not _MARKS.fullmatch(char * (MARKS_LIMIT + 1))] == []


@pytest.mark.parametrize("marks", ["\u0300", "\u0300\u0316", "\u0f73", "\U0001d165"])
def test_marks_are_not_piled_without_end(marks: str) -> None:
    run = (marks * MARKS_LIMIT)[:MARKS_LIMIT]
    assert TEXT.validate_python(f"а{run}а{run}")
    assert _refused(f"а{run}{marks}") == "text_marks"
    assert _refused("а" * 50 + "—" * 50 + run + marks) == "text_marks"


def test_many_signs_that_are_no_marks_are_text() -> None:
    assert TEXT.validate_python("а" + "—" * 500)


def test_a_text_is_as_long_as_its_normal_form() -> None:
    letter = "\u03b1\u0313\u0300\u0345"
    assert TEXT.validate_python(letter * TEXT_LIMIT) == "\u1f82" * TEXT_LIMIT
    assert _refused("а" * (TEXT_LIMIT + 1)) == "text_too_long"
    assert _refused(letter * TEXT_LIMIT + "а") == "text_too_long"
    assert len(letter * TEXT_LIMIT) == RAW_TEXT_LIMIT


@pytest.mark.parametrize("pattern", ["\u0300\u0316", "\u0f73", "а\u0300", "а\u0300\u0316", "—", "\u2800", " "])
def test_the_work_on_a_text_grows_like_the_text(pattern: str) -> None:
    def work(size: int) -> None:
        with suppress(ValidationError):
            TEXT.validate_python((pattern * size)[:size])

    assert grows_like_its_input(work, 2_000)
