"""A cheap first look at texts: most can hold no mark line, and only the others are folded letter by letter.

Nothing that the guard would find is let through: whatever is not among the usual characters is looked at in full.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from exchange.protection.core import markwords as words
from exchange.protection.core.guard import Guard
from exchange.protection.core.lookalikes import LISTED, letters_of, skeleton
from exchange.protection.core.marklines import LED, UNNUMBERED

DEPTH: Final = 5
"""How many letters a line's beginning must share with a mark, or with what may stand before one."""

DEEPER: Final = 12
"""The same where the mark stands further on in the line."""

BREAKS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Where `str.splitlines` ends a line."""

_USUAL: Final = (
    *(range(0x180), range(0x400, 0x590)),
    *(range(0x2010, 0x2028), range(0x2030, 0x205F), range(0x2116, 0x2117)),
    *(range(0x2C0, 0x2E0), range(0x20A0, 0x20C0), range(0x2120, 0x2123), range(0x2200, 0x25A0), range(0xFFFD, 0xFFFE)),
)
"""Latin, Cyrillic, Armenian; printed punctuation with «№»; the signs and frames that files in older encodings show when
they are read wrongly. The rest is rare enough to be looked at in full."""

_GAP: Final = rf"[^{BREAKS}\w]*+(?:_[^{BREAKS}\w]*+)*+"
_FEW: Final = rf"(?:{_GAP}[^\W_]){{0,{LED + DEEPER}}}"
"""What of a line a mark can begin in, whatever leads it in, and as much of the mark as is looked at."""

_END: Final = ""
"""Stands in the tree of beginnings where one is over."""

Trie = dict[str, "Trie"]


@dataclass(frozen=True, slots=True)
class Skim:
    """`unusual` finds a character of which nothing is known here, `ruled` what may be a frame.

    `begins` finds a line's end and the beginning of a mark, or of a list's line; `numbered` a line's first digit and
    its rest; `worded` a line of too many words before that. `few` is as much of a rest as a mark may begin in, which
    `marks` finds.
    """

    unusual: re.Pattern[str]
    ruled: re.Pattern[str]
    begins: re.Pattern[str]
    numbered: re.Pattern[str]
    worded: re.Pattern[str]
    few: re.Pattern[str]
    marks: re.Pattern[str]

    def may_bear(self, text: str) -> bool:
        """Tell whether a text must be looked at in full."""
        text = "\n" + text
        if self.unusual.search(text) is not None or ("!" in text and self.ruled.search(text) is not None):
            return True
        for found in self.begins.finditer(text):
            if found.lastindex is None or self._may_begin(text, found.start(1)):
                return True
        for found in self.numbered.finditer(text):
            digit = found.start()
            worded = self.worded.match(text, text.rfind("\n", 0, digit) + 1, digit)
            if worded is None and self._may_begin(text, digit + 1):
                return True
        return False

    def _may_begin(self, text: str, place: int) -> bool:
        """Tell whether a mark may begin not far from a place."""
        few = self.few.match(text, place)
        return few is not None and self.marks.search(text, place, few.end()) is not None


def skim_of(guard: Guard) -> Skim:
    """Make the first look for a guard."""
    usual = [chr(code) for code in chain(*_USUAL) if chr(code) != "|"]
    folded = {char: skeleton(char) for char in usual if char not in BREAKS}
    classes: dict[str, list[str]] = {}
    for char, letters in folded.items():
        classes.setdefault(letters, []).append(char)
    between = f"{_class(classes.pop(''))}*+"
    known = {letters: _class(chars) for letters, chars in classes.items()}
    begun = _branch(_trie(_beginnings(guard)), known, between, f"(?=[{BREAKS}]|\\Z)")
    marks = _branch(_trie(mark[:DEEPER] for mark in guard.marks), known, between)
    counted = "".join(char for char in folded if char == "№" or any(map(str.isdigit, letters_of(char))))
    return Skim(
        re.compile(f"[^{re.escape(''.join(usual))}{BREAKS}]"),
        re.compile(rf"(?:\A|[{BREAKS}])\W{{0,9}}!"),
        re.compile(f"[{BREAKS}]{between}(?:{begun}|{LISTED}())"),
        re.compile(f"[{counted}][^{BREAKS}]*+"),
        re.compile(rf"(?:{_GAP}[^\W_]){{{UNNUMBERED + 1}}}"),
        re.compile(_FEW),
        re.compile(marks),
    )


def _beginnings(guard: Guard) -> Iterator[str]:
    """Yield how a line begins that must be looked at in full, by itself or for the line beside it."""
    yield from (word[:DEPTH] for word in (*guard.marks, *guard.prefixes, *map(skeleton, words.COPY)))
    yield from (skeleton(word)[:DEEPER] for word in words.SOLE)
    yield from (skeleton(mark + number) for mark in words.ABBREVIATIONS for number in words.NUMBER)
    yield from (skeleton(mark + copy)[:DEPTH] for mark in words.ABBREVIATIONS for copy in (*words.COPY, *words.SOLE))


def _trie(begun: Iterable[str]) -> Trie:
    """Return the tree of how words begin."""
    trie: Trie = {}
    for word in begun:
        here = trie
        for letter in word:
            if _END in here:
                break
            here = here.setdefault(letter, {})
        else:
            here.clear()  # whatever follows, the line is looked at
            here[_END] = {}
    return trie


def _branch(
    trie: Trie, known: Mapping[str, str], between: str, at_end: str | None = None, *, inner: bool = False
) -> str:
    """Write what may follow in a line that begins like a word: a letter, several letters in one, or what may end it."""
    if _END in trie:
        return ""
    ways = [
        f"{written}{between}{_branch(after, known, between, at_end, inner=True)}"
        for written, after in _ways(trie, known)
    ]
    return f"(?:{'|'.join([*ways, at_end] if inner and at_end else ways)})"


def _ways(trie: Trie, known: Mapping[str, str]) -> Iterator[tuple[str, Trie]]:
    """Yield the characters that lead on, and what is there then; one that stands for several letters leads further."""
    for letters, written in known.items():
        here, at = trie, 0
        while at < len(letters) and letters[at] in here:
            here, at = here[letters[at]], at + 1
        if at and (at == len(letters) or _END in here):
            yield written, here


def _class(chars: Iterable[str]) -> str:
    """Write a class of characters as ranges."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, chars)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return f"[{''.join(f'{re.escape(chr(first))}-{re.escape(chr(last))}' for first, last in ranges)}]"
