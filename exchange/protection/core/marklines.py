"""What a mark line is made of: a mark, what may lead it in, and the number, the day or the limit that goes with it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final, NamedTuple

from exchange.protection.core import markwords as words
from exchange.protection.core.lookalikes import as_skeleton, skeleton

LED: Final = 40
"""Letters and digits that may stand before the first mark of a line."""

TAIL: Final = 80
"""Letters and digits that may stand after the last mark of a line."""

SHORT: Final = 64
"""Letters and digits of a line in which two letters can be a mark."""

UNNUMBERED: Final = 24
"""Letters that what leads a mark in may have before its first digit; two words, unless a copy or a prefix begins it."""

_LOOSE: Final = frozenset(map(skeleton, "0123456789"))
"""Letters that may be a digit, right after the word for a copy."""

_CLOSE: Final = frozenset(map(skeleton, "01"))
"""Letters that may be a digit, right after the sign of a number."""


class Word(IntEnum):
    """What a word of a mark line is."""

    PREFIX = auto()
    NAMING = auto()
    MARK = auto()
    ABBREVIATION = auto()
    LIMIT = auto()
    RELEASED = auto()
    COPY = auto()
    SOLE = auto()
    NUMBER = auto()
    BEFORE = auto()
    AFTER = auto()
    OF = auto()


class Want(IntEnum):
    """What may come next: anything; more digits; or a number must, for a copy, a sign of a number, another word."""

    ANY = auto()
    DIGITS = auto()
    COPY_DIGITS = auto()
    NUMBER_DIGITS = auto()
    OWED = auto()
    OWED_TO_COPY = auto()
    OWED_TO_NUMBER = auto()


_COUNTED: Final = frozenset({Want.DIGITS, Want.COPY_DIGITS, Want.NUMBER_DIGITS})
_FREE: Final = _COUNTED | {Want.ANY}
_AFTER_DIGIT: Final[Mapping[Want, Want]] = {
    Want.OWED_TO_COPY: Want.COPY_DIGITS,
    Want.COPY_DIGITS: Want.COPY_DIGITS,
    Want.OWED_TO_NUMBER: Want.NUMBER_DIGITS,
    Want.NUMBER_DIGITS: Want.NUMBER_DIGITS,
}
_MAY_BE_DIGITS: Final[Mapping[Want, frozenset[str]]] = {
    Want.OWED_TO_COPY: _LOOSE,
    Want.COPY_DIGITS: _LOOSE,
    Want.OWED_TO_NUMBER: _CLOSE,
    Want.NUMBER_DIGITS: _CLOSE,
}
_CLOSELY: Final = frozenset({Want.OWED_TO_NUMBER, Want.NUMBER_DIGITS})
_MARKS: Final = (Word.MARK, Word.ABBREVIATION)


class State(NamedTuple):
    """How far a line was read: what mark was found, what may come next, and whether what proves two letters one was."""

    found: Word | None = None
    want: Want = Want.ANY
    numbered: bool = False

    @property
    def is_mark_line(self) -> bool:
        """Whether a line that ends here is one."""
        return self.want in _FREE and (self.found is Word.MARK or (self.found is not None and self.numbered))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads folded lines word by word, every way at once: the work is in proportion to what stands around the marks."""

    words: Mapping[str, tuple[tuple[str, Word], ...]]
    marks: re.Pattern[str]
    abbreviations: re.Pattern[str]
    numbers: re.Pattern[str]
    copies: re.Pattern[str]

    def mark_in(self, letters: str) -> Word | None:
        """Tell which kind of mark a folded line is, its digits left as such; None for what is no mark line."""
        folded = as_skeleton(letters)
        if self.marks.search(folded) is None and not (len(folded) <= SHORT and self._may_be_short(folded)):
            return None
        found = {state.found for state in self._ends(letters, folded) if state.is_mark_line}
        return next((kind for kind in _MARKS if kind in found), None)

    def is_abbreviation(self, letters: str) -> bool:
        """Tell whether a folded line is nothing but a mark in two letters."""
        return self.abbreviations.fullmatch(letters) is not None

    def is_copy_number(self, letters: str) -> bool:
        """Tell whether a folded line is nothing but a copy's number."""
        folded = as_skeleton(letters)
        if len(folded) > LED or self.copies.match(folded) is None:
            return False
        ends = self._ends(letters, folded)
        return any(state.found is None and state.want in _FREE and state.numbered for state in ends)

    def _may_be_short(self, folded: str) -> bool:
        """Tell whether two letters can be a mark in it."""
        return self.abbreviations.search(folded) is not None and self.numbers.search(folded) is not None

    def _ends(self, letters: str, folded: str) -> Iterator[State]:
        """Yield how a line can be read to its end."""
        reached = [(0, State())]
        seen = set(reached)
        while reached:
            place, state = reached.pop()
            if place == len(folded):
                yield state
                continue
            for step in self._steps(letters, folded, place, state):
                if step not in seen:
                    seen.add(step)
                    reached.append(step)

    def _steps(self, letters: str, folded: str, place: int, state: State) -> Iterator[tuple[int, State]]:
        """Yield where a line can be read on to."""
        around = place <= LED if state.found is None else len(folded) - place <= TAIL
        char = folded[place]
        loose = () if state.found is None and state.want in _CLOSELY else _MAY_BE_DIGITS.get(state.want, ())
        if around and (letters[place] != char or char in loose):
            want = _AFTER_DIGIT.get(state.want, Want.DIGITS)
            yield place + 1, state._replace(want=want, numbered=state.numbered or want is not Want.DIGITS)
        for word, kind in self.words.get(char, ()):
            if not (around or kind is Word.MARK) or not folded.startswith(word, place):
                continue
            if kind is not Word.RELEASED:
                after = _after(kind, state)
                if after is not None:
                    yield place + len(word), after
            elif state.found is Word.MARK:
                yield len(folded), state._replace(want=Want.ANY)


def _after(kind: Word, state: State) -> State | None:  # noqa: C901, PLR0911 - one line for each kind of word
    """Return what follows a word; None where it may not stand."""
    free, found = state.want in _FREE, state.found
    match kind:
        case Word.PREFIX | Word.NAMING if free and found is None:
            return state._replace(want=Want.ANY, numbered=state.numbered or kind is Word.NAMING)
        case Word.MARK if free:
            return state._replace(found=kind, want=Want.ANY)
        case Word.ABBREVIATION if free and found is None:
            return state._replace(found=kind, want=Want.ANY)
        case Word.LIMIT if free and found is Word.MARK:
            return state._replace(want=Want.ANY)
        case Word.SOLE if free:
            return state._replace(want=Want.ANY, numbered=True)
        case Word.COPY if free:
            return state._replace(want=Want.OWED_TO_COPY)
        case Word.NUMBER if state.want is not Want.OWED_TO_NUMBER:
            copy = state.want is Want.OWED_TO_COPY
            return state._replace(want=Want.OWED_TO_COPY if copy else Want.OWED_TO_NUMBER)
        case Word.BEFORE if free:
            return state._replace(want=Want.OWED)
        case Word.OF if state.want in _COUNTED:
            return state._replace(want=Want.OWED)
        case Word.AFTER if state.want in _COUNTED:
            return state._replace(want=Want.ANY)
        case _:
            return None


def reader_of(marks: Iterable[str]) -> Reader:
    """Make the reader of lines for folded marks."""
    every = dict.fromkeys(_vocabulary(marks))
    by_letter: dict[str, list[tuple[str, Word]]] = {}
    for word, kind in every:
        by_letter.setdefault(word[0], []).append((word, kind))
    words_of = {kind: [word for word, what in every if what is kind] for kind in Word}
    return Reader(
        {letter: tuple(listed) for letter, listed in by_letter.items()},
        _any_of(words_of[Word.MARK]),
        _any_of(words_of[Word.ABBREVIATION]),
        _any_of(word for kind in (Word.COPY, Word.SOLE, Word.NUMBER, Word.NAMING) for word in words_of[kind]),
        _any_of(word for kind in (Word.COPY, Word.SOLE) for word in words_of[kind]),
    )


def _vocabulary(marks: Iterable[str]) -> Iterator[tuple[str, Word]]:
    """Yield every word of a mark line as it is folded, with what it is; a word can be several things."""
    copies, soles = tuple(map(skeleton, words.COPY)), tuple(map(skeleton, words.SOLE))
    naming = frozenset(words.NAMING)
    yield from ((mark, Word.MARK) for mark in marks)
    yield from ((skeleton(word), Word.NAMING if word in naming else Word.PREFIX) for word in words.PREFIXES)
    yield from ((pair, Word.SOLE) for copy in copies for sole in soles for pair in (copy + sole, sole + copy))
    yield from ((copy, Word.COPY) for copy in copies)
    for kind, listed in (
        (Word.ABBREVIATION, words.ABBREVIATIONS),
        (Word.LIMIT, words.LIMITS),
        (Word.RELEASED, words.RELEASED),
        (Word.NUMBER, words.NUMBER),
        (Word.BEFORE, (*words.BEFORE, *words.MONTHS)),
        (Word.AFTER, (*words.AFTER, *words.MONTHS, *words.COPY)),
        (Word.OF, words.OF),
    ):
        yield from ((skeleton(word), kind) for word in listed)


def _any_of(listed: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(set(listed), key=len, reverse=True))))
