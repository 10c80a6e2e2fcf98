"""Packed files: a mark is found wherever their readers see it; what cannot be looked into is said, never guessed."""

import base64
import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.core.errors import Refused
from exchange.core.request import Examination
from exchange.protection.gateway import GUARDED, open_watch
from exchange.protection.gateway.watch import MOST_STEMS, stems
from exchange.unpacking import sink
from exchange.unpacking.looking import Unpacker
from schemas.vocabulary import Examined, Unseen
from tests.unpacking.files import (
    PNG,
    docx,
    eml,
    endless_pdf,
    odf,
    pdf,
    pptx,
    rtf,
    runs,
    tarred,
    xlsx,
    zipped,
)

PLAIN = "Протокол осмотра от 1 марта 2026 года"
MARK = "Совершенно секретно"
WHOLE = Examination(Examined.WHOLE)

Examine = Callable[[bytes, str], "Examination | None"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def put(file: Path, data: bytes) -> None:
    file.write_bytes(data)


async def examined(file: Path, data: bytes, name: str, unpacker: Unpacker | None = None) -> Examination | None:
    """Return what the guard tells of a file, None where it refuses it."""
    put(file, data)
    watch = open_watch()
    if unpacker is not None:
        watch = type(watch)(watch.guard, watch.skim, unpacker)
    reading = watch.reading(name, "application/octet-stream")
    try:
        for begin in range(0, len(data), 65_536):
            await reading.look(data[begin : begin + 65_536])
        await reading.look(b"", last=True)
        return await reading.examine(data[: 64 * 1024], lambda: os.open(file, os.O_RDONLY))
    except Refused as refused:
        return None if {one.code for one in refused.objections} == {GUARDED} else Examination()


def linked(target: str) -> bytes:
    """Return a tar archive with nothing but a link in it."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo("a")
        member.type, member.linkname = tarfile.SYMTYPE, target
        archive.addfile(member)
    return held.getvalue()


def in_older(name: str, encoding: str) -> bytes:
    """Return a tar archive whose member is named in an encoding of one byte."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        archive.addfile(tarfile.TarInfo(name))
    return held.getvalue()


def of_type(kind: bytes, text: str) -> bytes:
    """Return a tar archive with a member of another type, and its text."""
    archive = bytearray(tarred({"a.txt": text}, tarfile.USTAR_FORMAT))
    archive[148:157] = b" " * 8 + kind
    archive[148:156] = b"%06o\0 " % sum(archive[:512])
    return bytes(archive)


def zip_with(comment: str) -> bytes:
    held = io.BytesIO(zipped({"a.txt": PLAIN}))
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = comment.encode("cp866")
    return held.getvalue()


MARKED = {
    "a paragraph": (docx(runs(MARK), runs(PLAIN)), "a.docx"),
    "a paragraph in runs": (docx(runs("Совер", "шенно ", "сек", "ретно"), runs(PLAIN)), "a.docx"),
    "a header": (docx(runs(PLAIN), header=runs("Секретно", "  экз. № 1")), "a.docx"),
    "after a tab": (docx("<w:p><w:r><w:t>Полиция</w:t><w:tab/><w:t>Секретно</w:t></w:r></w:p>"), "a.docx"),
    "a box in a paragraph": (
        docx(
            "<w:p><w:r><w:t>до</w:t><w:txbxContent><w:p><w:r><w:t>Секретно</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"
        ),
        "a.docx",
    ),
    "a watermark": (
        docx(runs(PLAIN), header='<w:p><w:r><w:pict><v:textpath string="СЕКРЕТНО"/></w:pict></w:r></w:p>'),
        "a.docx",
    ),
    "an embedded sheet": (docx(runs(PLAIN), more={"word/embeddings/a.xlsx": xlsx("Секретно")}), "a.docx"),
    "a property": (docx(runs(PLAIN), more={"docProps/core.xml": "<c><title>Секретно</title></c>"}), "a.docx"),
    "another name for it": (docx(runs(MARK)), "рисунок.jpg"),
    "a cell": (xlsx("Иванов", "Сек|ретно"), "a.xlsx"),
    "a sheet's header": (xlsx("1", heading='&C&"Times,Bold"&14Секретно&R&P'), "a.xlsx"),
    "a sheet's name": (xlsx("1", sheet="Секретно"), "a.xlsx"),
    "a slide": (pptx("План", "TOP |SECRET"), "a.pptx"),
    "a text of OpenDocument": (odf(PLAIN, "Құп|ия"), "a.odt"),
    "a header of OpenDocument": (odf(PLAIN, header="Секретно"), "a.odt"),
    "a sheet of OpenDocument": (odf("Секретно", kind="spreadsheet"), "a.ods"),
    "rtf": (rtf(f"{PLAIN}\n{MARK}\n"), "a.rtf"),
    "a header of rtf": (rtf(PLAIN, header="Өте құпия"), "a.rtf"),
    "a box of rtf": (rtf(PLAIN, box="SECRET"), "a.rtf"),
    "a watermark of rtf": (rtf(PLAIN, mark="TOP SECRET"), "a.rtf"),
    "pdf": (pdf(f"{MARK}\nЭкз. № 1\n{PLAIN}"), "a.pdf"),
    "pdf in letters": (pdf("С е к р е т н о\n" + PLAIN), "a.pdf"),
    "a title of pdf": (pdf(PLAIN, title="Секретно"), "a.pdf"),
    "attached to pdf": (pdf(PLAIN, attached={"a.docx": docx(runs(MARK))}), "a.pdf"),
    "pdf whose password is empty": (pdf(MARK, password=""), "a.pdf"),
    "a text in zip": (zipped({"папка/a.txt": f"{PLAIN}\n{MARK}\n".encode("cp1251")}), "a.zip"),
    "a name in zip": (zipped({"папка/Секретно.txt": PLAIN}), "a.zip"),
    "a folder in zip": (zipped({"Секретно/": ""}), "a.zip"),
    "docx in zip": (zipped({"a.docx": docx(runs(MARK))}), "a.zip"),
    "docx in zip in zip": (zipped({"a.zip": zipped({"a.docx": docx(runs(MARK))})}), "a.zip"),
    "after what is broken": (zipped({"a.pdf": b"%PDF-1.7\nbroken", "b.html": "<p>Секретно</p>"}), "a.zip"),
    "a text in tar": (tarred({"папка/a.txt": f"{PLAIN}\n{MARK}\n"}), "a.tar"),
    "an old tar": (tarred({"a.txt": MARK}, tarfile.USTAR_FORMAT), "данные"),
    "a tar of GNU with a long name": (tarred({f"{'а' * 80}/Секретно/a": b"\0"}, tarfile.GNU_FORMAT), "a.tar"),
    "a word beside a member": (tarred({"a.txt": PLAIN}, comment="Секретно"), "a.tar"),
    "where a link leads": (linked("Секретно"), "a.tar"),
    "docx in tar": (tarred({"a.docx": docx(runs(MARK))}), "a.tar"),
    "docx in a packed tar": (gzip.compress(tarred({"a.docx": docx(runs(MARK))})), "a.tar.gz"),
    "a tar packed by bzip2": (bz2.compress(tarred({"a.txt": MARK})), "a.tbz2"),
    "a tar packed by xz": (lzma.compress(tarred({"a.txt": MARK})), "a.tar.xz"),
    "tar in zip": (zipped({"a.tar": tarred({"a.txt": MARK})}), "a.zip"),
    "a text packed by itself": (gzip.compress(MARK.encode("cp1251")), "a.txt.gz"),
    "the name that gzip keeps": (b"\x1f\x8b\x08\x08" + b"\0" * 6 + "Секретно".encode() + b"\0\3\0" + b"\0" * 8, "a.gz"),
    "a tar member of no known type": (of_type(b"Z", MARK), "a.tar"),
    "what goes on from another tape": (of_type(b"M", MARK), "a.tar"),
    "a long word beside a member": (tarred({"a": ""}, comment="x\n" * 40_000 + MARK), "a.tar"),
    "a name in tar in an older encoding": (in_older("Секретно", "cp1251"), "a.tar"),
    "a name in zip in an older encoding": (
        zipped({"-8-bytes.txt": PLAIN}).replace(b"-8-bytes", "Секретно".encode("cp866")),
        "a.zip",
    ),
    "a comment of zip": (zip_with("Секретно"), "a.zip"),
    "gzip under the name of a message": (gzip.compress(MARK.encode()), "a.eml"),
    "tar under the name of a message": (tarred({"a.txt": MARK}), "a.eml"),
    "pdf under the name of a message": (pdf(MARK), "a.eml"),
    "the second of two streams": (bz2.compress(b"a\n") + bz2.compress(MARK.encode()), "a.txt.bz2"),
    "the second of two streams of xz": (lzma.compress(b"a\n") + b"\0" * 4 + lzma.compress(MARK.encode()), "a.txt.xz"),
    "a message": (eml(f"{PLAIN}\n{MARK}\n"), "a.eml"),
    "the second message of a mailbox": (
        b"From a@b Mon\nSubject: a\n\na\n\nFrom a@b Mon\nSubject: b\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(MARK.encode()),
        "a.mbox",
    ),
    "a message by its head": (eml(f"{PLAIN}\n{MARK}\n"), "письмо"),
    "a subject": (eml(PLAIN, subject="Секретно"), "a.eml"),
    "html of a message": (eml(PLAIN, html="<p>x</p><b>Секретно</b>"), "a.eml"),
    "attached to a message": (eml(PLAIN, attached={"a.pdf": pdf(MARK)}), "a.eml"),
    "the name of what is attached": (eml(PLAIN, attached={"Секретно.bin": b"\0\1"}), "a.eml"),
}


@pytest.mark.parametrize("what", MARKED)
async def test_a_mark_in_a_packed_file_is_found(file: Path, what: str) -> None:
    assert await examined(file, *MARKED[what]) is None


PASSING = {
    "docx": (docx(runs("Это ", "секретно", " передано"), runs(PLAIN), header=runs("Полиция")), "a.docx", WHOLE),
    "xlsx": (xlsx("Секретная |часть", "2"), "a.xlsx", WHOLE),
    "pptx": (pptx("Секретный |ключ"), "a.pptx", WHOLE),
    "odt": (odf("Это |секретно", "Для служебного пользования"), "a.odt", WHOLE),
    "rtf": (rtf("Это секретно\nПолиция", header="Полиция"), "a.rtf", WHOLE),
    "pdf": (pdf(f"{PLAIN}\nЭто не секретно"), "a.pdf", WHOLE),
    "zip": (zipped({"a.txt": PLAIN, "b.docx": docx(runs(PLAIN))}), "a.zip", WHOLE),
    "eml": (eml(PLAIN, html="<p>Это <b>важно</b></p>", attached={"a.txt": PLAIN.encode()}), "a.eml", WHOLE),
    "text": (PLAIN.encode(), "a.txt", WHOLE),
    "tar": (tarred({"a.txt": PLAIN, "б/c.docx": docx(runs(PLAIN))}), "a.tar", WHOLE),
    "tgz": (gzip.compress(tarred({"a.txt": PLAIN})), "a.tgz", WHOLE),
    "gz": (gzip.compress(PLAIN.encode()), "a.txt.gz", WHOLE),
    "empty tar": (b"\0" * 10_240, "a.tar", Examination(Examined.NONE, (Unseen.UNKNOWN_KIND,))),
}


@pytest.mark.parametrize("what", PASSING)
async def test_ordinary_packed_files_pass_and_are_looked_at_whole(file: Path, what: str) -> None:
    data, name, expected = PASSING[what]
    assert await examined(file, data, name) == expected


def protected_zip() -> bytes:
    """Return an archive whose member says that it is under a password."""
    data = bytearray(zipped({"a.txt": "Секретно"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def deep() -> bytes:
    data = docx(runs(MARK))
    for _ in range(5):
        data = zipped({"a.zip": data})
    return data


def cut_off() -> bytes:
    whole = docx(runs(PLAIN))
    return whole[: len(whole) // 2]


UNSEEN = {
    "a picture": (PNG, "a.png", Examined.NONE, Unseen.PICTURE),
    "a program": (b"\x7fELF\2\1\1" + b"\0" * 200, "a", Examined.NONE, Unseen.UNKNOWN_KIND),
    "an old office file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "a.doc",
        Examined.NONE,
        Unseen.UNKNOWN_KIND,
    ),
    "docx under a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "a.docx",
        Examined.NONE,
        Unseen.ENCRYPTED,
    ),
    "odt under a password": (
        odf(PLAIN, manifest="<m><encryption-data/></m>"),
        "a.odt",
        Examined.NONE,
        Unseen.ENCRYPTED,
    ),
    "pdf under a password": (pdf(MARK, password="p"), "a.pdf", Examined.NONE, Unseen.ENCRYPTED),
    "zip under a password": (protected_zip(), "a.zip", Examined.NONE, Unseen.ENCRYPTED),
    "a broken archive": (cut_off(), "a.docx", Examined.NONE, Unseen.BROKEN),
    "a broken pdf": (b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 50, "a.pdf", Examined.NONE, Unseen.BROKEN),
    "a scan": (pdf(" "), "a.pdf", Examined.NONE, Unseen.PICTURE),
    "too deep": (deep(), "a.zip", Examined.NONE, Unseen.TOO_DEEP),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 200, "a.7z", Examined.NONE, Unseen.UNKNOWN_KIND),
    "an old sheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", Examined.NONE, Unseen.UNKNOWN_KIND),
    "7z in tar": (
        tarred({"a.txt": PLAIN, "a.7z": b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 200}),
        "a.tar",
        Examined.PARTLY,
        Unseen.UNKNOWN_KIND,
    ),
    "a tar cut off": (tarred({"a.txt": PLAIN * 40})[:1200], "a.tar", Examined.NONE, Unseen.BROKEN),
    "a tar with a broken header": (
        tarred({"a.txt": PLAIN}).rstrip(b"\0") + b"\0" * 512 + tarred({"b.txt": MARK}),
        "a.tar",
        Examined.PARTLY,
        Unseen.BROKEN,
    ),
    "gz cut off": (gzip.compress(b"x" * 100_000)[:60], "a.gz", Examined.NONE, Unseen.BROKEN),
    "what stands behind a zip": (zipped({"a.txt": PLAIN}) + MARK.encode(), "a.zip", Examined.PARTLY, Unseen.BROKEN),
    "a member that a zip does not list": (
        zipped({"b.txt": MARK}).partition(b"PK\1\2")[0] + zipped({"a.txt": PLAIN}),
        "a.zip",
        Examined.PARTLY,
        Unseen.BROKEN,
    ),
    "what stands behind bzip2": (bz2.compress(b"a") + MARK.encode(), "a.txt.bz2", Examined.PARTLY, Unseen.BROKEN),
    "what stands behind xz": (lzma.compress(b"a") + MARK.encode(), "a.txt.xz", Examined.PARTLY, Unseen.BROKEN),
    "bzip2 cut off": (bz2.compress(b"a" * 99)[:20], "a.txt.bz2", Examined.NONE, Unseen.BROKEN),
    "a picture in docx": (docx(runs(PLAIN), more={"word/media/a.png": PNG}), "a.docx", Examined.PARTLY, Unseen.PICTURE),
    "entities": (
        zipped({"[Content_Types].xml": "<t/>", "word/document.xml": '<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'}),
        "a.docx",
        Examined.NONE,
        Unseen.BROKEN,
    ),
}


@pytest.mark.parametrize("what", UNSEEN)
async def test_what_cannot_be_looked_into_is_taken_and_said(file: Path, what: str) -> None:
    data, name, extent, why = UNSEEN[what]
    assert await examined(file, data, name) == Examination(extent, (why,))


def bomb() -> bytes:
    """Return an archive whose members unpack to far more than is looked at."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            with archive.open(f"{number}.bin", "w") as member:
                for _ in range(32):
                    member.write(b"\0" * (1 << 20))
    return held.getvalue()


def tar_of_nothing() -> bytes:
    """Return a tar archive whose only member says that it is larger than all there is."""
    member = tarfile.TarInfo("a.txt")
    member.size = 1 << 40
    return member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (bomb, "a.zip"),
    "very many members": (lambda: zipped({f"{n}.txt": "x" for n in range(sink.MOST_MEMBERS + 1)}), "a.zip"),
    "elements within elements": (
        lambda: zipped({"[Content_Types].xml": "<t/>", "a.xml": "<p>" * 200_000}),
        "a.docx",
    ),
    "braces within braces": (lambda: b"{\\rtf1" + b"{" * 300_000, "a.rtf"),
    "a message within messages": (
        lambda: b"Subject: a\nContent-Type: message/rfc822\n\n" * 2_000,
        "a.eml",
    ),
    "a page without an end": (endless_pdf, "a.pdf"),
    "very many members of a tar": (
        lambda: tarred({f"{n}.txt": "x" for n in range(sink.MOST_MEMBERS + 1)}),
        "a.tar",
    ),
    "a bomb in gzip": (lambda: gzip.compress(b"\0" * (sink.MOST_BYTES + 1)), "a.gz"),
    "a bomb of text in xz": (lambda: lzma.compress(b"x" * (sink.MOST_BYTES + 1), preset=0), "a.xz"),
    "a tar of nothing": (tar_of_nothing, "a.tar"),
    "noise": (lambda: b"PK\x03\x04" + zlib.compress(b"x" * 10_000) * 50, "a.zip"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_file_is_bounded_and_said_not_to_be_looked_at(file: Path, what: str) -> None:
    """It is bounded by bytes, members, depth and time; the process is gone afterwards, whatever became of it."""
    make, name = HOSTILE[what]
    found = await examined(file, make(), name, Unpacker(3.0))
    assert found is not None
    if what != "braces within braces":
        assert found.extent is not Examined.WHOLE


async def test_a_name_is_looked_at_once_for_each_ending_up_to_a_bound(file: Path) -> None:
    """A name of dots alone would else hold up the whole node, in time that grows with the square of its length."""
    watch = open_watch()
    assert not watch.bears_name("1." * 30_000)
    assert await examined(file, tarred({"a.txt": PLAIN}, comment="1." * 30_000), "a.tar") == WHOLE
    assert len(stems("." * 60_000)) == 1 + 1
    assert len(stems("1." * 30_000)) == 1 + MOST_STEMS
    assert watch.bears_name("Секретно" + ".x" * 30)
    assert watch.bears_name("Секретно....................................................................txt")


async def test_a_file_that_takes_too_long_is_given_up(file: Path) -> None:
    found = await examined(file, docx(runs(PLAIN)), "a.docx", Unpacker(0.0))
    assert found == Examination(Examined.NONE, (Unseen.TOO_LONG,))


async def test_the_process_that_unpacks_knows_nothing_of_the_node(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_KEY_FILE", "/nowhere")
    put(file, docx(runs(PLAIN)))
    descriptor = os.open(file, os.O_RDONLY)
    try:
        async with Unpacker().frames(descriptor, "a.docx", "") as frames:
            assert await anext(frames)
            (process,) = _unpacking()
            environment = _environment(process)
    finally:
        os.close(descriptor)
    assert b"EXCHANGE" not in environment
    assert process not in _unpacking()


def _environment(process: Path) -> bytes:
    return (process / "environ").read_bytes()


def _unpacking() -> list[Path]:
    """Return the processes of this one that unpack."""
    children = f"/proc/{os.getpid()}/task"
    listed = [each.read_text().split() for each in Path(children).glob("*/children")]
    return [Path("/proc") / one for some in listed for one in some if _is_unpacking(Path("/proc") / one)]


def _is_unpacking(process: Path) -> bool:
    try:
        return b"exchange.unpacking.process" in (process / "cmdline").read_bytes()
    except OSError:
        return False
