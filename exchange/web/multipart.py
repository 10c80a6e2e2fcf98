"""A form with files as it comes: its parts, piece by piece, none of them whole in memory (RFC 7578)."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from exchange.web.errors import PageFault

MEDIA: Final = "multipart/form-data"
MOST_HEADERS: Final = 8
LONGEST_HEADER: Final = 4096

_BOUNDARY: Final = re.compile(r';\s*boundary=(?:"([^"\\]{1,70})"|([^\s;",]{1,70}))\s*(?=;|$)', re.IGNORECASE)
_NAME: Final = re.compile(r';\s*name="([^"]*)"')
_FILENAME: Final = re.compile(r';\s*filename="([^"]*)"')
_ESCAPED: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""What browsers write otherwise in a name, and nothing else (HTML, form submission)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What begins: a field, or a file with the name and type that the browser gives it."""

    name: str
    filename: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the part that began last."""

    data: bytes


class End:
    """The part that began last is over."""


def boundary_of(content_type: str) -> str | None:
    """Return the boundary that a Content-Type names; None for another kind of body, empty for a missing boundary."""
    if content_type.partition(";")[0].strip().lower() != MEDIA:
        return None
    found = _BOUNDARY.search(content_type)
    return (found[1] or found[2]) if found else ""


class Parts:
    """Takes a body's bytes and gives its parts; raise PageFault for what is no such form."""

    def __init__(self, boundary: str) -> None:
        self._ended = False
        self._events: deque[Part | Piece | End] = deque()
        self._headers: dict[str, str] = {}
        self._field, self._value = b"", b""
        if not boundary or not boundary.isascii():
            raise PageFault("bad_form", 400)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
            max_header_count=MOST_HEADERS,
            max_header_size=LONGEST_HEADER,
        )

    def fed(self, data: bytes) -> Iterator[Part | Piece | End]:
        """Take the next bytes; yield what began, came and ended with them."""
        try:
            self._parser.write(data)
        except (FormParserError, ValueError):
            raise PageFault("bad_form", 400) from None
        while self._events:
            yield self._events.popleft()

    def finish(self) -> None:
        """Raise PageFault unless the last part was followed by the form's end."""
        if not self._ended:
            raise PageFault("form_cut_off", 400)

    def _begin(self) -> None:
        self._headers = {}

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value.decode("utf-8")
        self._field, self._value = b"", b""

    def _on_headers(self) -> None:
        told = self._headers.get("content-disposition", "")
        name, filename = _NAME.search(told), _FILENAME.search(told)
        if name is None:
            raise ValueError("a part without a name")
        shown = _plain(filename[1]) if filename else None
        self._events.append(Part(_plain(name[1]), shown, self._headers.get("content-type")))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(Piece(data[start:end]))

    def _on_part_end(self) -> None:
        self._events.append(End())

    def _on_end(self) -> None:
        self._ended = True


def _plain(name: str) -> str:
    for written, meant in _ESCAPED.items():
        name = name.replace(written, meant)
    return name
