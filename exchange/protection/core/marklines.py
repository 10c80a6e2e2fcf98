"""What a mark line is made of: a mark, what may lead it in, and the number, the day or the limit that goes with it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, auto
from itertools import pairwise
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
_COPIES: Final = (Word.COPY, Word.SOLE)

STAGES: Final = 10_000
"""Stages of which it is kept where they lead."""


class State(NamedTuple):
    """How far a line was read: what mark was found, what may come next, and whether what proves two letters one was."""

    found: Word | None = None
    want: Want = Want.ANY
    numbered: bool = False

    @property
    def is_mark_line(self) -> bool:
        """Whether a line that ends here is one."""
        return self.want in _FREE and (self.found is Word.MARK or (self.found is not None and self.numbered))


Reading = tuple[str, State]
"""A way in which a line was read so far: what is left of the word that is being read, and the state after it."""

_UNLETTERED: Final = "#"
"""Stands before what is left of a word of which digits alone were read so far."""

_LETTERED: Final = frozenset({Word.ABBREVIATION, Word.COPY, Word.SOLE})
"""Words that digits alone do not spell: 392 is no «egz», and 08 no «ОВ»."""

_ANYTHING: Final = "*"
"""Stands for what is left where anything may follow: the letters of a line are never this sign."""


class Stage(dict[str, "Stage"]):
    """All ways in which a line can be read up to a place, and where each letter leads from there; found out once.

    `lead`: what leads a mark in may begin here; `tail`: what follows one may. A line that ends here is the kind of mark
    that `mark` says, and what makes two letters one if `copied`.
    """

    __slots__ = ("_reader", "copied", "lead", "mark", "tail", "ways")

    def __init__(self, reader: "Reader", ways: frozenset[Reading], *, lead: bool, tail: bool) -> None:
        """Stand at a place."""
        super().__init__()
        self._reader = reader
        self.ways = ways
        self.lead = lead
        self.tail = tail
        ends = [state for left, state in ways if left in {"", _ANYTHING}]
        found = {state.found for state in ends if state.is_mark_line}
        self.mark = next((kind for kind in _MARKS if kind in found), None)
        self.copied = any(state.found is None and state.want in _FREE and state.numbered for state in ends)

    def __missing__(self, letter: str) -> "Stage":
        """Find out where a letter leads; a letter of no mark line leads nowhere, unless anything may follow."""
        after = self.turned(self._reader.read_on(self, letter), lead=self.lead, tail=self.tail)
        if letter in self._reader.alphabet:
            self[letter] = after
        return after

    def turned(self, ways: frozenset[Reading] | None = None, *, lead: bool, tail: bool) -> "Stage":
        """Return the stage of these ways, else of the same, where other words may begin."""
        return self._reader.stage(self.ways if ways is None else ways, lead=lead, tail=tail)


_BEGUN: Final[frozenset[Reading]] = frozenset({("", State())})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads folded lines letter by letter, every way at once: a letter costs one look at what is known of a stage."""

    words: Mapping[str, tuple[tuple[str, Word], ...]]
    marks: re.Pattern[str]
    abbreviations: frozenset[str]
    abbreviated: re.Pattern[str]
    numbers: re.Pattern[str]
    alphabet: frozenset[str]
    _stages: dict[tuple[frozenset[Reading], bool, bool], Stage] = field(default_factory=dict, compare=False, repr=False)
    _begins: dict[tuple[str, State, bool], tuple[Reading, ...]] = field(default_factory=dict, compare=False, repr=False)

    def mark_in(self, letters: str) -> Word | None:
        """Tell which kind of mark a folded line is, its digits left as such; None for what is no mark line."""
        found = self.read(letters).mark
        if found is not Word.ABBREVIATION:
            return found
        folded = as_skeleton(letters)
        within = self.marks.search(folded) is not None or (len(folded) <= SHORT and self._may_be_short(folded))
        return found if within else None

    def may_go_on(self, letters: str) -> bool:
        """Tell whether a mark line may begin with these letters."""
        return bool(_read(self.stage(_BEGUN, lead=True, tail=True), letters).ways)

    def is_abbreviation(self, letters: str) -> bool:
        """Tell whether a folded line is nothing but a mark in two letters."""
        return letters in self.abbreviations

    def is_copy_number(self, letters: str) -> bool:
        """Tell whether a folded line is nothing but a copy's number."""
        if not letters or len(letters) > LED or not self.is_copy(as_skeleton(letters)):
            return False
        return self.read(letters).copied

    def is_copy(self, folded: str) -> bool:
        """Tell whether a folded line begins with the word for a copy."""
        begun = (kind for word, kind in self.words.get(folded[0], ()) if folded.startswith(word))
        return any(kind in _COPIES for kind in begun)

    def read(self, letters: str) -> Stage:
        """Return where a folded line, its digits left as such, leads: nowhere for most lines."""
        size = len(letters)
        if size <= LED:
            return _read(self.stage(_BEGUN, lead=True, tail=True), letters)
        led, tail = min(LED + 1, size), max(size - TAIL, 0)
        stage = self.stage(_BEGUN, lead=True, tail=not tail)
        for begin, end in pairwise(sorted({0, led, tail, size})):
            stage = _read(stage.turned(lead=begin < led, tail=begin >= tail), letters[begin:end])
        return stage

    def stage(self, ways: frozenset[Reading], *, lead: bool, tail: bool) -> Stage:
        """Return a stage, the same one each time; when there are too many all are found out anew."""
        held = self._stages.get((ways, lead, tail))
        if held is None:
            if len(self._stages) >= STAGES:
                self._stages.clear()
            held = Stage(self, ways, lead=lead, tail=tail)
            self._stages[ways, lead, tail] = held
        return held

    def read_on(self, stage: Stage, letter: str) -> frozenset[Reading]:
        """Return all ways to read a line on by a letter."""
        folded, ways = as_skeleton(letter), set[Reading]()
        if letter not in self.alphabet:
            return frozenset(way for way in stage.ways if way[0] == _ANYTHING)
        for left, state in stage.ways:
            if left == _ANYTHING:
                ways.add((left, state))
            elif left[:1] == _UNLETTERED:
                rest = left[2:] if folded == letter else _UNLETTERED + left[2:]
                if left[1] == folded and rest != _UNLETTERED:
                    ways.add((rest, state))
            elif left:
                if left[0] == folded:
                    ways.add((left[1:], state))
            else:
                ways.update(self._begun(letter, state, around=stage.lead if state.found is None else stage.tail))
        return frozenset(ways)

    def _may_be_short(self, folded: str) -> bool:
        """Tell whether two letters can be a mark in it."""
        return self.abbreviated.search(folded) is not None and self.numbers.search(folded) is not None

    def _begun(self, letter: str, state: State, *, around: bool) -> tuple[Reading, ...]:
        """Return what may begin with a letter, found out once."""
        held = self._begins.get((letter, state, around))
        if held is None:
            held = self._begins[letter, state, around] = tuple(self._beginning(letter, state, around=around))
        return held

    def _beginning(self, letter: str, state: State, *, around: bool) -> Iterator[Reading]:
        """Yield what may begin with a letter: a number, or a word; `around` where more than a mark may."""
        folded = as_skeleton(letter)
        loose = () if state.found is None and state.want in _CLOSELY else _MAY_BE_DIGITS.get(state.want, ())
        if around and (letter != folded or folded in loose):
            want = _AFTER_DIGIT.get(state.want, Want.DIGITS)
            yield "", state._replace(want=want, numbered=state.numbered or want is not Want.DIGITS)
        for word, kind in self.words.get(folded, ()):
            if not (around or kind is Word.MARK):
                continue
            if kind is not Word.RELEASED:
                after = _after(kind, state)
                if after is not None:
                    yield word[1:] if letter == folded or kind not in _LETTERED else _UNLETTERED + word[1:], after
            elif state.found is Word.MARK:
                yield word[1:] + _ANYTHING, state._replace(want=Want.ANY)


def _read(stage: Stage, letters: str) -> Stage:
    """Return where letters lead from a stage; where nothing can be read on they are not looked at any further."""
    for letter in letters:
        stage = stage[letter]
        if not stage.ways:
            break
    return stage


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
    alphabet = frozenset("0123456789").union(_LOOSE, *(word for word, _ in every))
    return Reader(
        {letter: tuple(listed) for letter, listed in by_letter.items()},
        _any_of(words_of[Word.MARK]),
        frozenset(words_of[Word.ABBREVIATION]),
        _any_of(words_of[Word.ABBREVIATION]),
        _any_of(word for kind in (Word.COPY, Word.SOLE, Word.NUMBER, Word.NAMING) for word in words_of[kind]),
        alphabet,
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
