"""A cheap first look at texts: most can hold no mark line, and only the others are folded letter by letter.

Nothing that the guard would find is let through: whatever is not among the usual characters is looked at in full.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from exchange.protection.core.guard import Guard
from exchange.protection.core.lookalikes import skeleton

DEPTH: Final = 5
"""How many letters a line's beginning must share with a mark, or with what may stand before one."""

BREAKS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Where `str.splitlines` ends a line."""

_USUAL: Final = (
    *(range(0x180), range(0x400, 0x590)),
    *(range(0x2010, 0x2028), range(0x2030, 0x205F), range(0x2116, 0x2117)),
    *(range(0x2C0, 0x2E0), range(0x20A0, 0x20C0), range(0x2120, 0x2123), range(0x2200, 0x25A0), range(0xFFFD, 0xFFFE)),
)
"""Latin, Cyrillic, Armenian; printed punctuation with «№»; the signs and frames that files in older encodings show when
they are read wrongly. The rest is rare enough to be looked at in full."""

_END: Final = ""
"""Stands in the tree of beginnings where one is over."""

Trie = dict[str, "Trie"]


@dataclass(frozen=True, slots=True)
class Skim:
    """`unusual` finds a character of which nothing is known here, or what may be a frame.

    `begins` finds a line's end and the beginning of a mark.
    """

    unusual: re.Pattern[str]
    begins: re.Pattern[str]

    def may_bear(self, text: str) -> bool:
        """Tell whether a text must be looked at in full."""
        return self.begins.search("\n" + text) is not None or self.unusual.search(text) is not None


def skim_of(guard: Guard) -> Skim:
    """Make the first look for a guard."""
    trie: Trie = {}
    for word in chain(guard.marks, guard.prefixes):
        here = trie
        for letter in word[:DEPTH]:
            if _END in here:
                break
            here = here.setdefault(letter, {})
        else:
            here.clear()  # whatever follows, the line is looked at
            here[_END] = {}
    usual = [chr(code) for code in chain(*_USUAL)]
    folded = {char: skeleton(char) for char in usual if char not in BREAKS}
    classes: dict[str, list[str]] = {}
    for char, letters in folded.items():
        classes.setdefault(letters, []).append(char)
    between = f"{_class(classes.pop(''))}*+"
    known = {letters: _class(chars) for letters, chars in classes.items()}
    end = f"(?=[{BREAKS}]|\\Z)"
    begins = f"[{BREAKS}]{between}{_branch(trie, known, between, end, first=True)}"
    ruled = rf"\||(?:\A|[{BREAKS}])\W{{0,9}}!"
    return Skim(re.compile(f"[^{re.escape(''.join(usual))}{BREAKS}]|{ruled}"), re.compile(begins))


def _branch(trie: Trie, known: Mapping[str, str], between: str, end: str, *, first: bool = False) -> str:
    """Write what may follow in a line that begins like a mark: a letter, several letters in one, or the line's end."""
    if _END in trie:
        return ""
    ways = [f"{written}{between}{_branch(after, known, between, end)}" for written, after in _ways(trie, known)]
    return f"(?:{'|'.join(ways if first else [*ways, end])})"


def _ways(trie: Trie, known: Mapping[str, str]) -> Iterator[tuple[str, Trie]]:
    """Yield the characters that lead on, and what is there then; one that stands for several letters leads further."""
    for letters, written in known.items():
        here, at = trie, 0
        while at < len(letters) and letters[at] in here:
            here, at = here[letters[at]], at + 1
        if at and (at == len(letters) or _END in here):
            yield written, here


def _class(chars: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, sorted(chars)))}]"
