"""The key file: all keys of a node in one file outside the database, opened by the operator's passphrase.

`MAGIC | passes, kibibytes, lanes (4 each) | salt (16) | nonce (12) | master key, wrapped (48) |
nonce (12) | keys, wrapped`

Argon2id (RFC 9106) of the passphrase wraps the master key, and that the keys (`exchange.protection.content.keyset`),
both with AES-256-GCM; all that stands before is authenticated with the keys. Whoever holds the master key writes new
keys without the passphrase. A file is replaced whole: written beside, synced, renamed, the former one overwritten;
writers hold a lock on `NAME.lock`.
"""

import fcntl
import os
import secrets
import struct
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.core.errors import KeysMissing, NodeError, Tampered, WrongPassphrase
from exchange.files.handles import told
from exchange.protection.content.keyset import KeySet, unpacked, wipe
from exchange.protection.content.provider import KEY_BYTES, NONCE_BYTES, TAG_BYTES

T = TypeVar("T")

MAGIC: Final = b"exchange keys 1\n"
SALT_BYTES: Final = 16
OTHERS: Final = 0o077
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a key file: more than a million keys."""

_COST: Final = struct.Struct(">III")
_MASTER_AT: Final = len(MAGIC) + _COST.size + SALT_BYTES
_HEAD: Final = _MASTER_AT + NONCE_BYTES + KEY_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What opening the file costs whoever guesses: RFC 9106 with four times the memory of its second option."""

    passes: int = 4
    kibibytes: int = 256 * 1024
    lanes: int = 4

    def is_bearable(self) -> bool:
        """Tell whether a file may ask for it: another's file does not take the machine down."""
        return 0 < self.passes <= 64 and 0 < self.lanes <= 64 and 8 * self.lanes <= self.kibibytes <= 4 * 1024**2  # noqa: PLR2004 - 4 GiB


@dataclass(frozen=True, slots=True)
class Seen:
    """By what a file that was replaced is known."""

    inode: int
    written: int
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """An open key file: its head as it is kept, its keys, and which file that was."""

    head: bytes
    keys: KeySet
    seen: Seen


def create(path: Path, passphrase: str, cost: Cost | None = None) -> bool:
    """Make a key file without keys; one that is there stays as it is. Tell whether it was made."""
    master = bytearray(os.urandom(KEY_BYTES))
    with told():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with writing(path):
        if path.exists():
            return False
        write(path, _headed(master, passphrase, cost or Cost()), master, KeySet())
    wipe(master)
    return True


def opened_by_passphrase(path: Path, passphrase: str) -> tuple[bytearray, Opened]:
    """Return the master key and what it opens; raise KeysMissing, WrongPassphrase and Tampered."""
    return anew(path, lambda: _by_passphrase(path, passphrase))


def _by_passphrase(path: Path, passphrase: str) -> tuple[bytearray, Opened]:
    whole, seen = _read(path)
    head = whole[:_HEAD]
    cost = Cost(**dict(zip(("passes", "kibibytes", "lanes"), _COST.unpack_from(whole, len(MAGIC)), strict=True)))
    if not cost.is_bearable():
        raise Tampered("the key file asks for more than opening it may cost")
    wrapping = _derived(passphrase, head[_MASTER_AT - SALT_BYTES : _MASTER_AT], cost)
    nonce, sealed = head[_MASTER_AT : _MASTER_AT + NONCE_BYTES], head[_MASTER_AT + NONCE_BYTES :]
    try:
        master = bytearray(AESGCM(wrapping).decrypt(nonce, sealed, head[:_MASTER_AT]))
    except InvalidTag:
        raise WrongPassphrase("the passphrase does not open the key file") from None
    finally:
        wipe(wrapping)
    return master, _opened(whole, master, seen)


def opened_by_master(path: Path, master: bytearray) -> Opened:
    """Open the file anew; raise KeysMissing and Tampered."""

    def opened() -> Opened:
        whole, seen = _read(path)
        return _opened(whole, master, seen)

    return anew(path, opened)


def with_passphrase(master: bytearray, passphrase: str, cost: Cost) -> bytes:
    """Return a new head: the same master key under another passphrase."""
    return _headed(master, passphrase, cost)


def seen(path: Path) -> Seen | None:
    """Return which file lies there now, None for none."""
    with told(), suppress(FileNotFoundError):
        found = path.stat()
        return Seen(found.st_ino, found.st_mtime_ns, found.st_size)
    return None


def write(path: Path, head: bytes, master: bytearray, keys: KeySet) -> Seen:
    """Replace the key file by one with these keys; `writing` must be held."""
    packed, nonce = keys.packed(), os.urandom(NONCE_BYTES)
    whole = head + nonce + AESGCM(master).encrypt(nonce, packed, head)
    wipe(packed)
    replace(path, whole)
    with told():
        found = path.stat()
    return Seen(found.st_ino, found.st_mtime_ns, found.st_size)


def replace(path: Path, whole: bytes) -> None:
    """Put a file in the place of another in one step, as `put`, and overwrite the old one.

    As far as the file system lets that be. What a crash leaves of it goes with the next one, or with `clear`; so does
    the old one where the new one may not stand, since the folder was not flushed.
    """
    clear(path)
    with told(), suppress(OSError):  # there is none yet, or the file system knows no links
        os.link(path, _former(path))
    try:
        put(path, whole)
    except BaseException:
        _kept_as_it_was(path)
        raise
    clear(path)


def put(path: Path, whole: bytes) -> None:
    """Put a file in the place of another in one step, mode 0600; raise NoRoom, the old one stands then.

    `writing` must be held.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with told():
        try:
            _put(beside, whole)
            beside.replace(path)
            _sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)


def clear(path: Path) -> None:
    """Overwrite and unlink the file that the present one stands for; what never was replaced loses its other name."""
    former = _former(path)
    with told(), suppress(FileNotFoundError):
        if not former.samefile(path):
            descriptor = os.open(former, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                _written(descriptor, os.urandom(os.fstat(descriptor).st_size))
            finally:
                os.close(descriptor)
        former.unlink()
        _sync(path.parent)


def _kept_as_it_was(path: Path) -> None:
    """Take its other name from a file that was not replaced."""
    former = _former(path)
    with suppress(OSError):
        if former.samefile(path):
            former.unlink()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let nobody else write the file meanwhile; the lock ends with the process, however that ends."""
    with told():
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with told():
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _headed(master: bytearray, passphrase: str, cost: Cost) -> bytes:
    if not passphrase:
        raise NodeError("the passphrase of the key file is empty")
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    begin = MAGIC + _COST.pack(cost.passes, cost.kibibytes, cost.lanes) + salt
    wrapping = _derived(passphrase, salt, cost)
    try:
        return begin + nonce + AESGCM(wrapping).encrypt(nonce, master, begin)
    finally:
        wipe(wrapping)


def _derived(passphrase: str, salt: bytes, cost: Cost) -> bytearray:
    """Return the key that a passphrase makes; however its letters are composed, it is the same."""
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return bytearray(hash_secret_raw(secret, salt, cost.passes, cost.kibibytes, cost.lanes, KEY_BYTES, Type.ID))


def _read(path: Path) -> tuple[bytes, Seen]:
    """Return the file's bytes; raise KeysMissing where it cannot be used, and Tampered where it is no key file."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            whole = file.read(LARGEST + 1)
    except OSError as error:
        raise KeysMissing(f"the protection module's key file cannot be read ({type(error).__name__})") from None
    if found.st_mode & OTHERS:
        raise KeysMissing("the protection module's key file can be used by others than its owner: give it mode 0600")
    if not whole.startswith(MAGIC) or not _HEAD + NONCE_BYTES + TAG_BYTES <= len(whole) <= LARGEST:
        raise Tampered("this is no key file of the protection module")
    return whole, Seen(found.st_ino, found.st_mtime_ns, found.st_size)


def _opened(whole: bytes, master: bytearray, found: Seen) -> Opened:
    head, nonce, sealed = whole[:_HEAD], whole[_HEAD : _HEAD + NONCE_BYTES], whole[_HEAD + NONCE_BYTES :]
    plain = bytearray(len(sealed) - TAG_BYTES)
    try:
        AESGCM(master).decrypt_into(nonce, sealed, head, plain)
    except InvalidTag:
        raise Tampered("the key file was changed, or is another node's") from None
    try:
        return Opened(head, unpacked(plain), found)
    finally:
        wipe(plain)


def _former(path: Path) -> Path:
    """Return the other name of a file that is being replaced."""
    return path.with_name(f".{path.name}.former")


def anew(path: Path, opening: Callable[[], T]) -> T:
    """Open a file, once more where it was replaced, and so overwritten, while it was read."""
    while True:
        before = seen(path)
        try:
            return opening()
        except (Tampered, WrongPassphrase):
            if seen(path) == before:
                raise


def _put(path: Path, whole: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _written(descriptor, whole)
    finally:
        os.close(descriptor)


def _written(descriptor: int, whole: bytes) -> None:
    left = memoryview(whole)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
