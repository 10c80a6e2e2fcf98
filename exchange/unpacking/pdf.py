"""PDF: pages, fields, notes and attached files, by pypdf; pictures of texts are not read."""

from collections.abc import Callable, Iterator
from typing import IO, Any

import pypdf
import pypdf.filters
from pypdf.generic import DictionaryObject

from exchange.unpacking.sink import Enough, Sink
from schemas.vocabulary import Unseen

pypdf.filters.JBIG2DEC_BINARY = None  # nothing is run for a picture


def unpack(file: IO[bytes], sink: Sink, nested: Callable[[bytes, str], None]) -> None:
    """Put out the texts of a PDF; `nested` takes what is attached, with its name; raise Enough."""
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            sink.unseen(Unseen.ENCRYPTED)
            return
        for told in (reader.metadata or {}).values():
            sink.name(str(told))
        _put(sink, _fields(reader))
        for page in reader.pages:
            _page(page, sink)
        for name, contents in reader.attachments.items():
            for content in contents:
                sink.count(len(content))
                nested(content, name)
    except (Enough, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken file breaks pypdf in every way
        sink.unseen(Unseen.BROKEN)


def _page(page: pypdf.PageObject, sink: Sink) -> None:
    """Put out a page; what is wrong with it does not hide the others."""
    try:
        text = page.extract_text()
        sink.count(len(text))
        _put(sink, (text, *_notes(page)))
        if not text.strip() or _has_picture(page):
            sink.unseen(Unseen.PICTURE)
    except (Enough, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken page breaks pypdf in every way
        sink.unseen(Unseen.BROKEN)


def _fields(reader: pypdf.PdfReader) -> Iterator[str]:
    """Yield the names of fields to be filled in, and what was."""
    for name, field in (reader.get_fields() or {}).items():
        yield name
        yield str(field.get("/V", ""))


def _notes(page: pypdf.PageObject) -> Iterator[str]:
    """Yield the notes of a page, and the texts of its stamps."""
    for each in page.annotations or ():
        note = each.get_object()
        if isinstance(note, DictionaryObject):
            yield from (str(note[key]) for key in ("/Contents", "/Subj", "/RC", "/V") if key in note)


def _has_picture(page: pypdf.PageObject) -> bool:
    """Tell whether a picture stands on a page."""
    resources: Any = page.get("/Resources")
    drawn: Any = resources.get_object().get("/XObject") if resources is not None else None
    named = drawn.get_object().values() if drawn is not None else ()
    return any(each.get_object().get("/Subtype") == "/Image" for each in named)


def _put(sink: Sink, texts: Any) -> None:
    for text in texts:
        sink.begin()
        sink.text(text)
