"""The record of a release, a visit or an entry, act by act."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from exchange.protection.web.teller import Said, Shown, Teller
from schemas.base import Shape
from schemas.protection_registry import ProceedingEntryView

ELSEWHERE: Final = frozenset({"item"})
"""What an act names by an id, and the page by a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of the record."""

    seq: int
    title: str
    author: Shown
    at: datetime
    said: tuple[Said, ...]
    digest: str


def steps_of(
    tell: Teller, record: Iterable[ProceedingEntryView], vocabulary: str, shapes: Mapping[str, type[Shape]]
) -> tuple[Step, ...]:
    """Return the acts of a record, the latest first; `shapes` gives what each of them carries."""
    return tuple(_step(tell, entry, vocabulary, shapes) for entry in reversed(tuple(record)))


def _step(tell: Teller, entry: ProceedingEntryView, vocabulary: str, shapes: Mapping[str, type[Shape]]) -> Step:
    words = tell.word(vocabulary, entry.act)
    return Step(
        seq=entry.seq,
        title=words[0].upper() + words[1:],
        author=tell.body(entry.author),
        at=entry.at,
        said=_said(tell, entry, shapes.get(entry.act)),
        digest=entry.digest,
    )


def _said(tell: Teller, entry: ProceedingEntryView, shape: type[Shape] | None) -> tuple[Said, ...]:
    """Say what an act carried; one of an older shape is shown by its digest alone."""
    if shape is None:
        return ()
    try:
        return tell.said(TypeAdapter(shape).validate_json(json.dumps(entry.body)), ELSEWHERE)
    except ValidationError:
        return ()
