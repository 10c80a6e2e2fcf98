"""The mark guard: whether a text bears a secrecy mark on a line of its own, however it is spelled."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.protection.core.lookalikes import otherwise, skeleton
from schemas.regimes import Regime

_PREFIXES: Final = (
    "Гриф",
    "Гриф секретности",
    "Гриф документа",
    "Гриф секретности документа",
    "Гриф ограничения доступа",
    "Пометка",
    "Степень секретности",
    "Белгісі",
    "Құпиялылық белгісі",
    "Құпиялық белгісі",
    "Құпиялылық дәрежесі",
    "Գաղտնիության աստիճան",
    "Գաղտնիության աստիճանը",
    "Գաղտնիության դրոշմագիր",
    "Գաղտնիության դրոշմագիրը",
    "Slaptumo žyma",
    "Žyma",
    "Mark",
    "Marking",
    "Classification",
    "Classification level",
    "Classified",
    "Document classification",
    "Security classification",
    "Level",
)

_COPY: Final = (
    "экз",
    "экземпляр",
    "дана",
    "данасы",
    "օրինակ",
    "օր",
    "egz",
    "egzempliorius",
    "copy",
    "копия",
)
_NUMBER: Final = ("№", "N", "Nr", "номер", "нөмір", "number")
_SOLE: Final = ("единственный", "единств", "жалғыз", "միակ", "vienintelis", "only")
_OF: Final = ("из", "of", "iš")
_SUFFIX_LIMIT: Final = 60
_NAME: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Guard:
    """The skeletons of all secrecy marks, of what may stand before one, and of a copy's number after it.

    A mark line is, after folding, one mark or several, with one of the prefixes or none and a copy number or none, and
    nothing else; marks on lines cut into pieces count as well. Marks within a sentence do not.
    """

    marks: tuple[str, ...]
    prefixes: tuple[str, ...]
    pieces: frozenset[str]
    suffix: re.Pattern[str]

    def marked_lines(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the lines that bear a mark, from 1; a mark cut over lines counts for its first."""
        return tuple(self._marked(text))

    def bears_mark(self, text: str) -> bool:
        """Tell whether a text bears a mark on a line."""
        return next(self._marked(text), None) is not None

    def is_mark_line(self, folded: str) -> bool:
        """Tell whether a folded line is a mark: prefix, marks, copy number, and nothing else."""
        if not folded.startswith((*self.marks, *self.prefixes)):
            return False
        starts = {0, *(len(prefix) for prefix in self.prefixes if folded.startswith(prefix))}
        return any(self._from(folded, start) for start in starts)

    def _from(self, folded: str, start: int) -> bool:
        """Tell whether marks, one after another, lead from a place to the end or to a copy number."""
        reached, seen = [start], {start}
        while reached:
            place = reached.pop()
            for mark in self.marks:
                after = place + len(mark)
                if after in seen or not folded.startswith(mark, place):
                    continue
                left = len(folded) - after
                if left == 0 or (left <= _SUFFIX_LIMIT and self.suffix.fullmatch(folded, after)):
                    return True
                seen.add(after)
                reached.append(after)
        return False

    def _marked(self, text: str) -> Iterator[int]:
        """Yield the numbers of the lines that bear a mark or begin one."""
        lines = text.splitlines()
        folded = [(number, letters) for number, line in enumerate(lines, 1) if (letters := skeleton(line))]
        for index, (number, first) in enumerate(folded):
            readings = (first, *map(skeleton, otherwise(lines[number - 1])))
            if any(map(self.is_mark_line, readings)) or (first in self.pieces and self._is_cut(folded, index)):
                yield number

    def _is_cut(self, lines: Sequence[tuple[int, str]], index: int) -> bool:
        """Tell whether a mark begins with a line and goes on over others."""
        joined = lines[index][1]
        for _, letters in lines[index + 1 : index + 1 + len(max(self.marks, key=len))]:
            if joined not in self.pieces:
                return False
            joined += letters
            if joined in self.marks:
                return True
        return False


def guard_of(regimes: Iterable[Regime]) -> Guard:
    """Make a guard of the marks of all regimes in every language and spelling; official-use markings are none."""
    spelled = {
        skeleton(part)
        for regime in regimes
        for party in regime.parties.values()
        for degree in party.degrees.values()
        if not degree.official_use
        for spelling in (degree.stamp, *degree.words.values(), *degree.spellings)
        for part in spelling.split("/")
    }
    marks = tuple(sorted(spelled - {""}))
    pieces = {mark[:length] for mark in marks for length in range(1, len(mark))}
    prefixes = tuple(sorted({skeleton(prefix) for prefix in _PREFIXES}))
    return Guard(marks, prefixes, frozenset(pieces), _suffix())


def marked_fields(bears: Callable[[str], bool], value: object, pointer: str = "") -> Iterator[str]:
    """Yield where in a JSON value a text bears a mark (RFC 6901); names of fields are looked at as well.

    A name that could be anything but a field's does not stand in the pointer: that ends above it.
    """
    if isinstance(value, str):
        if bears(value):
            yield pointer
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if bears(str(name)):
                yield pointer
            yield from marked_fields(bears, each, f"{pointer}/{name}" if _NAME.fullmatch(str(name)) else pointer)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for index, each in enumerate(value):
            yield from marked_fields(bears, each, f"{pointer}/{index}")


def _suffix() -> re.Pattern[str]:
    """Return what a copy's number looks like when folded: «экз. № 1», «1-дана», "copy 2 of 3", «экз. единственный»."""
    copy, number, sole, of = (
        "|".join(sorted({re.escape(skeleton(word)) for word in words}, key=len, reverse=True))
        for words in (_COPY, _NUMBER, _SOLE, _OF)
    )
    digit = "[" + "".join(sorted({skeleton(each) for each in "0123456789"})) + "]"
    numbered = (
        f"(?:{copy})(?:{number})?{digit}{{1,6}}",
        f"(?:{number}){digit}{{1,6}}(?:{copy})?",
        f"{digit}{{1,6}}(?:{copy})",
        f"(?:{copy})(?:{sole})",
        f"(?:{sole})(?:{copy})",
    )
    return re.compile(f"(?:{'|'.join(numbered)})(?:(?:{of}){digit}{{1,6}})?")
