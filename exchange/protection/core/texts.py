"""Texts that come in pieces, looked at for marks in constant memory: encodings, kinds of text, lines across pieces."""

import codecs
import re
from collections.abc import Callable, Iterable
from enum import Enum, auto
from html import unescape
from typing import Final

from exchange.protection.core.lookalikes import BREAKS, letters_of

HEAD: Final = 4096
"""Bytes by which it is told what a file is."""

LONGEST_LINE: Final = 65_536
"""Characters of a line that are kept as they came; beyond, only letters are, and of these half as many."""

LONGEST_PIECE: Final = 64
"""Letters of a line that can still be a part of a mark cut over lines."""

LEGACY: Final = ("kz1048", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic", "cp1257")
"""The encodings of one byte that are tried where a text is not UTF-8; the first has the letters of Windows-1251."""

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE: Final = tuple(name for _, name in _BOMS)
_WRITTEN: Final = re.compile("[\t\n\r\x20-\x7e\xa0-\u024f\u0400-\u058f\u200b-\u200f\u2013-\u201e\u2026\u2116]")
_HIGH: Final = re.compile(rb"[\x00-\x05]")
"""Half of a letter in a wide encoding, and nothing in any other."""
_MOSTLY: Final = 0.9
_ENDLESS: Final = "漢"
"""A letter of no mark: it stands for the rest of a line that is too long to be one."""

_MARKUP: Final = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|</?[A-Za-z?!][^<>]{0,4096}>")
_UNICODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_OPEN: Final = {
    "markup": re.compile(r"(?:<[^<>]{0,4096}|&[#\w]{0,32})\Z"),
    "json": re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2})?(?:\\(?:u[0-9a-fA-F]{0,3})?)?\Z"),
}


class Kind(Enum):
    """What separates the words of a text beside its lines."""

    PLAIN = auto()
    MARKUP = auto()
    JSON = auto()
    TABLE = auto()


Bears = Callable[[str], bool]


class Lines:
    """The lines of one text as it comes; keeps what a mark over two pieces would need, and no more."""

    def __init__(self, bears: Bears, kind: Kind) -> None:
        self._bears = bears
        self._kind = kind
        self._short: list[str] = []
        self._rest = self._open = ""

    def feed(self, text: str, *, last: bool = False) -> bool:
        """Take the next characters; tell whether a mark stands in what came so far."""
        lines = (self._rest + self._plainly(text, last=last)).splitlines(keepends=True)
        self._rest = "" if last or not lines or lines[-1].endswith(tuple(BREAKS)) else lines.pop()
        if len(self._rest) > LONGEST_LINE:
            letters = letters_of(self._rest)
            self._rest = letters[: LONGEST_LINE // 2] + (_ENDLESS if len(letters) > LONGEST_LINE // 2 else "")
        found = self._bears("\n".join(self._short) + "\n" + "".join(lines))
        self._remember(reversed(lines))
        return found

    def _remember(self, lines: Iterable[str]) -> None:
        """Keep the last short lines: a mark may be cut over them and what follows."""
        kept: list[str] = []
        for line in lines:
            letters = letters_of(line)
            if len(letters) > LONGEST_PIECE or len(kept) > LONGEST_PIECE:
                break
            if letters:
                kept.append(line.strip() if len(line) <= LONGEST_PIECE else letters)
        else:
            kept += reversed(self._short)
        self._short = kept[:LONGEST_PIECE][::-1]

    def _plainly(self, text: str, *, last: bool) -> str:
        """Return a text of this kind as lines; what may go on in the next piece waits for it."""
        if self._kind is Kind.TABLE:
            return re.sub(r'[,;\t|"]', "\n", text)
        if self._kind is Kind.PLAIN:
            return text
        markup = self._kind is Kind.MARKUP
        text, self._open = self._open + text, ""
        cut = None if last else _OPEN["markup" if markup else "json"].search(text, max(0, len(text) - 4200))
        if cut is not None:
            text, self._open = text[: cut.start()], text[cut.start() :]
        if markup:
            return unescape(_MARKUP.sub("\n", text))
        letters = _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
        letters = letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a character meet
        return _ESCAPE.sub("\n", letters).replace('"', "\n")


class Look:
    """A look at a file while it comes; what is no text by its first bytes is let through."""

    def __init__(self, bears: Bears, kind_of: Callable[[bytes], Kind | None]) -> None:
        """Begin; `kind_of` tells by a file's first bytes what kind of text it is, None for none."""
        self._bears = bears
        self._kind_of = kind_of
        self._head: bytes | None = b""
        self._reading: _Wide | _Narrow | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of the rest needs to be looked at."""
        return self._head is None and self._reading is None

    @property
    def is_text(self) -> bool:
        """Whether its first bytes were those of a text."""
        return self._reading is not None

    def feed(self, data: bytes, *, last: bool = False) -> bool:
        """Take the next bytes; tell whether a mark stands in what came so far."""
        if self._head is not None:
            self._head += data
            if len(self._head) < HEAD and not last:
                return False
            data, self._head = self._head, None
            self._reading = self._begun(data)
        return self._reading is not None and self._reading.feed(data, last=last)

    def _begun(self, head: bytes) -> "_Wide | _Narrow | None":
        wide = _wide(head[:HEAD])
        kind = self._kind_of(head[:HEAD]) if wide is None else self._kind_of(_narrowed(head[:HEAD], wide))
        if wide is not None:
            return _Wide(wide, Lines(self._bears, kind or Kind.PLAIN))
        return None if kind is None else _Narrow(self._bears, kind)


class _Wide:
    """A text in an encoding that its first bytes tell."""

    def __init__(self, encoding: str, lines: Lines) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._lines = lines

    def feed(self, data: bytes, *, last: bool) -> bool:
        return self._lines.feed(self._decoder.decode(data, last), last=last)


class _Narrow:
    """A text in UTF-8, or from where it turns out to be none, in any of the older encodings."""

    def __init__(self, bears: Bears, kind: Kind) -> None:
        self._bears = bears
        self._kind = kind
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines = Lines(bears, kind)
        self._legacy: dict[str, Lines] = {}
        self._rest = b""

    def feed(self, data: bytes, *, last: bool) -> bool:
        data, self._rest = self._rest + data, b""
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not last and (end or len(data) <= LONGEST_LINE):  # else the line is longer than what is held back
            data, self._rest = data[:end], data[end:]
        text = self._decoder.decode(data, last)
        if not self._legacy and "\ufffd" in text:
            self._legacy = {name: Lines(self._bears, self._kind) for name in LEGACY}
        found = self._lines.feed(text, last=last)
        return found or any(lines.feed(data.decode(name, "replace"), last=last) for name, lines in self._legacy.items())


def _wide(head: bytes) -> str | None:
    """Return the encoding of two or four bytes a character that a file begins in, None for none."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if _HIGH.search(head) is None:
        return None
    for name in _WIDE:
        whole = head[: len(head) // 4 * 4].decode(name, "replace")
        if len(whole) > 1 and len(_WRITTEN.findall(whole)) >= _MOSTLY * len(whole):
            return name
    return None


def _narrowed(head: bytes, encoding: str) -> bytes:
    return head.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8", "replace")
