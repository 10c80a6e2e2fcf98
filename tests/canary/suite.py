"""The words that every test of the module registers items with, and the search for them when the whole run is over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.canary.search import Find, Search

DESIGNATION: Final = "Справка «Можжевельник-5f21» о сети, канарейка"
CONTENT: Final = "Содержание «Боярышник-a04c», канарейка: этих слов нет нигде, кроме запечатанного"

WORDS: Final[Mapping[str, str]] = {"designation": DESIGNATION, "content": CONTENT}


def found_in(server: Path) -> list[Find]:
    """Return where the words stand in what the run's database server left: its log, its write-ahead log, its tables."""
    return list(Search(WORDS).within_files(server))
