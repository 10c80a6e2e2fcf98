"""The mark guard: whether a text bears a secrecy mark on a line of its own, however it is spelled."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.protection.core.lookalikes import as_skeleton, letters_of, otherwise, skeleton, unframed
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

    marks: tuple[str, ...]
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
        """Yield the numbers of the lines that bear a mark or begin one."""
        lines = text.splitlines()
        folded = [(number, letters) for number, line in enumerate(lines, 1) if (letters := letters_of(line))]
        skeletons = [as_skeleton(letters) for _, letters in folded]
        for index, (number, letters) in enumerate(folded):
            if (
                self._is_marked(lines[number - 1], letters)
                or (skeletons[index] in self.pieces and self._is_cut(skeletons, index))
                or self._is_abbreviated(lines, folded, index)
            ):
                yield number

    def _is_marked(self, line: str, letters: str) -> bool:
        """Tell whether a line bears a mark, however it is read; two letters with full stops are initials."""
        found = {self.reader.mark_in(each) for each in (letters, *map(letters_of, otherwise(line)))} - {None}
        return bool(found) and (found != {Word.ABBREVIATION} or _INITIALS.search(line) is None)

    def _is_abbreviated(self, lines: Sequence[str], folded: Sequence[tuple[int, str]], index: int) -> bool:
        """Tell whether a line is a mark in two letters, and the one before or after it a copy's number."""
        number, letters = folded[index]
        if len(letters) > _FRAMED or not self.reader.is_abbreviation(letters_of(unframed(lines[number - 1]))):
            return False
        beside = (*folded[max(0, index - 1) : index], *folded[index + 1 : index + 2])
        return _INITIALS.search(lines[number - 1]) is None and any(
            self.reader.is_copy_number(letters)
            or (
                _FRAME & {letters[0], letters[-1]}
                and self.reader.is_copy_number(letters_of(unframed(lines[number - 1])))
            )
            for number, letters in beside
        )

    def _is_cut(self, lines: Sequence[str], index: int) -> bool:
        """Tell whether a mark begins with a line and goes on over others."""
        joined = lines[index]
        for letters in lines[index + 1 : index + 1 + len(max(self.marks, key=len))]:
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
    marks = tuple(sorted((spelled | set(map(skeleton, SPELLINGS))) - {""}))
    pieces = {mark[:length] for mark in marks for length in range(1, len(mark))}
    prefixes = tuple(sorted({skeleton(prefix) for prefix in PREFIXES}))
    return Guard(marks, prefixes, frozenset(pieces), reader_of(marks))


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
