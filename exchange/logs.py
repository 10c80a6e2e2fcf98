"""The node's log: one line on stderr for each thing told, without the content of any request."""

import logging
import sys
import time
from typing import Final

LAYOUT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
QUIET: Final = ("apscheduler", "uvicorn", "mail.log", "asyncio")
"""Whose lines are told from warnings on."""


class Lines(logging.Formatter):
    """Lays a line out; the second of its moment is written once for all lines of that second."""

    def __init__(self) -> None:
        super().__init__(LAYOUT)
        self._second, self._written = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's names
        """Return the local time with its milliseconds, as `logging` itself writes it."""
        if int(record.created) != self._second:
            self._second = int(record.created)
            self._written = time.strftime(self.default_time_format, self.converter(record.created))
        return f"{self._written},{record.msecs:03.0f}"


def to_stderr() -> None:
    """Log in lines that hold no content of a request; each call is one, so nothing is asked that no line tells."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as logging's own HOWTO advises
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
