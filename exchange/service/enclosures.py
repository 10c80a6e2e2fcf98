"""What goes to an authority whose intake is e-mail: the letter, the bytes that were signed, and the signature."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.core.errors import NotPrinted
from exchange.core.record import Sealed
from exchange.delivery.mail import Enclosed, Enclosure
from exchange.letters.press import Press
from exchange.seals import payload_of
from exchange.service import letters
from exchange.service.database import Database
from exchange.service.keys import Keyring
from exchange.store import letters as store
from exchange.store import record
from exchange.store.outbox import Leased
from schemas.vocabulary import ActKind, Handling, Mailbox, NoticeKind, Reach

MOST_BYTES: Final = 7 * 1024 * 1024
"""Most that goes with one message, before base64 makes a third more of it: many relays stop at 10 MiB."""

IN_WRITING: Final = frozenset({ActKind.SUBMIT, ActKind.CONFIRM, ActKind.REDIRECT})
"""What the body to which a request is passed on is sent of the time before: the request, and what passed it on."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What printing letters for the mail needs; `sample` marks those of a sandbox."""

    press: Press = field(repr=False)
    keys: Keyring = field(repr=False)
    sample: bool
    most_bytes: int = MOST_BYTES


def in_writing(notice: Leased) -> bool:
    """Tell whether a notice is an act's to an authority that gets its acts by e-mail, as the registry says today."""
    return notice.kind == NoticeKind.ACT and notice.mailbox == Mailbox.AUTHORITY and notice.reach == Reach.EMAIL


async def enclosed(db: Database, letters_of: Letters, notice: Leased) -> Enclosed:
    """Return what goes with a notice; nothing of a case for official use, or too large, goes by e-mail.

    Raise RecordBroken when the record does not prove itself.
    """
    if notice.request is None or notice.seq is None or notice.handling == Handling.OFFICIAL_USE:
        return Enclosed(withheld=True)
    async with db.connection() as conn:
        sealed = await record.entries(conn, notice.request, through=notice.seq)
        await letters_of.keys.have(conn, {one.author for one in sealed})
    drafts = [
        (
            one,
            letters.draw(
                letters_of.keys, letters_of.press.words, str(notice.request), sealed, one.seq, sample=letters_of.sample
            ),
        )
        for one in _wanted(sealed, notice)
    ]
    try:
        printed = [(one, draft, await draft.printed(letters_of.press)) for one, draft in drafts]
    except NotPrinted:  # the notice goes all the same, and says where to read the act
        return Enclosed(withheld=True)
    async with db.transaction() as conn:
        for one, draft, _ in printed:
            await store.keep(conn, draft.letter.code, notice.request, one.seq)
    files = [file for one, draft, content in printed for file in _files(one, draft.name, content)]
    return _within(files, letters_of.most_bytes)


def _wanted(sealed: Sequence[Sealed], notice: Leased) -> list[Sealed]:
    """Return the entries whose letters go: the act's, and for a new holder all that it has to have in writing."""
    last = sealed[-1]
    if last.act == ActKind.REDIRECT and notice.authority != sealed[0].author:
        return [one for one in sealed if one.act in IN_WRITING]
    return [last]


def _files(one: Sealed, name: str, content: bytes) -> list[Enclosure]:
    """Return the letter, the exact bytes that its author signed, and the signature over them (RFC 7515)."""
    stem = name.removesuffix(".pdf")
    return [
        Enclosure(name, "application/pdf", content),
        Enclosure(f"{stem}.json", "application/json", payload_of(one.jws)),
        Enclosure(f"{stem}.jws", "application/jose", one.jws.encode()),
    ]


def _within(files: list[Enclosure], most: int) -> Enclosed:
    """Return as much as fits: all, or the letters with the signatures, or the letters, or nothing."""
    for kinds in (("pdf", "json", "jws"), ("pdf", "jws"), ("pdf",)):
        kept = tuple(one for one in files if one.name.rpartition(".")[2] in kinds)
        if sum(len(one.content) for one in kept) <= most:
            return Enclosed(files=kept)
    return Enclosed(withheld=True)
