"""A record act by act: what any of its acts shows, and the whole record of a release or a visit."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from exchange.protection.web.chamber import Room
from exchange.protection.web.teller import Said, Shown, Teller
from exchange.web.query import Query
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


S = TypeVar("S", bound=Step)


def steps_of(
    tell: Teller, record: Iterable[ProceedingEntryView], vocabulary: str, shapes: Mapping[str, type[Shape]]
) -> tuple[Step, ...]:
    """Return the acts of a record, the latest first; `shapes` gives what each of them carries."""
    return tuple(_step(tell, entry, vocabulary, shapes) for entry in reversed(tuple(record)))


def _step(tell: Teller, entry: ProceedingEntryView, vocabulary: str, shapes: Mapping[str, type[Shape]]) -> Step:
    shape = shapes.get(entry.act)
    return Step(
        seq=entry.seq,
        title=title_of(tell, vocabulary, entry.act),
        author=tell.body(entry.author),
        at=entry.at,
        said=() if shape is None else said_of(tell, TypeAdapter(shape), entry.body, ELSEWHERE),
        digest=entry.digest,
    )


def just_done(room: Room, request: Request, steps: Iterable[S]) -> S | None:
    """Return the caller's own act of a record that the address names: no link can make one up."""
    done = Query(request).number("done")
    return next((step for step in steps if step.seq == done and step.author.code == room.own.code), None)


def title_of(tell: Teller, vocabulary: str, act: str) -> str:
    """Name an act of a vocabulary, as a heading does."""
    words = tell.word(vocabulary, act)
    return words[0].upper() + words[1:]


def said_of(
    tell: Teller, adapter: TypeAdapter[Any], body: Mapping[str, object], elsewhere: frozenset[str]
) -> tuple[Said, ...]:
    """Say what an act carried but what the page has elsewhere; one of an older shape is shown by its digest alone."""
    try:
        return tell.said(adapter.validate_json(json.dumps(body)), elsewhere)
    except ValidationError:
        return ()
