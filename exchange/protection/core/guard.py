"""The mark guard: whether a text bears a secrecy mark on a line of its own, however it is spelled."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.protection.core.lookalikes import (
    READ_OTHERWISE,
    as_skeleton,
    folded_lines,
    letters_of,
    otherwise,
    skeleton,
    unframed,
)
from exchange.protection.core.marklines import Reader, Word, reader_of
from exchange.protection.core.markwords import PREFIXES, SPELLINGS
from schemas.regimes import Regime

_NAME: Final = re.compile(r"[a-z_]{1,40}")


_FRAME: Final = frozenset(skeleton("|!"))
_FRAMED: Final = 8
"""Letters of a line that can be a mark in two, its frame with them."""

_INITIALS: Final = re.compile(r"[^\W\d_]\s*+\.\s*+[^\W\d_]\s*+\.")
"""Two letters with full stops, as in a name."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The skeletons of all secrecy marks and of what may stand before one, and what reads lines for them.

    A mark line is, after folding, one mark or several, with what may lead it in, with numbers, days and limits, and
    nothing else; marks on lines cut into pieces count as well. Marks within a sentence do not. Two letters are a mark
    only beside a number, on their line or on the next.
    """

    marks: frozenset[str]
    longest: int
    prefixes: tuple[str, ...]
    pieces: frozenset[str]
    reader: Reader

    def marked_lines(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the lines that bear a mark, from 1; a mark cut over lines counts for its first."""
        return tuple(self._marked(text))

    def bears_mark(self, text: str) -> bool:
        """Tell whether a text bears a mark on a line."""
        return next(self._marked(text), None) is not None

    def _marked(self, text: str) -> Iterator[int]:
        """Yield the numbers of the lines that bear a mark or begin one; a line that came before is not read again."""
        sheet = Sheet.of(text)
        judged: dict[str, bool] = {}
        for index, letters in enumerate(sheet.letters):
            line = sheet.lines[index]
            marked = judged.get(line)
            if marked is None:
                marked = self._is_marked(line, letters)
                judged[line] = marked
            if (
                marked
                or (sheet.skeletons[index] in self.pieces and self._is_cut(sheet.skeletons, index))
                or (len(letters) <= _FRAMED and self._is_abbreviated(sheet, index))
            ):
                yield sheet.numbers[index]

    def _is_marked(self, line: str, letters: str) -> bool:
        """Tell whether a line bears a mark, however it is read; two letters with full stops are initials."""
        found = self.reader.mark_in(letters)
        if found is not Word.MARK and READ_OTHERWISE.search(line) is not None:
            others = {self.reader.mark_in(each) for each in map(letters_of, otherwise(line))}
            found = Word.MARK if Word.MARK in others else found or next(iter(others - {None}), None)
        return found is Word.MARK or (found is not None and _INITIALS.search(line) is None)

    def _is_abbreviated(self, sheet: "Sheet", index: int) -> bool:
        """Tell whether a line is a mark in two letters, and the one before or after it a copy's number."""
        if not self.reader.is_abbreviation(sheet.bare(index)):
            return False
        beside = (each for each in (index - 1, index + 1) if 0 <= each < len(sheet.lines))
        return any(self._is_copy(sheet, each) for each in beside) and _INITIALS.search(sheet.lines[index]) is None

    def _is_copy(self, sheet: "Sheet", index: int) -> bool:
        """Tell whether a line is a copy's number, in a frame or without one; one that came before is not read again."""
        line = sheet.lines[index]
        held = sheet.copies.get(line)
        if held is None:
            letters = sheet.letters[index]
            framed = _FRAME & {letters[0], letters[-1]}
            held = self.reader.is_copy_number(letters) or (
                bool(framed) and self.reader.is_copy_number(sheet.bare(index))
            )
            sheet.copies[line] = held
        return held

    def _is_cut(self, lines: Sequence[str], index: int) -> bool:
        """Tell whether a mark begins with a line and goes on over others."""
        joined = lines[index]
        for place in range(index + 1, min(index + 1 + self.longest, len(lines))):
            if joined not in self.pieces:
                return False
            joined += lines[place]
            if joined in self.marks:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a text that hold letters: their numbers from 1, as they came, their letters, those without digits.

    `copies` says of lines that were asked about whether they are a copy's number.
    """

    numbers: Sequence[int]
    lines: Sequence[str]
    letters: Sequence[str]
    skeletons: Sequence[str]
    copies: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Sheet":
        """Fold a text, all of it at once."""
        letters, lines = folded_lines(text), text.splitlines()
        numbers = [number for number, each in enumerate(letters, 1) if each]
        kept = [each for each in letters if each]
        skeletons = as_skeleton("\n".join(kept)).split("\n")
        return cls(numbers, [lines[number - 1] for number in numbers], kept, skeletons)

    def bare(self, index: int) -> str:
        """Return the letters of a line without the signs that may be its frame."""
        line = self.lines[index]
        return letters_of(unframed(line)) if "|" in line or "!" in line else self.letters[index]


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
    marks = frozenset((spelled | set(map(skeleton, SPELLINGS))) - {""})
    pieces = {mark[:length] for mark in marks for length in range(1, len(mark))}
    prefixes = tuple(sorted({skeleton(prefix) for prefix in PREFIXES}))
    return Guard(marks, max(map(len, marks)), prefixes, frozenset(pieces), reader_of(sorted(marks)))


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
