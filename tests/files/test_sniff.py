"""What a file is, whatever it says: certain contradictions are told, doubtful ones are not, programs are known."""

import time

import pytest

from exchange.files.sniff import contradicts, is_active, sniff

PDF, PNG, ZIP = b"%PDF-1.7\n" + b"\xff\xfe" * 99, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"PK\x03\x04\x14\0\0\0\x08\0"
EXE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(90)
JPEG, OLE = b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)
RUSSIAN = "Протокол осмотра сервера\r\n"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (ZIP, "application/zip"),
        (EXE, "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02\x01\x01\0", "application/x-executable"),
        (OLE, "application/x-ole-storage"),
        (RUSSIAN.encode(), "text/plain"),
        (RUSSIAN.encode("cp1251"), "text/plain"),
        (RUSSIAN.encode("utf-16"), "text/plain"),
        (b"MZ is how some texts begin, too", "text/plain"),
        (b"#!/bin/sh\nrm -rf /\n", "application/x-shellscript"),
        (b"\n <!-- a --><!-- b --> <!DOCTYPE html><title>x", "text/html"),
        (b"<ScRiPt>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b"  <svg onload='x'>", "image/svg+xml"),
        (b"<svg/>", "image/svg+xml"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "application/xhtml+xml"),
        (b'<?xml version="1.0"?><case/>', "application/xml"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (bytes(range(256)), "application/octet-stream"),
        (b"\0", "application/octet-stream"),
    ],
)
def test_it_is_known_by_its_first_bytes(head: bytes, media_type: str) -> None:
    assert sniff(head).media_type == media_type


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        ("application/pdf", EXE),
        ("application/pdf", RUSSIAN.encode()),
        ("application/pdf", bytes(range(256))),
        ("application/msword", PDF),
        ("image/png", JPEG),
        ("image/png", b"<svg onload='x'>"),
        ("image/jpeg", b"<script>"),
        ("image/x-raw", ZIP),
        ("text/plain", EXE),
        ("text/plain", PDF),
        ("text/csv", bytes(range(256))),
        ("application/json", ZIP),
        (DOCX, PDF),
        (DOCX, RUSSIAN.encode()),
        ("application/zip", RUSSIAN.encode()),
        ("application/x-anything", EXE),
        ("video/mp4", RUSSIAN.encode()),
    ],
)
def test_a_certain_lie_is_told(declared: str, head: bytes) -> None:
    assert contradicts(declared, sniff(head))


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        ("application/octet-stream", EXE),
        ("application/octet-stream", PDF),
        ("application/pdf", PDF),
        ("image/jpg", JPEG),
        ("image/mpo", JPEG),
        (DOCX, ZIP),
        ("application/zip", ZIP),
        ("application/vnd.ms-excel", OLE),
        ("application/msword", b"{\\rtf1"),
        ("text/plain", RUSSIAN.encode("cp1251")),
        ("text/csv", b"a;b\n1;2\n"),
        ("text/plain", b"<html><body>the source of a page"),
        ("text/html", b"<p>a part of a page"),
        ("application/json", b'{"a": 1}'),
        ("application/x-anything", bytes(range(256))),
        ("image/svg+xml", b"<svg>"),
        ("video/mp4", b"\0\0\0\x18ftypmp42"),
        ("video/quicktime", b"\0\0\0\x14ftypqt  "),
        ("application/x-shellscript", b"#!/bin/sh\n"),
    ],
)
def test_what_may_be_true_is_believed(declared: str, head: bytes) -> None:
    assert not contradicts(declared, sniff(head))


@pytest.mark.parametrize(
    ("name", "declared", "head"),
    [
        ("report.pdf", "application/octet-stream", EXE),
        ("report.pdf.exe", "application/octet-stream", b"\0"),
        ("REPORT.HTML", "text/plain", b"a"),
        ("a.txt", "text/html", b"a"),
        ("a.txt", "text/plain", b"<script>alert(1)</script>"),
        ("a.svg", "image/svg+xml", b"<svg>"),
        ("macro.docm", "application/octet-stream", ZIP),
        ("feed", "application/atom+xml", b"<?xml version='1.0'?>"),
        ("run", "application/octet-stream", b"#!/usr/bin/perl"),
    ],
)
def test_programs_scripts_and_pages_are_known(name: str, declared: str, head: bytes) -> None:
    assert is_active(name, declared, sniff(head))


@pytest.mark.parametrize(
    ("name", "declared", "head"),
    [
        ("протокол.pdf", "application/pdf", PDF),
        ("exe", "text/plain", b"a file that is called so"),
        ("фото.jpg", "image/jpeg", JPEG),
        ("таблица.xlsx", "application/octet-stream", ZIP),
    ],
)
def test_documents_are_not_taken_for_programs(name: str, declared: str, head: bytes) -> None:
    assert not is_active(name, declared, sniff(head))


@pytest.mark.parametrize(
    "unit", [b"<!---->", b"<!--", b"--><!--", b" ", b"<", b"<svg", b"<!doctype ", b"%PDF", b"<?xml ", b"MZ"]
)
def test_no_bytes_take_long(unit: bytes) -> None:
    began = time.process_time()
    sniff((unit * 65_536)[:65_536])
    assert time.process_time() - began < 0.5
