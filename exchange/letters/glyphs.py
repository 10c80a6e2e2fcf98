"""Text as the fonts of letters show it: what they cannot is written out by its code point, and long words may break."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from schemas.base import is_mark

LONG: Final = 30
"""Letters without a space after which a word may break; hyphenation alone breaks only words of a language."""

STEP: Final = 10
BOX: Final = "\u25a1"
"""What stands for what cannot be shown where a text has too much of it to be written out."""

JOIN: Final = " \u00b6 "
"""What stands for the end of a line where a text has too many lines to be set as such."""

_BREAK: Final = "\u200b"
_LONG_WORD: Final = re.compile(rf"\S{{{LONG},}}")
_BREAKS: Final = frozenset("\u00ad\u200b")
_SPACES: Final = frozenset("\n ")


def written_out(char: str) -> str:
    """Return how a character is named where it cannot be shown: ‹U+1F600›."""
    return f"‹U+{ord(char):04X}›"


def boxed(_char: str) -> str:
    """Return the box that stands for a character of which there are too many to be written out."""
    return BOX


def hidden(char: str) -> bool:
    """Tell whether nobody would see a character: marks of direction, private use, what is not assigned.

    A place where a word may break is meant to be unseen.
    """
    return unicodedata.category(char)[0] == "C" and char not in _BREAKS


def shown(text: str, missing: Collection[str], found: set[str], mend: Callable[[str], str] = written_out) -> str:
    """Return a text with what cannot be shown mended, noting it in `found`, and with breaks in long words."""
    plain = "".join(_shown(char, missing, found, mend) for char in text)
    return _LONG_WORD.sub(_broken, plain)


def spaced(text: str) -> str:
    """Return a shown text with a space wherever a long word may break."""
    return text.replace(_BREAK, " ")


def _shown(char: str, missing: Collection[str], found: set[str], mend: Callable[[str], str]) -> str:
    if char in _SPACES:
        return char
    if char.isspace():
        return "\u00a0" if char in "\u00a0\u202f" else "\n" if char in "\r\u2028\u2029" else " "
    if char in missing or hidden(char):
        found.add(char)
        return mend(char)
    return char


def _broken(word: re.Match[str]) -> str:
    """Let a long word break every few letters, never before a mark of the letter before."""
    pieces, last = [], 0
    for place in range(STEP, len(word[0]), STEP):
        if not is_mark(word[0][place]):
            pieces.append(word[0][last:place])
            last = place
    return _BREAK.join((*pieces, word[0][last:]))


def each(tree: Any, change: Callable[[str], str]) -> Any:
    """Return a tree of JSON with every text changed; keys are ours and stay."""
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, dict):
        return {key: each(value, change) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [each(value, change) for value in tree]
    return tree


def texts(tree: Any) -> Iterator[str]:
    """Yield every text of a tree of JSON."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list | tuple):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from texts(value)
