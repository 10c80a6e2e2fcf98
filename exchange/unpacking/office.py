"""Office documents: the parts of OOXML and OpenDocument, whose texts stand in XML; a paragraph is a line.

The parts are read by expat as they come. A part with a document type is no office document's and is not read: entities
are declared there.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Final
from xml.parsers import expat

from exchange.unpacking.sink import PIECE, Sink

_PARAGRAPHS: Final = frozenset({"p", "h", "si", "is"})
"""Elements whose texts are one line, whatever they are divided into."""

_LINES: Final = frozenset({"br", "cr", "tab", "line-break", "p", "h", "txbxContent", "ptab"})
"""Elements that end a line within a paragraph."""

_SPOKEN: Final = frozenset({"string", "descr", "title", "alt"})
"""Attributes that are shown: the words of a watermark and of a picture."""

_NAMED: Final = frozenset({"sheet", "table"})
"""Elements whose name is shown."""

_IDLE: Final = re.compile(
    r"(?:^|/)(?:_rels/|thumbnails?[/.]|theme/|printerSettings|fonts?/|Configurations2/|mimetype$|layout-cache$)|\.rels$"
    r"|\.odttf$|\.ttf$",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Z])')
"""What commands a sheet's header and footer."""

_LONGEST_MANIFEST: Final = 4 * 1024 * 1024


class Foreign(ValueError):
    """XML that no office document is made of."""


def is_office(names: Iterable[str]) -> bool:
    """Tell by the names of its members whether an archive is an office document."""
    return bool({"[Content_Types].xml", "content.xml"} & set(names))


def is_part(name: str) -> bool:
    """Tell whether a member is XML."""
    return name.casefold().endswith(".xml")


def is_idle(name: str) -> bool:
    """Tell whether a member holds nothing that is read: relations, fonts, themes, a small picture of the first page."""
    return _IDLE.search(name) is not None


def is_sealed(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether an OpenDocument file is under a password."""
    manifest = next((one for one in members if one.filename == "META-INF/manifest.xml"), None)
    if manifest is None or manifest.flag_bits & 1:
        return False
    with archive.open(manifest) as opened:
        return b"encryption-data" in opened.read(_LONGEST_MANIFEST)


def texts(part: IO[bytes], sink: Sink) -> None:
    """Put out the texts of a part; raise Foreign, Enough."""
    sink.begin()
    reader = _Part(sink)
    while piece := part.read(PIECE):
        sink.count(len(piece))
        reader.feed(piece)
    reader.feed(b"", last=True)


class _Part:
    """One part as it comes."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._paragraphs = 0
        self._written = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._foreign

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Take the next bytes."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as trouble:
            raise Foreign from trouble
        if last:
            self._break()

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(":")[2]
        if not self._paragraphs or name in _LINES:
            self._break()
        if name in _PARAGRAPHS:
            self._paragraphs += 1
        for each, value in attributes.items():
            local = each.rpartition(":")[2]
            if value and (local in _SPOKEN or (local == "name" and name in _NAMED)):
                self._sink.text(f"\n{value}\n")

    def _end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if name in _PARAGRAPHS:
            self._paragraphs -= 1
        if not self._paragraphs or name in _PARAGRAPHS:
            self._break()

    def _text(self, text: str) -> None:
        if not self._paragraphs and "&" in text:
            text = _HEADING.sub("\n", text)
        self._sink.text(text)
        self._written = True

    def _break(self) -> None:
        if self._written:
            self._sink.text("\n")
            self._written = False

    def _foreign(self, *_: object) -> None:
        raise Foreign
