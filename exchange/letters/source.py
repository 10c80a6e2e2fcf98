"""What a letter is made from: an act as the record holds it, with the request around it."""

from dataclasses import dataclass

from exchange.core.access import Relation, relation
from exchange.core.request import AuthorityRef, Entry, Request
from schemas.vocabulary import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A document that goes with an act."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An act of a record: the request before it and after, by what it is sealed, and what is attached.

    `received` is the request after its first receipt, for the request itself. `key` names the seal's key (RFC 7638).
    """

    entry: Entry
    before: Request | None
    after: Request
    received: Request | None
    digest: bytes
    key: str
    attached: tuple[Attached, ...]
    sample: bool

    @property
    def request(self) -> Request:
        """The request as the author of the act had it before him."""
        return self.before or self.after

    @property
    def side(self) -> Side:
        """For which side the author acts."""
        by_asker = relation(self.request, self.entry.author) is Relation.REQUESTING
        return Side.REQUESTING if by_asker else Side.REQUESTED

    @property
    def author(self) -> AuthorityRef:
        """Whose act it is: a holder's whose steward enters it is the holder's own."""
        return self.request.requesting if self.side is Side.REQUESTING else self.request.holder
