"""A letter as it is printed: words only, in their order."""

from dataclasses import dataclass
from typing import Literal

Line = tuple[str, str]
"""A label and what stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who writes or is written to."""

    name: str
    state: str | None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its paragraphs."""

    label: str
    lines: tuple[str, ...]
    kind: Literal["section"] = "section"


@dataclass(frozen=True, slots=True)
class Numbered:
    """One numbered item."""

    number: int
    lead: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A heading with numbered items."""

    label: str
    items: tuple[Numbered, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Rows:
    """A heading with labelled lines; a box is what the node adds to the words of the author."""

    label: str
    rows: tuple[Line, ...]
    kind: Literal["rows", "box"] = "rows"


Part = Section | Items | Rows


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs a letter by hand on paper, and by name here (Article 6)."""

    name: str
    position: str
    under: str | None


@dataclass(frozen=True, slots=True)
class Seal:
    """By what a letter is proved."""

    title: str
    rows: tuple[Line, ...]
    lead: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter. `refers` are the lines under its number, `running` the head of every further page."""

    title: str
    author: str
    heading: str
    basis: str | None
    head: Party
    number: str
    date: str
    refers: tuple[str, ...]
    addressees: tuple[Party, ...]
    copies: tuple[Party, ...]
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    signer: Signer | None
    seal: Seal
    code: str
    running: str
    mark: str | None
    sample: str | None
    remarks: tuple[str, ...]
