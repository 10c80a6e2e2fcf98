"""Letters that look alike, folded into classes, from all scripts that have such; and digits put for letters."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

_CLASSES: Final = (
    "aаαәɑᴀ@4ⲁᎪꓮᗅᗩ",
    "bбвьъβ68ƅʙⲃᏮꓐᗷ",
    "cсςϲᴄ¢ҫⲥᏟꓚᑕ",
    "dԁᎠꓓᗞ",
    "eеєεҽ€ɛᴇэз3ʒӡҙⲉᎬꓰⲍ",
    "gɡց9Ꮐꓖ",
    "hнңһҥӈηհʜⲏⲛᎻꓧ",
    "il1іıιӏł|!լɪⲓᏆᏞꓡꓲᒪ",
    "jјյᎫꓙᒍ",
    "kкқҡҝӄκᴋⲕᏦꓗ",
    "mмμᴍⲙᎷꓟ",
    "nпνπոռɴⲡꓠ",
    "oоοөօ0ѳσᴏⲟꓳ",
    "pрρᴘⲣᏢꓑᑭ",
    "qԛգզ",
    "rгғʀᴦⲅᎡᏒꓣᖇ",
    "sѕ5$տꜱᏚꓢᔕ",
    "tтτᴛ7ͳⲧᎢꓔ",
    "uиսᴜꓴᑌ",
    "vѵᴠᏙꓦᐯ",
    "wшԝᴡᎳꓪ",
    "xхχҳⲭꓫ",
    "yуүұυγʏⲩꓬ",
    "zᴢζ2Ꮓꓜ",
    "чҷӌ",
    "лλ",
    "фφ",
    "яᴙ",
)
"""The first of each class stands for the rest; characters are those left after compatibility and case folding."""

_DIGITS: Final = str.maketrans("0123456789", "oizeasbtbg")
"""A digit as the first of its class."""

_PAIRS: Final[Mapping[str, str]] = {"ы": "bi", "ю": "io", "œ": "oe", "æ": "ae", "ß": "ss"}
"""Letters that two others look like."""

INVISIBLE: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by category that nobody sees."""

_FRAMED: Final = (0x1F150, 0x1F170, 0x1F1E6)
"""Where framed and regional letters begin, which compatibility folding leaves alone."""

_TURNED: Final = re.compile("\u202e([^\u202c]*)")
"""What stands from the last to the first character, up to where that is ended."""

_RULED: Final = str.maketrans("", "", "|!")
"""Signs that stand for letters, and as often around or between words."""

LISTED: Final = r"(?:(?:[IVXІХivxіх]\s*+){1,5}+|[^\W\d_]\s*+)[.)]"
"""What a list numbers its lines with where it is a letter or a Roman number; plain numbers are read with the line."""

_LISTED: Final = re.compile(r"(?:[^\w@$¢€|!]|[\d_])*+" + LISTED)

BREAKS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Where `str.splitlines` ends a line."""

KEPT: Final = 1 << 17
"""Characters of which it is kept what stands for them: all that are written, and then some."""

READ_OTHERWISE: Final = re.compile("[|!.)\u202e]")
"""What a line holds of which there is another way to read it."""


def otherwise(line: str) -> Iterator[str]:
    """Yield how else a line may be read: turned round, without signs that may be its frame or its place in a list."""
    turned = _TURNED.sub(lambda found: found[1][::-1], line) if "\u202e" in line else line
    if turned != line:
        yield turned
    if "|" in line or "!" in line:
        yield (turned := unframed(turned))
    if (listed := _LISTED.match(turned)) is not None:
        yield turned[listed.end() :]


def unframed(line: str) -> str:
    """Return a line without the signs that stand for letters and may be its frame."""
    return line.translate(_RULED)


def letters_of(text: str) -> str:
    """Return letters, each as the first of its class, and digits; spacing, marks and punctuation fall away.

    Every character is folded by itself, so the work is in proportion to the text, whatever is piled up in it.
    """
    return text.translate(_FOLDED)


def folded_lines(text: str) -> list[str]:
    """Return the letters of each line that `str.splitlines` gives, in one look at the text; an empty one may follow."""
    return text.replace("\r\n", "\n").translate(_BY_LINES).split("\n")


def as_skeleton(letters: str) -> str:
    """Return what `letters_of` gave with its digits as letters, place by place."""
    return letters.translate(_DIGITS)


def skeleton(text: str) -> str:
    """Return letters and digits alone, each as the first of its class."""
    return as_skeleton(letters_of(text))


def _fold(char: str) -> str:
    """Return what stands for one character."""
    if char in INVISIBLE:
        return ""
    for first in _FRAMED:
        if first <= ord(char) < first + 26:
            char = chr(ord("a") + ord(char) - first)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_of(each) for each in folded)


def _of(char: str) -> str:
    """Return what stands for one folded character; nothing for what is neither letter nor digit."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if (stands := _STANDS.get(char)) is not None:
        return stands
    return char if char.isalnum() and char not in INVISIBLE else ""


class _Folded(dict[int, str]):
    """What stands for characters by their codes, as `str.translate` asks; found out once for each."""

    def __missing__(self, code: int) -> str:
        found = _fold(chr(code))
        if len(self) < KEPT:
            self[code] = found
        return found


_STANDS: Final[Mapping[str, str]] = {
    **{char: each[0] for each in reversed(_CLASSES) for char in each},
    **_PAIRS,
}
"""The first of its class for each character, and the two letters that one looks like."""

_FOLDED: Final = _Folded()
_BY_LINES: Final = _Folded({ord(char): "\n" for char in BREAKS})
