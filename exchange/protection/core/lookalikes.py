"""Letters that look alike, folded into classes, from all scripts that have such; and digits put for letters."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
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

CACHED: Final = 8192


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
    return "".join(map(_fold, text))


def as_skeleton(letters: str) -> str:
    """Return what `letters_of` gave with its digits as letters, place by place."""
    return letters.translate(_DIGITS)


def skeleton(text: str) -> str:
    """Return letters and digits alone, each as the first of its class."""
    return as_skeleton(letters_of(text))


@lru_cache(maxsize=CACHED)
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
    if char in _PAIRS:
        return _PAIRS[char]
    for each in _CLASSES:
        if char in each:
            return each[0]
    return char if char.isalnum() and char not in INVISIBLE else ""
