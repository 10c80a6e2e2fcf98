"""From an item of a proved record to the paper that is printed of it; the same record gives the same paper."""

from collections.abc import Callable, Mapping
from typing import Final

from exchange.letters.letter import Letter
from exchange.letters.words import Words
from exchange.protection.papers import acts, extract
from exchange.protection.papers.source import Source
from schemas.secrecy import ItemAct, PaperKind

OF: Final[Mapping[PaperKind, frozenset[ItemAct]]] = {
    PaperKind.COVER: frozenset({ItemAct.DISPATCH, ItemAct.RETURN}),
    PaperKind.RECEIPT: frozenset({ItemAct.CONFIRM_RECEIPT}),
    PaperKind.DESTRUCTION: frozenset({ItemAct.DESTROY}),
}
"""The acts that each paper is of; the extract is of the item as it stands."""

WRITERS: Final[Mapping[PaperKind, Callable[[Source, Words], Letter]]] = {
    PaperKind.EXTRACT: extract.extract,
    PaperKind.COVER: acts.cover,
    PaperKind.RECEIPT: acts.receipt,
    PaperKind.DESTRUCTION: acts.destruction,
}
"""The papers of items."""


def compose(kind: PaperKind, source: Source, words: Words) -> Letter:
    """Return a paper of an item; for one of an act the source's entry is such an act."""
    return WRITERS[kind](source, words)
