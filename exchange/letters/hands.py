"""The processes that set letters, one for each thread of the press; one that takes too long is ended and begun anew."""

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from exchange.letters.typesetter import BROKEN, LENGTH, MADE, READY

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PIECE: Final = 1 << 20
START_SECONDS: Final = 30.0
"""How long a process may take to begin; that counts for no letter, so that the same letter is set alike."""


class Refusal(Exception):
    """Typst does not set it; the message is its own and may quote what was to be set."""


class TooSlow(Exception):
    """It was not set within its time, or typst broke over it."""


class Hand:
    """One process that sets letters by the templates of a folder; of one thread."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._process: subprocess.Popen[bytes] | None = None

    def set(self, job: dict[str, Any], seconds: float) -> bytes:
        """Return what is made of a job within a time; raise Refusal, TooSlow."""
        try:
            if self._process is None:
                self._process = self._begun()
                self._received(self._process, len(READY), time.monotonic() + START_SECONDS)
            ends = time.monotonic() + seconds
            self._send(self._process, json.dumps(job, ensure_ascii=False).encode())
            outcome = self._received(self._process, 1, ends)
            size = LENGTH.unpack(self._received(self._process, LENGTH.size, ends))[0]
            made = self._received(self._process, size, ends)
        except (TooSlow, OSError) as trouble:
            self.end()
            raise TooSlow from trouble
        if outcome == MADE:
            return made
        if outcome == BROKEN:
            self.end()
            raise TooSlow
        raise Refusal(made.decode())

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _begun(self) -> subprocess.Popen[bytes]:
        """Begin a process that knows nothing of the node: no settings, no secrets, no files but the templates."""
        known = {"PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)]), "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            [sys.executable, "-m", "exchange.letters.typesetter", str(self._templates)],
            cwd=ROOT,
            env=known,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a fault of typst may quote what it set
            bufsize=0,
        )

    @staticmethod
    def _send(process: subprocess.Popen[bytes], frame: bytes) -> None:
        """Write a job; the process reads all of it before it begins."""
        whole = memoryview(LENGTH.pack(len(frame)) + frame)
        while whole and process.stdin is not None:
            whole = whole[process.stdin.write(whole) or 0 :]

    @staticmethod
    def _received(process: subprocess.Popen[bytes], size: int, ends: float) -> bytes:
        """Return so many bytes; raise TooSlow when they are not there in time, or never will be."""
        found = bytearray()
        if process.stdout is None:
            raise TooSlow
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while len(found) < size:
                if not selector.select(max(0.0, ends - time.monotonic())):
                    raise TooSlow
                piece = os.read(process.stdout.fileno(), min(PIECE, size - len(found)))
                if not piece:
                    raise TooSlow
                found += piece
        return bytes(found)
