"""What is printed of protected items, read back from the PDF; open papers say nothing of the secret."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.protection.papers.compose import WRITERS, compose
from exchange.protection.papers.sheet import ranges
from schemas.protection import Written
from schemas.secrecy import PaperKind
from tests.canary.suite import DESIGNATION
from tests.letters.paper import press
from tests.protection.cases import Story, dispatch, paper, registered
from tests.protection.papers.printing import WORDS, printed, source_of

OPEN = (PaperKind.COVER, PaperKind.RECEIPT, PaperKind.DESTRUCTION)
PURPOSE = "розыск причастных лиц"
TELLING = (DESIGNATION, PURPOSE, "СЕКРЕТНО", "секретно", "secret", "ҚҰПИЯ")
HOSTILE = (
    '#read("/etc/passwd") *жирный* <метка> $x^2$ "},"lead":["чужое"]',
    "счёт\u202efdp.exe и \x00нуль \ufeff",
    "ю" * 4000,
    "מכתב בעברית 中文 😀",
)


@cache
def destroyed() -> Story:
    """Return the story of two copies that went to Armenia and ended there."""
    story = registered(copies=2, purpose=PURPOSE, mark="secret")
    story = story.gives("KZ-MVD", "AM-POL", (1, 2), own_number="AM-POL/77").after(days=3)
    story = story.asks("AM-POL", "destroy", copies=[1, 2]).consents("KZ-MVD")
    return story.does(
        "AM-POL",
        "destroy",
        copies=[1, 2],
        method="измельчение и сожжение",
        people=["Г. Оганян", "С. Мкртчян"],
        date="2026-03-05",
        document=paper("акт 5", "2026-03-05"),
        irrecoverable=True,
        consent=1,
    )


def test_an_extract_notes_on_the_original_how_many_copies_were_made_and_for_whom_a_n7() -> None:
    """The catalogue asks for numbers and how many; of sheets it asks nothing: each page counts itself at its foot."""
    story = registered("RU-MVD", mark="secret")
    fields = {"copy_number": 1, "to_whom": "отдел 5", "made_by": "clerk-RU-MVD"}
    story = story.does("RU-MVD", "copy", count=3, **fields)
    letter = printed(story, PaperKind.EXTRACT, "RU-MVD")
    letter.ordered("Отмечено", "изготовлены экз. № 2–4 (всего 3)", "кому: отдел 5", "clerk-RU-MVD", "Лист 1 из")
    assert "листах" not in letter.text


def test_a_cover_letter_names_copies_the_way_and_the_term_and_nothing_of_the_secret_a_6_2() -> None:
    letter = printed(destroyed(), PaperKind.COVER, "AM-POL")
    letter.ordered(
        "Республика Казахстан", "Орган KZ-MVD", "№ сопр. 1", "Орган AM-POL", "Сопроводительное письмо",
        "Отправка", "KZ-MVD/2026/S-00001", "№ 1–2 (всего 2)", "дипломатические каналы", "1/1 от 1 марта 2026 г",
        "Получение подтвердите по договору не позднее:", "(должность, подпись)", "Подтверждено электронной подписью",
    )  # fmt: skip
    assert "поезд" not in letter.text
    assert "Астана" not in letter.text


def test_a_receipt_tells_its_own_number_and_that_the_own_mark_was_added_a_6_3_a_7_2() -> None:
    letter = printed(destroyed(), PaperKind.RECEIPT, "KZ-MVD")
    letter.ordered(
        "Республика Армения", "Орган AM-POL", "Орган KZ-MVD", "Подтверждение получения", "KZ-MVD/2026/S-00001",
        "№ 1–2 (всего 2)", "Получено", "AM-POL/77", "Проставлен: соответствует грифу отправителя",
    )  # fmt: skip


def test_an_act_of_destruction_tells_how_by_whom_when_and_by_whose_consent_a_7_9() -> None:
    letter = printed(destroyed(), PaperKind.DESTRUCTION, "AM-POL")
    letter.ordered(
        "Орган AM-POL", "5 марта 2026", "№ акт 5", "Орган KZ-MVD", "Акт об уничтожении", "7", "№ 1–2 (всего 2)",
        "5 марта 2026", "измельчение и сожжение", "1/1, Орган KZ-MVD (KZ-MVD)",
        "исключает воспроизведение и восстановление", "Г. Оганян", "С. Мкртчян",
    )  # fmt: skip
    assert letter.letter.basis is not None
    assert "ст. 7" in letter.letter.basis


@pytest.mark.parametrize("kind", OPEN)
def test_no_open_paper_names_the_designation_the_mark_or_the_purpose(kind: PaperKind) -> None:
    letter = printed(destroyed(), kind, "KZ-MVD")
    assert letter.letter.mark is None
    for word in TELLING:
        assert word not in letter.text
        assert word.encode() not in letter.content


def test_an_extract_tells_of_the_card_every_copy_and_the_record_and_bears_the_mark_a_7_4() -> None:
    letter = printed(destroyed(), PaperKind.EXTRACT, "KZ-MVD")
    assert letter.letter.mark is not None
    letter.ordered(
        letter.letter.mark, "Выписка из учётной карточки", "Карточка", DESIGNATION, PURPOSE, "Экземпляры",
        "Экз. № 1: подлинник, уничтожен", "Уничтожил: Орган AM-POL (AM-POL)", "Экз. № 2", "Подтверждения получения",
        "AM-POL/77", "Журнал", "№ 1,", "Регистрация: Орган KZ-MVD", "Уничтожение: Орган AM-POL",
    )  # fmt: skip


def test_an_extract_tells_a_competent_body_neither_the_designation_nor_the_purpose_a_5_5() -> None:
    letter = printed(destroyed(), PaperKind.EXTRACT, "AM-NSS")
    assert letter.letter.mark is None
    assert DESIGNATION not in letter.text
    assert PURPOSE not in letter.text


def test_the_mark_on_an_extract_is_the_readers_own_a_3() -> None:
    story = registered(mark="top_secret").gives("KZ-MVD", "AM-POL")
    assert (
        printed(story, PaperKind.EXTRACT, "KZ-MVD").letter.mark
        != printed(story, PaperKind.EXTRACT, "AM-POL").letter.mark
    )


def test_copies_that_go_back_have_their_cover_letter_too_a_7_8() -> None:
    story = registered(mark="secret").gives("KZ-MVD", "BY-MVD").asks("BY-MVD", "return", copies=[1]).consents("KZ-MVD")
    fields = dispatch(story)
    story = story.does(
        "BY-MVD", "return", **{name: fields[name] for name in ("copies", "channel", "cover_document")}, consent=1
    )
    letter = printed(story, PaperKind.COVER, "KZ-MVD")
    letter.ordered("Орган BY-MVD", "Орган KZ-MVD", "Сопроводительное письмо о возврате", "Возвращаем предмет")
    receipt = printed(story.receives("KZ-MVD"), PaperKind.RECEIPT, "KZ-MVD")
    receipt.ordered("Орган KZ-MVD", "Орган BY-MVD", "Подтверждение получения")


@pytest.mark.parametrize("kind", WRITERS)
def test_papers_are_archivable_and_the_same_record_gives_the_same_bytes(kind: PaperKind) -> None:
    one, again = printed(destroyed(), kind, "KZ-MVD"), printed(destroyed(), kind, "KZ-MVD")
    assert one.content == again.content
    assert "<pdfaid:part>2</pdfaid:part>" in one.metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in one.metadata
    assert one.reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert all(one.fonts().values())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", WRITERS)
def test_a_hostile_text_is_text_and_nothing_else(kind: PaperKind, text: str) -> None:
    source = source_of(destroyed(), kind, "KZ-MVD")
    body = source.entry.body
    written = Written.model_construct(reference=text, date=date(2026, 3, 1))
    changed: dict[PaperKind, dict[str, object]] = {
        PaperKind.COVER: {"cover_document": written},
        PaperKind.RECEIPT: {"own_number": text, "reference": written},
        PaperKind.DESTRUCTION: {"method": text, "people": (text,), "document": written},
        PaperKind.EXTRACT: {},
    }
    names = replace(source.names, bodies=dict.fromkeys(source.names.bodies, text[:300]))
    entry = replace(source.entry, body=body.model_copy(update=changed[kind]))
    view = source.view.model_copy(update={"designation": text, "purpose": text})
    letter = compose(kind, replace(source, entry=entry, names=names, view=view), WORDS)
    content = press().print(letter, entry.recorded_at)
    assert content.startswith(b"%PDF-1.7")
    assert b"root:" not in content


@given(st.sets(st.integers(1, 60)))
@settings(max_examples=200, deadline=None)
def test_runs_of_numbers_name_each_number_once(numbers: set[int]) -> None:
    told: list[int] = []
    for run in filter(None, ranges(sorted(numbers)).split(", ")):
        first, _, last = run.partition("–")
        told += range(int(first), int(last or first) + 1)
    assert told == sorted(numbers)
