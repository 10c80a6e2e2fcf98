"""Files that come in pieces: every encoding, every cut between pieces, every kind of text, in constant memory."""

import tracemalloc
import unicodedata

import pytest

from exchange.protection.core.texts import HEAD, LONGEST_LINE
from exchange.protection.gateway import open_watch

WATCH = open_watch()
LETTER = "О направлении сведений\nПротокол осмотра от 1 марта 2026 года\n"


def bears(data: bytes, *, name: str = "письмо.txt", media_type: str = "text/plain", piece: int = 7) -> bool:
    look = WATCH.reading(name, media_type).seen
    found = [look.feed(data[at : at + piece]) for at in range(0, len(data), piece)]
    return any([*found, look.feed(b"", last=True)])


ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
    *("cp1251", "kz1048", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"),
)


@pytest.mark.parametrize("piece", [1, 2, 5, 4096, 1 << 20])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_mark_is_found_in_every_encoding_however_the_pieces_are_cut(encoding: str, piece: int) -> None:
    assert bears(f"{LETTER}Совершенно секретно\nЭкз. 1\n".encode(encoding), piece=piece)
    assert bears(f"{LETTER}СЕКРЕТНО".encode(encoding), piece=piece)
    assert bears(f"Особой\n\n  важности\n{LETTER}".encode(encoding), piece=piece)
    assert not bears(f"{LETTER}Это не секретно, а срочно\n".encode(encoding), piece=piece)


@pytest.mark.parametrize("far", [0, HEAD - 5, HEAD, 3 * LONGEST_LINE + 1])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8_r"])
def test_a_mark_is_found_far_from_the_beginning_too(encoding: str, far: int) -> None:
    before = (LETTER * (far // len(LETTER) + 1))[:far]
    assert bears(f"{before}\nСекретно\n{LETTER}".encode(encoding), piece=1000)
    assert bears(f"{before}\nС\nЕ\nК\nР\nЕ\nТ\nН\nО\n".encode(encoding), piece=1000)
    assert not bears(f"{before}\nсекретно хранить\n".encode(encoding), piece=1000)


@pytest.mark.parametrize(
    "text",
    [
        "С\u200bе\u200bк\u200bр\u200bе\u200bт\u200bн\u200bо",
        "CEKPETHO",
        "с е к р е т н о",
        unicodedata.normalize("NFD", "Өте құпия"),
        "Секретно" + " " * (2 * LONGEST_LINE),
        "\u200b" * (2 * LONGEST_LINE) + "Секретно",
        "Секретно" + "\n" * 200_000 + "экз. № 1",
        "Особой" + "\n" * 200_000 + "важности",
    ],
)
def test_a_hidden_mark_is_found(text: str) -> None:
    assert bears(f"{LETTER}{text}\n{LETTER}".encode(), piece=65_536)


def test_bytes_of_no_encoding_within_a_mark_hide_it_not() -> None:
    assert bears("Секр".encode() + b"\xff" + "етно\n".encode())


@pytest.mark.parametrize(
    ("text", "name", "media_type"),
    [
        ("<p>до</p><td>Секретно</td>", "a.html", "text/html"),
        ("<html><body><b>СЕК</b><i>РЕТНО</i>", "a.bin", "application/octet-stream"),
        ("<?xml version='1.0'?><doc><mark>Секретно</mark></doc>", "a.xml", "application/xml"),
        ("<?xml version='1.0'?><doc><![CDATA[Секретно]]></doc>", "a.xml", "application/xml"),
        ("<!-- Секретно --><html></html>", "a.html", "text/html"),
        ("<html><p>&#1057;екретно</p>", "a.html", "text/html"),
        ("<html><p>&#x421;екретно</p>", "a.html", "text/html"),
        ('{"title": "Секретно", "n": 1}', "a.json", "application/json"),
        ('[{"title": "\\u0421\\u0435\\u043a\\u0440\\u0435\\u0442\\u043d\\u043e"}]', "a", "text/plain"),
        ('{"t": "до\\nСекретно\\nпосле"}', "a.json", "text/plain"),
        ('{"t": "\\ud835\\udc12\\ud835\\udc04\\ud835\\udc02\\ud835\\udc11\\ud835\\udc04\\ud835\\udc13"}', "a.json", ""),
        ("1,Иванов,Секретно,2026\n", "a.csv", "application/octet-stream"),
        ('1;"Секретно";2\n', "a", "text/csv"),
        ("1\tTOP SECRET\t2\n", "a.tsv", "text/tab-separated-values"),
    ],
)
def test_markup_json_and_tables_are_read_as_what_they_are(text: str, name: str, media_type: str) -> None:
    for piece in (1, 3, 1000):
        assert bears(text.encode(), name=name, media_type=media_type, piece=piece)
        assert bears(text.encode("utf-16"), name=name, media_type=media_type, piece=piece)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<html><p>Это секретно, а это нет</p><p>Секретариат</p>", "a.html"),
        ('{"state": "не секретно", "secretariat": true}', "a.json"),
        ("1,срочно и секретно,2\n", "a.csv"),
        ("срочно, секретно, лично\n", "a.txt"),
        ("Для служебного пользования\n", "a.txt"),
    ],
)
def test_ordinary_files_pass(text: str, name: str) -> None:
    assert not bears(text.encode(), name=name)


def test_what_is_no_text_by_its_first_bytes_is_let_through() -> None:
    look = WATCH.reading("a.pdf", "application/pdf").seen
    assert not look.feed(b"%PDF-1.7\n" + b"\0" * HEAD)
    assert look.is_over


def test_a_file_of_any_size_and_shape_takes_little_memory() -> None:
    for part in ("строка текста без грифа\n", "строка без конца ", "\u200b", "секретн", "с\n", "\n"):
        look = WATCH.reading("a.txt", "text/plain").seen
        data = part.encode() * (65_536 // len(part.encode()))
        look.feed(data)
        tracemalloc.start()
        for _ in range(6):
            look.feed(data)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 20 * 1024 * 1024
