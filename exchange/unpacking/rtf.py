"""RTF: its texts with headers, footers, boxes and watermarks, which the usual strippers leave out.

A marked file bears its mark there, so the file is read word by word here (RTF 1.9.1).
"""

import codecs
import re
from dataclasses import dataclass, field, replace
from typing import IO, Final

from exchange.unpacking.sink import MOST_NESTED, Sink
from schemas.vocabulary import Unseen

_TOKEN: Final = re.compile(
    rb"\\([A-Za-z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|[\r\n]++|([^\\{}\r\n]++)",
    re.DOTALL,
)
_SKIPPED: Final = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable rsidtbl themedata colorschememapping datastore"
    b" latentstyles generator pict objdata fldinst xmlnstbl pgptbl revtbl filetbl mmathPr blipuid sn passwordhash"
    b"".split()
)
"""Destinations without a text of the document."""

_KEPT: Final = frozenset(b"shpinst shptxt shprslt nonshppict annotation atnid atnauthor company pnseclvl".split())
"""Destinations that readers may leave out, with a text of the document in them."""

_ENDS: Final = frozenset(
    b"par line cell nestcell row nestrow sect page column tab header headerl headerr headerf footer footerl footerr"
    b" footerf footnote annotation shptxt sv sp title subject keywords doccomm info".split()
)
"""Words that end a line."""

_CHARSETS: Final = {
    204: "cp1251",
    238: "cp1250",
    186: "cp1257",
    161: "cp1253",
    162: "cp1254",
    0: "cp1252",
    77: "mac_roman",
}


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds within braces."""

    skipped: bool = False
    is_line: bool = False
    encoding: str = "cp1251"
    fallback: int = 1


@dataclass(slots=True)
class _State:
    sink: Sink
    group: _Group = field(default_factory=_Group)
    stack: list[_Group] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    default: str = "cp1251"
    bytes: bytearray = field(default_factory=bytearray)
    swallow: int = 0
    starred: bool = False
    half: str = ""

    def text(self, text: str) -> None:
        """Put out a text, unless it belongs to what is skipped."""
        self.flush()
        if not self.group.skipped:
            self.sink.text(text)

    def flush(self) -> None:
        """Put out the bytes that came, in the encoding of their font."""
        held, self.bytes = bytes(self.bytes), bytearray()
        if held and not self.group.skipped:
            self.sink.text(held.decode(self.group.encoding, "replace"))


def unpack(file: IO[bytes], sink: Sink) -> None:
    """Put out the texts of an RTF file; raise Enough."""
    whole = file.read(MOST_NESTED + 1)
    if len(whole) > MOST_NESTED:
        sink.unseen(Unseen.TOO_LARGE)
        return
    sink.begin()
    state, place = _State(sink), 0
    while (found := _TOKEN.match(whole, place)) is not None:
        place = found.end()
        word, number, high, sign, brace, plain = found.groups()
        if word is not None:
            place += _word(state, word, int(number) if number is not None else None)
        elif brace is not None:
            _brace(state, opens=brace == b"{")
        elif sign is not None and not state.swallow:
            _sign(state, sign)
        else:
            came = bytes([int(high, 16)]) if high is not None else plain or sign or b""
            taken = min(state.swallow, len(came))
            state.swallow -= taken
            state.bytes += came[taken:]
        state.starred = state.starred and sign == b"*"
    state.text("\n")
    if place < len(whole):
        sink.unseen(Unseen.BROKEN)


def _brace(state: _State, *, opens: bool) -> None:
    state.flush()
    state.swallow = 0
    if opens:
        state.stack.append(state.group)
        state.group = replace(state.group, is_line=False)
    elif state.stack:
        if state.group.is_line:
            state.text("\n")
        state.group = state.stack.pop()


def _sign(state: _State, sign: bytes) -> None:
    """Take a sign: an escaped one, a space that does not break, a destination that may be left out."""
    if sign == b"*":
        state.starred = True
    elif sign in b"\\{}":
        state.bytes += sign
    elif sign == b"~":
        state.bytes += b" "
    elif sign in b"\r\n":
        state.text("\n")


def _word(state: _State, word: bytes, number: int | None) -> int:
    """Take a control word; return how many bytes after it are none of the text."""
    if word == b"bin":
        return max(0, number or 0)
    if word == b"u" and number is not None:
        _unicode(state, chr(number % 0x10000))
        return 0
    state.flush()
    state.swallow = 0
    if word == b"pict" and not state.group.skipped:
        state.sink.unseen(Unseen.PICTURE)
    if word == b"objdata" and not state.group.skipped:
        state.sink.unseen(Unseen.UNKNOWN_KIND)
    _font(state, word, number)
    if word == b"uc" and number is not None:
        state.group = replace(state.group, fallback=max(0, min(number, 64)))
    elif word in _SKIPPED or (state.starred and word not in _KEPT):
        state.group = replace(state.group, skipped=True)
    elif word in _ENDS:
        state.text("\n")
        if word not in {b"par", b"line", b"tab"}:
            state.group = replace(state.group, is_line=True)
    return 0


def _unicode(state: _State, char: str) -> None:
    """Take a character by its number, or half of one."""
    whole, state.half = state.half + char, ""
    state.swallow = state.group.fallback
    if "\ud800" <= whole < "\udc00" and len(whole) == 1:
        state.half = whole
    else:
        state.text(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _font(state: _State, word: bytes, number: int | None) -> None:
    """Take what says in which encoding bytes are: of the document, of a font, the font chosen."""
    if number is None:
        return
    if word == b"ansicpg":
        state.default = _known(f"cp{number}", state.default)
        state.group = replace(state.group, encoding=state.default)
    elif word == b"fcharset":
        state.fonts[state.font] = state.default if number in {0, 1} else _CHARSETS.get(number, state.default)
    elif word == b"f":
        state.font = number
        state.group = replace(state.group, encoding=state.fonts.get(number, state.default))


def _known(encoding: str, otherwise: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return otherwise
