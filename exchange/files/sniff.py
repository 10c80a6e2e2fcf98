"""What a file is by its first bytes, and whether that contradicts what it is said to be; nothing is ever unpacked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import puremagic

SURE: Final = 0.6
"""From which confidence on a guess of the library is worth showing."""

TEXT: Final = "text/plain"
UNKNOWN: Final = "application/octet-stream"

_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""The bytes that no text in any usual encoding of one byte, nor UTF-8, holds (WHATWG MIME Sniffing, section 3)."""

_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|table|div|h1)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
"""How a page begins; nothing is tried twice, so that no bytes take long."""
_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[\s]", re.IGNORECASE)
_SVG: Final = re.compile(rb"<(?:\w+:)?svg[\s/>]", re.IGNORECASE)
_XHTML: Final = re.compile(rb"<(?:\w+:)?html[\s/>]", re.IGNORECASE)
_MP4: Final = re.compile(rb"....ftyp", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """What the bytes are; `family` names a kind whose files always begin alike, None where nothing is certain."""

    media_type: str
    family: str | None


_SIGNATURES: Final[tuple[tuple[str, Callable[[bytes], object]], ...]] = (
    ("application/pdf", re.compile(rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-").match),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n").match),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff").match),
    ("image/gif", re.compile(rb"GIF8[79]a").match),
    ("image/tiff", re.compile(rb"II\*\x00|MM\x00\*").match),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL).match),
    ("audio/wav", re.compile(rb"RIFF....WAVE", re.DOTALL).match),
    ("video/x-msvideo", re.compile(rb"RIFF....AVI ", re.DOTALL).match),
    ("application/ogg", re.compile(rb"OggS\x00").match),
    ("video/x-matroska", re.compile(rb"\x1aE\xdf\xa3").match),
    ("application/zip", re.compile(rb"PK\x03\x04|PK\x05\x06").match),
    ("application/x-7z-compressed", re.compile(rb"7z\xbc\xaf\x27\x1c").match),
    ("application/vnd.rar", re.compile(rb"Rar!\x1a\x07").match),
    ("application/gzip", re.compile(rb"\x1f\x8b\x08").match),
    ("application/x-bzip2", re.compile(rb"BZh[1-9]1AY&SY").match),
    ("application/x-xz", re.compile(rb"\xfd7zXZ\x00").match),
    ("application/x-ole-storage", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").match),
    ("application/rtf", re.compile(rb"\{\\rtf").match),
    ("application/vnd.sqlite3", re.compile(rb"SQLite format 3\x00").match),
    ("application/x-executable", re.compile(rb"\x7fELF").match),
    ("application/x-mach-binary", re.compile(rb"\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe").match),
    ("application/x-shellscript", re.compile(rb"#!\s*/").match),
)

_EXECUTABLE: Final = "application/vnd.microsoft.portable-executable"

_FAMILIES: Final[Mapping[str, str]] = {
    **{media_type: media_type for media_type, _ in _SIGNATURES},
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/ogg": "application/ogg",
    "video/ogg": "application/ogg",
    "video/webm": "video/x-matroska",
    "audio/webm": "video/x-matroska",
    "video/avi": "video/x-msvideo",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "application/java-archive": "application/zip",
    "application/vnd.android.package-archive": "application/zip",
    "application/epub+zip": "application/zip",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-gzip": "application/gzip",
    "application/x-elf": "application/x-executable",
    "application/x-sharedlib": "application/x-executable",
    "application/x-object": "application/x-executable",
    "application/x-pie-executable": "application/x-executable",
    "application/x-msdos-program": _EXECUTABLE,
    "application/x-dosexec": _EXECUTABLE,
    "application/x-msdownload": _EXECUTABLE,
    _EXECUTABLE: _EXECUTABLE,
    "text/rtf": "application/rtf",
    "image/svg+xml": "image/svg+xml",
}
"""The declared types whose files always begin with their signature, and the family that this makes them one of."""

_SPEAKING: Final = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "application/x-executable",
        _EXECUTABLE,
    }
)
"""Families that no other type is built on."""

_ZIPPED: Final = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
_TEXTUAL: Final = frozenset(
    {TEXT, "text/html", "image/svg+xml", "application/xml", "application/xhtml+xml", "application/x-shellscript"}
)
"""What is found and is text all the same."""

_ACTIVE_TYPES: Final = frozenset(
    {
        _EXECUTABLE,
        "application/x-dosexec",
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/x-executable",
        "application/x-elf",
        "application/x-sharedlib",
        "application/x-mach-binary",
        "application/x-shellscript",
        "application/x-sh",
        "application/x-csh",
        "application/x-msi",
        "application/java-archive",
        "application/java-vm",
        "application/vnd.android.package-archive",
        "application/hta",
        "application/javascript",
        "application/ecmascript",
        "application/x-javascript",
        "application/x-python-code",
        "application/x-shockwave-flash",
        "application/xml",
        "application/xhtml+xml",
        "application/xslt+xml",
        "image/svg+xml",
        "multipart/related",
        "message/rfc822",
        "text/css",
        "text/ecmascript",
        "text/html",
        "text/javascript",
        "text/x-python",
        "text/x-shellscript",
        "text/xml",
    }
)
_ACTIVE_ENDINGS: Final = frozenset({
    "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "docm", "elf", "exe", "gadget", "hta", "htm", "html",
    "inf", "jar", "js", "jse", "lnk", "mht", "mhtml", "msc", "msi", "msp", "php", "pif", "pl", "potm", "ppam", "pptm",
    "ps1", "psm1", "py", "pyc", "rb", "reg", "scr", "sh", "shtml", "so", "svg", "svgz", "swf", "url", "vb", "vbe",
    "vbs", "wsf", "wsh", "xht", "xhtml", "xlam", "xlsm", "xml", "xsl", "xslt",
})  # fmt: skip


def sniff(head: bytes) -> Found:
    """Tell what a file is by its first bytes."""
    for media_type, fits in _SIGNATURES:
        if fits(head):
            return Found(media_type, media_type)
    if _is_program(head):
        return Found(_EXECUTABLE, _EXECUTABLE)
    return _text(head) or Found("video/mp4" if _MP4.match(head) else _guessed(head), None)


def _text(head: bytes) -> Found | None:
    """Tell which kind of text it is, None for what is none."""
    if _MARKUP.match(head):
        return Found("text/html", "text")
    if _XML.match(head) or _SVG.match(head.lstrip()):
        if _SVG.search(head):
            return Found("image/svg+xml", "image/svg+xml")
        return Found("application/xhtml+xml" if _XHTML.search(head) else "application/xml", "text")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not _NO_TEXT.search(head):
        return Found(TEXT, "text")
    return None


def contradicts(declared: str, found: Found) -> bool:
    """Tell whether a file certainly is not what it is said to be; what says nothing is never wrong."""
    if declared == UNKNOWN:
        return False
    family = "application/zip" if declared.startswith(_ZIPPED) else _FAMILIES.get(declared)
    if family is not None:
        return found.family != family
    kind = declared.partition("/")[0]
    if found.family in _SPEAKING:
        return kind in {"application", "text"} or found.family.partition("/")[0] != kind
    if kind == "text" or declared in {"application/json", "application/xml"}:
        return found.media_type not in _TEXTUAL
    if kind in {"image", "audio", "video", "font"}:
        return found.family is not None and found.family.partition("/")[0] != kind
    return False


def is_active(name: str, declared: str, found: Found) -> bool:
    """Tell whether a program, a script or a page could be in it; what opens it may believe any of the three."""
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    types = {declared, found.media_type}
    return bool(types & _ACTIVE_TYPES) or ending in _ACTIVE_ENDINGS or declared.endswith("+xml")


def _is_program(head: bytes) -> bool:
    """Tell whether a file is a program for DOS or Windows: `MZ` alone also begins some texts."""
    if not head.startswith(b"MZ"):
        return False
    place = int.from_bytes(head[60:64], "little")
    return head[place : place + 4] == b"PE\0\0" or _NO_TEXT.search(head[:64]) is not None


def _guessed(head: bytes) -> str:
    """Return what a library of signatures takes it for, where it is sure enough; for showing only."""
    try:
        guesses = puremagic.magic_string(head[:4096])
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    sure = (one.mime_type for one in guesses if one.mime_type and one.confidence >= SURE)
    return next(sure, UNKNOWN)
