"""A planted secret in every form that it could leak in, and where any of them stands in bytes."""

import gzip
import json
import quopri
import re
import unicodedata
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_BREAKS = re.compile(rb"(?:\r\n|[\r\n]|\\r\\n|\\n|=\r?\n)[ \t>]*")
_BREAKS_UTF_16 = re.compile(rb"(?:\r\0\n\0|\n\0)|(?:\0\r\0\n|\0\n)")
_PACKED = (b"\x1f\x8b\x08", b"\x78\x9c", b"\x78\xda", b"\x78\x01")


@dataclass(frozen=True, slots=True)
class Find:
    """A secret found: in which place, whose it is, in which form."""

    place: str
    secret: str
    form: str


def forms(text: str) -> Mapping[str, bytes]:
    """Return the bytes that give a secret away, by the name of the encoding."""
    raw, spread = text.encode(), unicodedata.normalize("NFD", text)
    found = {
        "utf-8": raw,
        "utf-8, decomposed": spread.encode(),
        "utf-16, little end first": text.encode("utf-16-le"),
        "utf-16, big end first": text.encode("utf-16-be"),
        "utf-16, decomposed": spread.encode("utf-16-le"),
        "upper case": text.upper().encode(),
        "lower case": text.lower().encode(),
        "json": json.dumps(text)[1:-1].encode(),
        "percent": quote(text, safe="").encode(),
        "hexadecimal": raw.hex().encode(),
        "quoted-printable": quopri.encodestring(raw).replace(b"=\n", b""),
        "windows-1251": text.encode("cp1251", "replace"),
    }
    for name, encoded in (("utf-8", raw), ("utf-16", text.encode("utf-16-le")), ("decomposed", spread.encode())):
        for shift in range(3):
            found[f"base64 of {name}, shifted by {shift}"] = _inner(b64encode(bytes(shift) + encoded), shift)
            found[f"base64url of {name}, shifted by {shift}"] = _inner(urlsafe_b64encode(bytes(shift) + encoded), shift)
    return found


def plantings(text: str) -> Mapping[str, bytes]:
    """Return contents that bear a secret: raw, in base64, in UTF-16, decomposed, split over lines."""
    half = len(text) // 2
    return {
        "raw": text.encode(),
        "base64": b64encode(text.encode()),
        "utf-16": text.encode("utf-16"),
        "decomposed": unicodedata.normalize("NFD", text).encode(),
        "split": f"{text[:half]}\r\n{text[half:]}".encode(),
        "base64 in lines": b"\r\n".join(_lines(b64encode(text.encode()))),
    }


class Search:
    """Looks for secrets; what it looked at is counted, so that a search of nothing proves nothing."""

    def __init__(self, secrets: Mapping[str, str], *, stem: str = "") -> None:
        """Look for these; `stem` is what stands in each of them, and is looked for first where there are many."""
        self._secrets, self._stem = _needles(secrets), _needles({"stem": stem} if stem else {})
        self.places = 0
        self.bytes = 0

    def within(self, place: str, content: bytes) -> Iterator[Find]:
        """Yield the secrets in some bytes: as they are, with the line breaks taken out, and unpacked."""
        self.places += 1
        self.bytes += len(content)
        seen = set()
        for look in _looks(content):
            if self._stem and not any(needle in look for _, _, needle in self._stem):
                continue
            for name, form, needle in self._secrets or self._stem:
                if (name, form) not in seen and needle in look:
                    seen.add((name, form))
                    yield Find(place, name, form)

    def within_files(self, folder: Path) -> Iterator[Find]:
        """Yield the secrets in all files below a folder, and in their names."""
        for path in sorted(folder.rglob("*")):
            shown = str(path.relative_to(folder))
            yield from self.within(f"the name of {shown}", shown.encode("utf-8", "surrogateescape"))
            if path.is_file() and not path.is_symlink():
                try:
                    content = path.read_bytes()
                except FileNotFoundError:
                    continue  # the server removes its own files as it goes
                yield from self.within(shown, content)


def _needles(secrets: Mapping[str, str]) -> list[tuple[str, str, bytes]]:
    return [(name, form, needle) for name, text in secrets.items() for form, needle in forms(text).items()]


def _looks(content: bytes) -> Iterable[bytes]:
    """Yield what is searched: the bytes, without their line breaks, and what is packed in them."""
    yield content
    yield _BREAKS.sub(b"", content)
    if b"\0" in content:
        yield _BREAKS_UTF_16.sub(b"", content)
    if content.startswith(_PACKED):
        with_header = gzip.decompress if content.startswith(_PACKED[0]) else zlib.decompress
        try:
            yield with_header(content)
        except (OSError, EOFError, zlib.error):
            return


def _inner(encoded: bytes, shift: int) -> bytes:
    """Return the letters of base64 that the bytes before and after a secret have no part in."""
    first = (shift * 8 + 5) // 6
    return encoded[first:].rstrip(b"=")[:-1]


def _lines(text: bytes, length: int = 20) -> Iterator[bytes]:
    yield from (text[start : start + length] for start in range(0, len(text), length))
