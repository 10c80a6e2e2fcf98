"""The press: a letter into PDF/A-2a, the same bytes for the same letter, off the event loop.

A text of the case reaches typst as JSON data, so that it is a string there and never markup. Fonts are those inside the
package, so that a letter looks alike on every node. Typst works in processes of its own, which can be ended: a text
that takes it long, or that it breaks over, is set again in a plainer way, and within seconds there is an answer.
"""

import asyncio
import json
import re
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from exchange.core.errors import NotPrinted
from exchange.letters.glyphs import JOIN, boxed, each, hidden, shown, spaced, texts, written_out
from exchange.letters.hands import Hand, Refusal, TooSlow
from exchange.letters.letter import Letter
from exchange.letters.words import Words, load

TEMPLATES: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "letters"
STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]
"""Long-term archiving with the text's structure (ISO 19005-2, level A), and PDF/UA-1."""

THREADS: Final = 2
SECONDS: Final = 3.0
"""How long a letter may take as it is, all its turns together."""

PLAIN_SECONDS: Final = 6.0
"""How long after that in a plainer way: ragged, what is strange written out, long words broken by spaces."""

ROUNDS: Final = 6
"""How often a letter is set again with what could not be shown written out; then all but plain letters is."""

NAMED: Final = 20
"""How many of the characters that could not be shown a letter names."""

MOST_LINES: Final = 5_000
"""Lines of a letter's texts that are set as such; a body of nothing else would take gigabytes and minutes."""

MOST_CODES: Final = 10_000
"""Characters that are written out by their codes, eight or nine letters each; of more, each is a box."""

LARGE: Final = 200_000
"""Characters of a letter that is set again once at most before all but plain letters is written out."""

_REFUSED: Final = re.compile(r'(?:the text|codepoint) `("(?:[^"\\]|\\.)*")`')
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\(.)")
_ENDS: Final = re.compile(r"[\n\r\u2028\u2029]\s*")
_PLAIN: Final = re.compile(r"[\x20-\x7eА-яЁё№«»–—…\n]")


class Press:
    """Sets letters in a few threads; a process of each is kept warm."""

    def __init__(
        self, templates: Path = TEMPLATES, *, seconds: float = SECONDS, plain_seconds: float = PLAIN_SECONDS
    ) -> None:
        self.words = load()
        self._templates = templates
        self._seconds = seconds
        self._plain_seconds = plain_seconds
        self._hands: list[Hand] = []
        self._end = weakref.finalize(self, _ended, self._hands)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="letters")
        self._own = threading.local()

    async def printed(self, letter: Letter, at: datetime) -> bytes:
        """Return a letter as PDF, dated with the aware instant `at`; raise NotPrinted."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.print, letter, at)

    def print(self, letter: Letter, at: datetime) -> bytes:
        """Return a letter as PDF in this thread; raise NotPrinted."""
        missing: set[str] = set()
        ends = time.monotonic() + self._seconds
        for turn in range(ROUNDS):
            data = _data(letter, missing, self.words)
            if turn > 1 and len(data) > LARGE:
                break
            try:
                return self._set(data, at, ends - time.monotonic())
            except TooSlow:
                break
            except Refusal as refusal:
                refused = _refused(str(refusal))
                if refused <= missing:
                    break
                missing |= refused
        everything = {char for char in _data(letter, set(), self.words) if not _PLAIN.fullmatch(char)}
        try:
            return self._set(_data(letter, everything, self.words, plain=True), at, self._plain_seconds, plain=True)
        except (Refusal, TooSlow) as trouble:
            raise NotPrinted(type(trouble).__name__) from None

    def close(self) -> None:
        """End the threads and their processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._end()

    def _set(self, data: str, at: datetime, seconds: float, *, plain: bool = False) -> bytes:
        """Let typst set the data in the template; raise Refusal, TooSlow."""
        hand: Hand | None = getattr(self._own, "hand", None)
        if hand is None:
            hand = self._own.hand = Hand(self._templates)
            self._hands.append(hand)
        job = {
            "inputs": {"letter": data, "plain": "yes" if plain else "no"},
            "standards": STANDARDS,
            "at": int(at.timestamp()),
        }
        return hand.set(job, seconds)


def _ended(hands: list[Hand]) -> None:
    """End the processes of a press that is closed, or that nobody holds any more."""
    for hand in hands:
        hand.end()


def _data(letter: Letter, missing: set[str], words: Words, *, plain: bool = False) -> str:
    """Return a letter as JSON whose every character can be shown; it says itself what could not.

    In the plainer way long words are broken by spaces, and the letter says so.
    """
    found: set[str] = set()
    bare = asdict(letter)
    whole = "".join(texts(bare))
    mend = boxed if sum(char in missing or hidden(char) for char in whole) > MOST_CODES else written_out
    tree = each(bare, lambda text: shown(text, missing, found, mend))
    if len(_ENDS.findall(whole)) > MOST_LINES:
        tree = each(tree, lambda text: _ENDS.sub(JOIN, text))
    if found:
        codes = ", ".join(written_out(char) for char in sorted(found)[:NAMED])
        named = words.say("unshown_more", codes=codes) if len(found) > NAMED else codes
        tree["remarks"].append(words.say("unshown", codes=named))
    if plain:
        broken = each(tree, spaced)
        if broken != tree:
            broken["remarks"].append(words.say("spaced"))
        tree = broken
    return json.dumps(tree, ensure_ascii=False)


def _refused(diagnostic: str) -> set[str]:
    """Return the characters that typst names as those no font can show; plain letters only where nothing else is."""
    named = {char for quoted in _REFUSED.findall(diagnostic) for char in _unquoted(quoted)}
    return {char for char in named if not _PLAIN.fullmatch(char)} or named


def _unquoted(quoted: str) -> str:
    """Read a text as Rust writes it for a reader, with escapes."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1:-1])
