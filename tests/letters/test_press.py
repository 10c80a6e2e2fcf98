"""The press: PDF/A, the same bytes for the same letter, and no text that could be more than text."""

import io
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from exchange.core.errors import NotPrinted
from exchange.letters import code
from exchange.letters.compose import compose
from exchange.letters.press import MOST_CODES, MOST_LINES, Press
from tests.core.cases import NOON, sent
from tests.letters.paper import press, printed, source_of

LETTERS = "Қазақша: әғқңөұүһі ӘҒҚҢӨҰҮҺІ; тоҷикӣ: ғӣқӯҳҷ; Հայաստանի Հանրապետություն և՝; беларуская: ў; кыргызча: ңөү"
AGAIN = """
from hashlib import sha256
from tests.core.cases import sent
from tests.letters.paper import printed
print(sha256(printed(sent(), 1).content).hexdigest())
"""


def test_a_letter_is_pdf_a_with_structure_language_and_title() -> None:
    letter = printed(sent(), 1)
    assert letter.content.startswith(b"%PDF-1.7")
    for marker in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1<"):
        assert marker in letter.metadata
    root = letter.reader.trailer["/Root"]
    assert root["/Lang"] == "ru"  # type: ignore[index]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    metadata = letter.reader.metadata
    assert metadata is not None
    assert metadata.title == "Запрос о содействии. исх-KZ-MVD"
    assert metadata.author == "Орган KZ-MVD"
    assert metadata.creation_date == NOON
    (first, *_) = letter.reader.pages
    assert [round(float(side)) for side in first.mediabox[2:]] == [595, 842]


def test_every_font_is_inside() -> None:
    letter = printed(sent(substance=LETTERS), 1)
    assert len(letter.fonts()) >= 3
    assert all(letter.fonts().values())


def test_the_letters_of_every_state_are_shown() -> None:
    letter = printed(sent(substance=LETTERS), 1)
    assert LETTERS in letter.text
    assert "U+" not in letter.text


def test_the_same_record_gives_the_same_bytes_in_another_process_too() -> None:
    first = printed(sent(), 1).content
    assert printed(sent(), 1).content == first
    fresh = Press()
    assert fresh.print(printed(sent(), 1).letter, NOON) == first
    fresh.close()
    root = Path(__file__).parents[2]
    other = subprocess.run(
        [sys.executable, "-c", AGAIN], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert other.stdout.strip() == sha256(first).hexdigest()


async def test_letters_set_at_the_same_time_do_not_mix() -> None:
    import asyncio

    plain = printed(sent(), 1).letter
    letters = [replace(plain, lead=(f"письмо {number}",)) for number in range(20)]
    alone = [press().print(letter, NOON) for letter in letters]
    assert await asyncio.gather(*(press().printed(letter, NOON) for letter in letters)) == alone


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        '#import "letter.typ": *',
        "#sys.inputs",
        "#{while true {}}",
        '#panic("x")',
        "*жирный* _курсив_ $x^2$ \\ `код` @метка <метка> = заголовок",
        "- список\n+ список\n/ слово: описание",
        '"},"lead":["чужое"],"x":"',
        "https://example.test/ // не комментарий /* и это */",
        "~ -- --- ... ' \"",
    ],
)
def test_a_text_is_text_and_nothing_else(text: str) -> None:
    letter = printed(sent(substance=text), 1)
    assert " ".join(text.split()) in letter.text
    assert "root:" not in letter.text
    assert "чужое" not in letter.letter.lead


def test_what_no_font_can_show_is_written_out_and_said() -> None:
    letter = printed(sent(substance="до 😀 и 中文 после"), 1)
    assert "до ‹U+1F600› и ‹U+4E2D›‹U+6587› после" in letter.text
    letter.ordered("знаки, которых нет в шрифтах письма", "‹U+4E2D›, ‹U+6587›, ‹U+1F600›")


def test_what_nobody_would_see_is_written_out() -> None:
    letter = printed(sent(substance="счёт\u202efdp.exe и \u200dнуль\ufeff \ue000 \U000e0041"), 1)
    for char in ("202E", "200D", "FEFF", "E000", "E0041"):
        assert f"‹U+{char}›" in letter.text


def test_a_letter_of_nothing_but_strange_characters_is_printed() -> None:
    strange = "".join(chr(number) for number in range(0x4E00, 0x4E00 + 2000))
    letter = printed(sent(substance=strange, purpose="".join(reversed(strange))), 1)
    assert "и другие" in letter.text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_any_text_is_printed(text: str) -> None:
    plain = printed(sent(), 1).letter
    assert press().print(replace(plain, lead=(text,), heading=text), NOON).startswith(b"%PDF")


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_read_however_it_is_typed(digest: bytes) -> None:
    made = code.code_of(digest)
    assert len(made) == 24
    assert code.read(made) == made
    assert code.read(f" {made.lower().replace('-', ' ')} ") == made
    assert code.read(made.replace("0", "o").replace("1", "l")) == made
    assert code.read(made.translate(str.maketrans("ABEKMHTX", "АВЕКМНТХ"))) == made


@pytest.mark.parametrize("typed", ["", "7QK2", "U" * 20, "7" * 21, "7QK2-AB3D-EFGH-J8MN-PQR!", "7" * 100_000])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert code.read(typed) is None


def test_a_letter_of_more_lines_than_a_node_could_set_has_them_joined_and_loses_no_word() -> None:
    letter = compose(source_of(sent(), 1), press().words)
    content = press().print(replace(letter, lead=("слово\n" * (MOST_LINES + 1),)), NOON)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert text.count("слово") == MOST_LINES + 1
    assert text.count("¶") > MOST_LINES


def test_a_letter_of_more_strange_characters_than_could_be_written_out_has_a_box_for_each() -> None:
    letter = compose(source_of(sent(), 1), press().words)
    content = press().print(replace(letter, lead=("\u202e" * (MOST_CODES + 1),)), NOON)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert text.count("□") == MOST_CODES + 1
    assert "‹U+202E›" in text


def words_of(content: bytes) -> str:
    """Return the words of a letter's pages."""
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_a_letter_that_is_not_set_in_time_is_set_in_a_plainer_way_and_loses_no_word() -> None:
    letter = replace(printed(sent(), 1).letter, lead=("слово " * 50 + "ж" * 90,))
    hurried = Press(seconds=0.0)
    text = words_of(hurried.print(letter, NOON))
    hurried.close()
    assert text.count("слово ") == 50
    assert "ж" * 10 + " " + "ж" * 10 in text
    assert "разделены пробелами" in text


def test_a_letter_that_cannot_be_set_at_all_says_so_and_the_next_one_is_set() -> None:
    letter, never = printed(sent(), 1).letter, Press(seconds=0.0, plain_seconds=0.0)
    with pytest.raises(NotPrinted):
        never.print(letter, NOON)
    never.close()
    assert press().print(letter, NOON).startswith(b"%PDF")


HOSTILE = {
    "breaks typst": " ".join(chr(number) for number in range(0x21, 0x3000) if chr(number).isprintable()),
    "no space": "ж" * 20_000,
    "boxes without a space": "".join(chr(0x4E00 + number % 20_000) for number in range(20_000)),
    "quotes": "\"'" * 10_000,
    "joined": "\U0001f468\u200d\U0001f469\u200d" * 5_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_printed(kind: str) -> None:
    letter = replace(printed(sent(), 1).letter, lead=(HOSTILE[kind],))
    assert press().print(letter, NOON).startswith(b"%PDF")


def test_a_closed_press_leaves_no_process() -> None:
    own = Press()
    own.print(printed(sent(), 1).letter, NOON)
    (hand,) = own._hands
    process = hand._process
    own.close()
    assert process is not None
    assert process.poll() is not None
