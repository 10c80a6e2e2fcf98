"""A process that does nothing but let typst set letters: one that takes too long, or breaks, is ended with it.

Run by `exchange.letters.hands`. A job comes on the standard input as a frame of JSON; what was made of it goes out on
the standard output as an outcome and a frame of bytes. A frame is its length in eight bytes, and then that many.
"""

import contextlib
import json
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import typst

LENGTH: Final = struct.Struct(">Q")
READY: Final = b"!"
"""What a process says once it takes jobs."""

MADE, REFUSED, BROKEN = b"m", b"r", b"b"
"""Outcomes: what was made; typst's reason; a fault of typst itself, after which the process ends."""

MOST_MEMORY: Final = 4 * 1024**3
"""Bytes of addresses that a process may use."""

MOST_CPU: Final = 60
"""Seconds of all processors for one job: should the node be gone, its processes end by themselves."""


def main(arguments: Sequence[str]) -> None:
    """Set letters by the template of a folder until the standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node says when to end, by closing the pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    folder = arguments[0]
    compiler = typst.Compiler(f"{folder}/letter.typ", root=folder, ignore_system_fonts=True, font_paths=[])
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(BrokenPipeError):
        sink.write(READY)
        sink.flush()
        while (frame := read(source)) is not None:
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + MOST_CPU
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            outcome, made = _set(compiler, json.loads(frame))
            sink.write(outcome + LENGTH.pack(len(made)))
            sink.write(made)
            sink.flush()
            if outcome == BROKEN:
                return


def read(source: BinaryIO) -> bytes | None:
    """Return the next frame, None where there is none."""
    head = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _set(compiler: typst.Compiler, job: dict[str, Any]) -> tuple[bytes, bytes]:
    """Let typst do a job; whatever it breaks with stays here."""
    try:
        made = compiler.compile(
            format="pdf", sys_inputs=job["inputs"], pdf_standards=job["standards"], timestamp=job["at"]
        )
    except typst.TypstError as error:
        return REFUSED, error.diagnostic.encode("utf-8", "replace")
    except BaseException as trouble:  # noqa: BLE001 - a panic of typst is no Exception
        return BROKEN, type(trouble).__name__.encode()
    return MADE, made if isinstance(made, bytes) else b"".join(made or ())  # a PDF is one file


if __name__ == "__main__":
    main(sys.argv[1:])
