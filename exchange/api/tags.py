"""Versions as callers name them: entity tags in If-Match (RFC 9110)."""

import re
from typing import Final

from starlette.requests import Request

_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def seen_in(request: Request) -> tuple[str, ...] | None:
    """Return the versions of which the caller takes one for the latest; None when any will do.

    Weak and foreign tags name no version: with nothing else given there is none to compare with.
    """
    given = ", ".join(request.headers.getlist("if-match")).strip()
    if given in {"", "*"}:
        return None
    return tuple(tag.strip('"') for tag in _TAG.findall(given) if not tag.startswith("W/"))


def tag(head: bytes) -> str:
    """Name a version: the digest of the last entry of a record."""
    return f'"{head.hex()}"'
