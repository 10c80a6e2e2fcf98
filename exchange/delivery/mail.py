"""A notice as a message: what it may say, in the addressee's language and by the clock on its wall."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from exchange.tongues import Tongue, Tongues
from schemas.vocabulary import NoticeKind

POLICY = SMTP.clone(cte_type="7bit")
ORIGIN = "X-Exchange-Notice"
LINE = 76  # RFC 2047: the longest line that holds an encoded word


class BadAddress(Exception):
    """The registry's mailbox is no address that a message can be sent to."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a message; its name is plain ASCII."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What goes with a message; `withheld` says that the content goes another way."""

    files: tuple[Enclosure, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told, to which mailbox, and in which zone and language its reader lives.

    `origin` says in a header which notice it is, where no outbox of the open exchange would: a sandbox shows it.
    """

    kind: NoticeKind
    message_id: UUID
    address: str
    zone: str
    language: str
    data: Mapping[str, object]
    enclosed: Enclosed = Enclosed()
    origin: str | None = None


class Writer:
    """Writes messages from a folder of templates: `<kind>/subject.txt`, `body.txt` and `body.html`.

    `domain` ends every Message-ID: it has to stay what it is, or a message sent again looks like another.
    """

    def __init__(self, templates: Path, tongues: Tongues, *, sender: str, domain: str) -> None:
        self.sender = sender
        self._domain = domain
        self._tongues = tongues
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",)),  # text is no markup: it goes out as it is
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"wall": wall, "line": line}

    def write(self, notice: Notice, now: datetime) -> bytes:
        """Return the bytes of a message dated `now`; raise BadAddress."""
        message = EmailMessage(POLICY)
        message["Message-ID"] = f"<{notice.message_id}@{self._domain}>"
        message["Date"] = format_datetime(now)
        message["From"] = addressed(self.sender)
        message["To"] = addressed(notice.address)
        message["Auto-Submitted"] = "auto-generated"
        if notice.origin is not None:
            message[ORIGIN] = notice.origin
        message.set_content(self._render(notice, "body.txt"))
        message.add_alternative(self._render(notice, "body.html"), subtype="html")
        for file in notice.enclosed.files:
            main, _, sub = file.kind.partition("/")
            message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        message["Content-Language"] = (
            notice.language
        )  # whatever sets a content takes the headers of an earlier one away
        return subject(line(self._render(notice, "subject.txt"))) + message.as_bytes()

    def _render(self, notice: Notice, part: str) -> str:
        template = self._environment.get_template(f"{notice.kind}/{part}")
        tongue = self._tongues.of(notice.language, "")
        words = {"t": tongue.t, "article": tongue.article, "tongue": tongue, "day": lambda day: written(day, tongue)}
        return template.render(notice.data, zone=notice.zone, enclosed=notice.enclosed, **words)


def subject(text: str) -> bytes:
    """Return the header field; EmailMessage itself loses a space where it folds between encoded words."""
    folded = Header(text, "utf-8", maxlinelen=LINE, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode()


def addressed(mailbox: str) -> Address:
    """Return a mailbox as a header takes it; raise BadAddress for anything but one plain address."""
    try:
        address = Address(addr_spec=mailbox)
    except (MessageError, ValueError, IndexError):  # the standard library's parser trips over some
        raise BadAddress from None
    if not mailbox.isascii() or not address.domain or re.search(r"[\s<>,;]", mailbox):
        raise BadAddress
    return address


def line(text: str) -> str:
    """Put a text on one line without anything that could end a header or turn the writing round."""
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join("".join(kept).split())


def wall(instant: str, zone: str) -> str:
    """Write an instant as the wall clock of a zone shows it, with the offset from UTC."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return f"{local:%d.%m.%Y %H:%M} ({zone}, UTC{offset[:3]}:{offset[3:5]})"


def written(day: str, tongue: Tongue) -> str:
    """Write a day, given as ISO 8601, as a language does."""
    return tongue.day(date.fromisoformat(day))
