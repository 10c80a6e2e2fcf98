"""The mark guard in the plainest way: each line by itself, every word at every place, nothing kept; slow, but clear."""

from collections.abc import Iterator
from itertools import pairwise

from exchange.protection.core import marklines
from exchange.protection.core.guard import Guard
from exchange.protection.core.lookalikes import as_skeleton, letters_of, otherwise, unframed
from exchange.protection.core.marklines import LED, SHORT, TAIL, Reader, State, Want, Word

FRAME = frozenset(letters_of("|!"))


def marked_lines(guard: Guard, text: str) -> tuple[int, ...]:
    """Return the numbers of the lines that bear a mark, as `Guard.marked_lines` does."""
    lines = [(number, line, letters_of(line)) for number, line in enumerate(text.splitlines(), 1) if letters_of(line)]
    found = [is_marked(guard, line, letters) for _, line, letters in lines]
    for index, (_, line, letters) in enumerate(lines):
        rest = [as_skeleton(each) for _, _, each in lines[index:]]
        found[index] |= any("".join(rest[:many]) in guard.marks for many in range(2, 1 + max(map(len, guard.marks))))
        beside = [lines[each] for each in (index - 1, index + 1) if 0 <= each < len(lines)]
        found[index] |= (
            len(letters) <= 8
            and letters_of(unframed(line)) in guard.reader.abbreviations
            and not initials(line)
            and any(is_copy(guard.reader, line, letters) for _, line, letters in beside)
        )
    return tuple(number for (number, _, _), marked in zip(lines, found, strict=True) if marked)


def is_marked(guard: Guard, line: str, letters: str) -> bool:
    """Tell whether a line bears a mark, however it is read."""
    found = {mark_in(guard.reader, each) for each in (letters, *map(letters_of, otherwise(line)))} - {None}
    return Word.MARK in found or (bool(found) and not initials(line))


def initials(line: str) -> bool:
    """Tell whether two letters of a line stand with full stops, as in a name."""
    plain = "".join(char for char in line if not char.isspace())
    pairs = [(one, other) for one, other in pairwise(plain) if other == "."]
    return (
        any(
            plain[place].isalpha()
            and plain[place + 1] == "."
            and plain[place + 2].isalpha()
            and plain[place + 3] == "."
            for place in range(len(plain) - 3)
        )
        and len(pairs) > 1
    )


def is_copy(reader: Reader, line: str, letters: str) -> bool:
    """Tell whether a line is a copy's number, in a frame or without one."""
    each = [letters, *([letters_of(unframed(line))] if FRAME & {letters[0], letters[-1]} else [])]
    return any(is_copy_number(reader, one) for one in each if one)


def is_copy_number(reader: Reader, letters: str) -> bool:
    """Tell whether a folded line is nothing but a copy's number."""
    folded = as_skeleton(letters)
    begun = [kind for word, kind in reader.words.get(folded[0], ()) if folded.startswith(word)]
    if len(folded) > LED or not {Word.COPY, Word.SOLE} & set(begun):
        return False
    free = {Want.ANY, Want.DIGITS, Want.COPY_DIGITS, Want.NUMBER_DIGITS}
    return any(each.found is None and each.want in free and each.numbered for each in ends(reader, letters, folded))


def mark_in(reader: Reader, letters: str) -> Word | None:
    """Tell which kind of mark a folded line is."""
    folded = as_skeleton(letters)
    short = len(folded) <= SHORT and reader.abbreviated.search(folded) and reader.numbers.search(folded)
    if reader.marks.search(folded) is None and not short:
        return None
    found = {state.found for state in ends(reader, letters, folded) if state.is_mark_line}
    return next((kind for kind in (Word.MARK, Word.ABBREVIATION) if kind in found), None)


def ends(reader: Reader, letters: str, folded: str) -> Iterator[State]:
    """Yield how a line can be read to its end, trying all words at every place."""
    reached = [(0, State())]
    seen = set(reached)
    while reached:
        place, state = reached.pop()
        if place == len(folded):
            yield state
            continue
        for step in steps(reader, letters, folded, place, state):
            if step not in seen:
                seen.add(step)
                reached.append(step)


def steps(reader: Reader, letters: str, folded: str, place: int, state: State) -> Iterator[tuple[int, State]]:
    """Yield where a line can be read on to."""
    around = place <= LED if state.found is None else len(folded) - place <= TAIL
    char = folded[place]
    closely = state.found is None and state.want in {Want.OWED_TO_NUMBER, Want.NUMBER_DIGITS}
    loose = () if closely else marklines._MAY_BE_DIGITS.get(state.want, ())
    if around and (letters[place] != char or char in loose):
        want = marklines._AFTER_DIGIT.get(state.want, Want.DIGITS)
        yield place + 1, state._replace(want=want, numbered=state.numbered or want is not Want.DIGITS)
    for word, kind in reader.words.get(char, ()):
        if not (around or kind is Word.MARK) or not folded.startswith(word, place):
            continue
        spelled = letters[place : place + len(word)]
        if kind in {Word.ABBREVIATION, Word.COPY, Word.SOLE} and spelled.isdecimal():
            continue
        if kind is not Word.RELEASED:
            after = marklines._after(kind, state)
            if after is not None:
                yield place + len(word), after
        elif state.found is Word.MARK:
            yield len(folded), state._replace(want=Want.ANY)
