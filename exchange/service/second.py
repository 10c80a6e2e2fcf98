"""The second factor: codes by time (RFC 6238), each good once, and recovery codes for a lost telephone."""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from os import urandom
from typing import Final

import pyotp
import segno

from exchange.service.keys import Keyring
from exchange.store import accounts
from exchange.store.accounts import Proofs
from exchange.store.database import Connection

STEP_SECONDS: Final = 30
WINDOW: Final = 1
"""Steps before and after the present one that are taken: clocks of telephones differ."""

RECOVERY_CODES: Final = 10
CODE_BYTES: Final = 10
"""80 random bits of a recovery or set-up code: too many to guess, so a fast hash is enough."""

_CODE: Final = re.compile(r"[0-9]{6}")
_BETWEEN: Final = re.compile(r"[\s\-]+")


def new_secret() -> str:
    """Return a secret: 160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def wrapped(keys: Keyring, login: str, secret: str) -> bytes:
    """Return a secret as it is kept: it opens under the node's key file, for this account alone."""
    return keys.wrap(secret.encode(), _bound(login))


def opened(keys: Keyring, login: str, kept: bytes) -> str:
    """Return a kept secret; raise KeysMissing when the key file is another one."""
    return keys.unwrap(kept, _bound(login)).decode()


def step_of(secret: str, code: str, real: datetime) -> int | None:
    """Return the step whose code this is, the present one or a neighbour; None for another code."""
    given, now = _BETWEEN.sub("", code), int(real.timestamp()) // STEP_SECONDS
    if not (given.isascii() and _CODE.fullmatch(given)):
        return None
    made = pyotp.TOTP(secret, interval=STEP_SECONDS)
    steps = range(now - WINDOW, now + WINDOW + 1)
    fitting = [step for step in steps if hmac.compare_digest(made.generate_otp(step), given)]
    return max(fitting, default=None)


async def use(conn: Connection, keys: Keyring, of: Proofs, code: str, real: datetime) -> bool:
    """Use up a code of an account's second factor, or a recovery code; false for a wrong or used one.

    Call it with the account locked, in the transaction of what it opens: of two with the same code one goes through.
    """
    if of.factor is None:
        return False
    step = step_of(opened(keys, of.login, of.factor), code, real)
    if step is not None:
        return await accounts.use_step(conn, of.login, step)
    return await accounts.use_recovery(conn, of.login, digest(of.login, code), real)


def new_code() -> str:
    """Return a one-time code that a person can type: 16 characters in groups of four."""
    text = b32encode(urandom(CODE_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def new_recovery() -> Sequence[str]:
    """Return fresh recovery codes."""
    return [new_code() for _ in range(RECOVERY_CODES)]


def digest(login: str, code: str) -> bytes:
    """Return what is kept of a one-time code, however it was typed."""
    return sha256(f"{login}\n{_BETWEEN.sub('', code).upper()}".encode("utf-8", "replace")).digest()


def picture(secret: str, login: str, issuer: str) -> str:
    """Return the secret for a telephone's camera: an SVG element without styles or links."""
    address = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=issuer)
    buffer = BytesIO()
    segno.make(address, error="m", micro=False).save(
        buffer, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, light="#fff", dark="#000", nl=False
    )
    return buffer.getvalue().decode()


def _bound(login: str) -> bytes:
    """Return what a wrapped secret is bound to."""
    return f"second factor\n{login}".encode()
