"""Letters of cases, printed and read back."""

import io
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from pypdf import PdfReader

from exchange.letters.compose import compose
from exchange.letters.letter import Letter
from exchange.letters.press import Press
from exchange.letters.source import Attached, Source
from schemas.vocabulary import ActKind
from tests.core.cases import Case

KEY = "pWxEYz3dkQZ6Bq5mNfWc1yVhZ0XbL4s8JtRoUaIvGKE"


@cache
def press() -> Press:
    """Return the press of this run: its compiler stays warm."""
    return Press()


def source_of(
    case: Case, seq: int | None = None, *, sample: bool = False, attached: tuple[Attached, ...] = ()
) -> Source:
    """Return what the letter of an act is made from, the last act's unless told."""
    seq = seq or len(case.record)
    pairs = zip(case.record, case.stages, strict=True)
    return Source(
        entry=case.record[seq - 1],
        before=case.stages[seq - 2] if seq > 1 else None,
        after=case.stages[seq - 1],
        received=next((stage for entry, stage in pairs if entry.kind is ActKind.RECEIVE), None),
        digest=sha256(f"{seq}".encode()).digest(),
        key=KEY,
        attached=attached,
        sample=sample,
    )


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter, and what a reader finds in it."""

    letter: Letter
    content: bytes

    @property
    def reader(self) -> PdfReader:
        """The file opened."""
        return PdfReader(io.BytesIO(self.content))

    @property
    def text(self) -> str:
        """The words of all pages with single spaces, words broken at the end of a line joined again."""
        pages = "\n".join(page.extract_text() for page in self.reader.pages)
        joined = pages.replace("\u00ad\n", "").replace("\u00ad", "").replace("-\n", "")
        return " ".join(joined.split())

    @property
    def metadata(self) -> str:
        """The XMP metadata."""
        stream: Any = self.reader.trailer["/Root"]["/Metadata"]  # type: ignore[index]
        return bytes(stream.get_object().get_data()).decode()

    def fonts(self) -> dict[str, bool]:
        """Return each font's name, and whether it is embedded."""
        found: dict[str, bool] = {}
        for page in self.reader.pages:
            held: Any = page["/Resources"]
            for font in held.get_object().get("/Font", {}).values():
                for one in font.get_object().get("/DescendantFonts", [font]):
                    described = one.get_object()["/FontDescriptor"].get_object()
                    found[described["/FontName"]] = any(f"/FontFile{kind}" in described for kind in ("", "2", "3"))
        return found

    def ordered(self, *words: str) -> None:
        """Prove that words stand in the letter, in this order."""
        place = -1
        for word in words:
            found = self.text.find(word, place + 1)
            assert found >= 0, (word, self.text)
            place = found


def printed(case: Case, seq: int | None = None, **more: Any) -> Printed:
    """Print the letter of an act."""
    source = source_of(case, seq, **more)
    letter = compose(source, press().words)
    return Printed(letter, press().print(letter, source.entry.recorded_at))
