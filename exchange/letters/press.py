"""The press: a letter into PDF/A-2a, the same bytes for the same letter, off the event loop.

A text of the case reaches typst as JSON data, so that it is a string there and never markup. Fonts are those inside the
package, so that a letter looks alike on every node.
"""

import asyncio
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import typst

from exchange.letters.glyphs import JOIN, boxed, each, hidden, shown, texts, written_out
from exchange.letters.letter import Letter
from exchange.letters.words import Words, load

TEMPLATES: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "letters"
STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]
"""Long-term archiving with the text's structure (ISO 19005-2, level A), and PDF/UA-1."""

THREADS: Final = 2
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


class NotPrinted(Exception):
    """A letter could not be set; the message is typst's own and names no text of it."""


class Press:
    """Sets letters in a few threads; a compiler of each is kept warm."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self.words = load()
        self._templates = templates
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="letters")
        self._own = threading.local()

    async def printed(self, letter: Letter, at: datetime) -> bytes:
        """Return a letter as PDF, dated with the aware instant `at`; raise NotPrinted."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.print, letter, at)

    def print(self, letter: Letter, at: datetime) -> bytes:
        """Return a letter as PDF in this thread; raise NotPrinted."""
        missing: set[str] = set()
        for turn in range(ROUNDS):
            data = _data(letter, missing, self.words)
            if turn > 1 and len(data) > LARGE:
                break
            try:
                return bytes(self._set(data, at, "pdf"))
            except typst.TypstError as error:
                refused = _refused(error)
                if refused <= missing:
                    break
                missing |= refused
        everything = {char for char in _data(letter, set(), self.words) if not _PLAIN.fullmatch(char)}
        try:
            return bytes(self._set(_data(letter, everything, self.words), at, "pdf"))
        except typst.TypstError as error:
            raise NotPrinted(type(error).__name__) from None

    def pictures(self, letter: Letter, at: datetime, dots: float = 100.0) -> list[bytes]:
        """Return the pages as PNG at a number of dots per inch, for whoever looks at them."""
        found = self._set(_data(letter, set(), self.words), at, "png", dots)
        return found if isinstance(found, list) else [found]

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _set(self, data: str, at: datetime, kind: Literal["pdf", "png"], dots: float | None = None) -> Any:
        """Let typst set the data in the template."""
        compiler = getattr(self._own, "compiler", None)
        if compiler is None:
            compiler = typst.Compiler(
                self._templates / "letter.typ", root=self._templates, ignore_system_fonts=True, font_paths=[]
            )
            self._own.compiler = compiler
        standards = STANDARDS if kind == "pdf" else []
        return compiler.compile(
            format=kind, ppi=dots, sys_inputs={"letter": data}, pdf_standards=standards, timestamp=int(at.timestamp())
        )


def _data(letter: Letter, missing: set[str], words: Words) -> str:
    """Return a letter as JSON whose every character can be shown; it says itself what could not."""
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
    return json.dumps(tree, ensure_ascii=False)


def _refused(error: typst.TypstError) -> set[str]:
    """Return the characters that typst names as those no font can show; plain letters only where nothing else is."""
    named = {char for quoted in _REFUSED.findall(error.diagnostic) for char in _unquoted(quoted)}
    return {char for char in named if not _PLAIN.fullmatch(char)} or named


def _unquoted(quoted: str) -> str:
    """Read a text as Rust writes it for a reader, with escapes."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1:-1])
