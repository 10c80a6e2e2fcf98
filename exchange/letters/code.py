"""The verification code of a letter: the beginning of its entry's digest, in letters that nobody mistakes.

A code is 20 characters of Crockford's base 32 (100 bits) in groups of four: `7QK2-AB3D-EFGH-J8MN-PQR5`.
"""

import re
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 20
GROUP: Final = 4
BITS: Final = 5
_LIKE: Final = str.maketrans("OILАВЕКМНОРСТХ", "011ABEKMH0PCTX")
"""What is read or typed for another: letters that Crockford leaves out, and Cyrillic ones that look alike."""


def code_of(digest: bytes) -> str:
    """Return the code of an entry by its digest."""
    number = int.from_bytes(digest, "big") >> (8 * len(digest) - BITS * LENGTH)
    letters = [ALPHABET[(number >> (BITS * place)) & 31] for place in reversed(range(LENGTH))]
    return "-".join("".join(letters[start : start + GROUP]) for start in range(0, LENGTH, GROUP))


def read(typed: str) -> str | None:
    """Return a code as `code_of` writes it from what somebody typed; None for what can be none."""
    plain = re.sub(r"[\s\-–—]", "", typed[: 4 * LENGTH]).upper().translate(_LIKE)
    if len(plain) != LENGTH or set(plain) - set(ALPHABET):
        return None
    return "-".join(plain[start : start + GROUP] for start in range(0, LENGTH, GROUP))
