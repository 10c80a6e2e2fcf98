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
from exchange.protection.core.lookalikes import BREAKS, LISTED, letters_of, skeleton
from exchange.protection.core.marklines import LED, UNNUMBERED, Reader

DEPTH: Final = 5
"""How many letters a line's beginning must share with a mark, or with what may stand before one."""

DEEPER: Final = 12
"""The same where the mark stands further on in the line."""

_USUAL: Final = (
    *(range(0x180), range(0x400, 0x590)),
    *(range(0x2010, 0x2028), range(0x2030, 0x205F), range(0x2116, 0x2117)),
    *(range(0x2C0, 0x2E0), range(0x20A0, 0x20C0), range(0x2120, 0x2123), range(0x2200, 0x25A0), range(0xFFFD, 0xFFFE)),
)
"""Latin, Cyrillic, Armenian; printed punctuation with «№»; the signs and frames that files in older encodings show when
they are read wrongly. The rest is rare enough to be looked at in full."""

_GAP: Final = r"[^\n\w]*+(?:_[^\n\w]*+)*+"
FIRST: Final = 16
"""Characters of a line by which most are known to be no mark line."""

SHORT_AT: Final = 2
"""The group of what begins a line in two letters; the first is that of a list's line."""

_END: Final = ""
"""Stands in the tree of beginnings where one is over."""

Trie = dict[str, "Trie"]


@dataclass(frozen=True, slots=True)
class Skim:
    """What the first look searches for, in lines that all end alike.

    `unusual` finds a character of which nothing is known here, or another end of a line. `begins` finds a line's end
    and the beginning of a mark, of a list's line, or of two letters that may be one; `numbered` a line's first digit
    and its rest; `worded` a line of too many words before that. `few` is as much of a rest as a mark may begin in,
    whatever leads it in, with as much of the mark as `marks` finds. Where `short` finds two letters, the reader tells
    of that line.
    """

    unusual: re.Pattern[str]
    begins: re.Pattern[str]
    numbered: re.Pattern[str]
    worded: re.Pattern[str]
    few: re.Pattern[str]
    marks: re.Pattern[str]
    short: re.Pattern[str]
    reader: Reader

    def may_bear(self, text: str) -> bool:
        """Tell whether a text must be looked at in full."""
        text = "\n" + text
        unusual = self.unusual.search(text)
        if unusual is not None and unusual[0] in BREAKS:
            text = "\n".join(text.splitlines())
            unusual = self.unusual.search(text)
        return unusual is not None or self._may_bear(text) or ("!" in text and self._may_bear(text.replace("!", "")))

    def _may_bear(self, text: str) -> bool:
        """Tell it of a text of usual characters; its frames may have been taken off."""
        for found in self.begins.finditer(text):
            begun, way = found.start() + 1, found.lastindex
            listed = way == 1 and self._may_begin(text, found.start(1), begun)
            if way is None or listed or (way == SHORT_AT and self._is_marked(text, begun)):
                return True
        for found in self.numbered.finditer(text):
            digit = found.start()
            begun = text.rfind("\n", 0, digit) + 1
            if self.worded.match(text, begun, digit) is None and self._may_begin(text, digit + 1, begun):
                return True
        return False

    def _may_begin(self, text: str, place: int, begun: int) -> bool:
        """Tell whether a mark may begin not far from a place in a line; of two letters the reader says it."""
        few = self.few.match(text, place)
        if few is None:
            return False
        if self.marks.search(text, place, few.end()) is not None:
            return True
        shortly = self.short.search(text, begun, few.end()) is not None
        return shortly and (self._is_marked(text, begun) or self._is_marked(text, place))

    def _is_marked(self, text: str, place: int) -> bool:
        """Tell whether a line, or what is left of one, is a mark line; most are none by their first letters."""
        if not self.reader.may_go_on(letters_of(text[place : place + FIRST].partition("\n")[0])):
            return False
        end = text.find("\n", place)
        return self.reader.mark_in(letters_of(text[place:] if end < 0 else text[place:end])) is not None


def skim_of(guard: Guard) -> Skim:
    """Make the first look for a guard."""
    usual = [chr(code) for code in chain(*_USUAL) if chr(code) != "|"]
    folded = {char: skeleton(char) for char in usual if char not in BREAKS}
    classes: dict[str, list[str]] = {}
    for char, letters in folded.items():
        classes.setdefault(letters, []).append(char)
    between = f"{_class(classes.pop(''))}*+"
    known = {letters: _class(chars) for letters, chars in classes.items()}
    begun = _branch(_trie(_beginnings(guard)), known, between, r"(?=\n|\Z)")
    short = _branch(_trie(map(skeleton, words.ABBREVIATIONS)), known, between)
    marks = _branch(_trie(mark[:DEEPER] for mark in guard.marks), known, between)
    longest = max(len(word) for listed in guard.reader.words.values() for word, _ in listed)
    counted = "".join(char for char in folded if char == "№" or any(map(str.isdigit, letters_of(char))))
    return Skim(
        re.compile(f"[^\n{re.escape(''.join(folded))}]"),
        re.compile(f"\n{between}(?:{begun}|(?:[^\\w\n]|[\\d_])*+{LISTED}()|{short}())"),
        re.compile(f"[{counted}][^\n]*+"),
        re.compile(rf"(?:{_GAP}[^\W_]){{{UNNUMBERED + 1}}}"),
        re.compile(rf"(?:{_GAP}[^\W_]){{0,{LED + longest + DEEPER}}}"),
        re.compile(marks),
        re.compile(short),
        guard.reader,
    )


def _beginnings(guard: Guard) -> Iterator[str]:
    """Yield how a line begins that must be looked at in full, by itself or for the line beside it."""
    yield from (word[:DEPTH] for word in (*guard.marks, *guard.prefixes, *map(skeleton, words.COPY)))
    yield from (skeleton(word)[:DEEPER] for word in words.SOLE)


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
