"""What operators do to the keys of the protection module, at a terminal or with the passphrase in a file."""

import asyncio
import getpass
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from exchange import opening, protecting
from exchange.core.errors import KeysMissing, NodeError
from exchange.operate import tell
from exchange.protection.content import keyfile
from exchange.protection.content.file_provider import FileProvider
from exchange.protection.content.provider import KeyProvider
from exchange.runtime import Mode
from exchange.settings import Settings

SHORTEST: Final = 12
"""Fewest characters of a passphrase that is made at a terminal."""

NO_PASSPHRASE: Final = "the passphrase is needed: PROTECTION_PASSPHRASE_FILE, or a terminal"


def passphrase(settings: Settings, mode: Mode | None) -> str | None:
    """Return the passphrase of the settings, else what is typed at a terminal; None where there is neither."""
    if settings.protection.passphrase is not None or mode is Mode.SANDBOX or not sys.stdin.isatty():
        return settings.protection.passphrase
    return getpass.getpass("passphrase of the protection module: ") or None


def make(settings: Settings, _mode: Mode | None, data: Path) -> int:
    """Make the key file; one that is there stays as it is."""
    if settings.protection.token is not None:
        raise NodeError("the keys are on a token: the programs of its maker prepare it")
    path = protecting.key_file(settings, data)
    made = keyfile.create(path, settings.protection.passphrase or _new_passphrase())
    tell(f"made {path}" if made else f"{path} is there already")
    return 0


def change_passphrase(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Let the key file open by another passphrase from now on."""
    provider = _opened(settings, mode, data)
    if not isinstance(provider, FileProvider):
        raise NodeError("the keys are on a token: the programs of its maker change its PIN")
    provider.change_passphrase(_new_passphrase())
    tell("the key file opens by the new passphrase; copies of it still by the old one")
    return 0


def status(settings: Settings, mode: Mode | None, data: Path) -> bool:
    """Say which key file it is, and whose keys are in it where the passphrase is given; tell whether there are any."""
    path, token = protecting.key_file(settings, data), settings.protection.token
    if token is None and not path.exists():
        raise KeysMissing(f"there is no key file {path}: `exchange protection keys` makes one")
    tell(f"token: {token}" if token else f"key file: {path}")
    if (word := _word(settings, mode, data)) is None:
        tell("sealed: no passphrase is given")
        return False
    provider = _unsealed(settings, mode, data, word)
    count = Counter(owner.body or "rows" for owner in provider.owners())
    tell("\n".join(f"{body}: {number}" for body, number in sorted(count.items())) or "no keys yet")
    return bool(count)


def _word(settings: Settings, mode: Mode | None, data: Path) -> str | None:
    """Return the passphrase; a sandbox's is its own key, as when it serves."""
    given, made_here = settings.protection.passphrase, (data / opening.SANDBOX_KEY).exists()
    if given is None and mode is not Mode.PRODUCTION and settings.key_file is None and made_here:
        return opening.wrapping_key(settings, Mode.SANDBOX, data).hex()
    return passphrase(settings, mode)


def _opened(settings: Settings, mode: Mode | None, data: Path) -> KeyProvider:
    word = passphrase(settings, mode)
    if word is None:
        raise NodeError(NO_PASSPHRASE)
    return _unsealed(settings, mode, data, word)


def _unsealed(settings: Settings, mode: Mode | None, data: Path, word: str) -> KeyProvider:
    return asyncio.run(protecting.open_provider(settings, mode or Mode.PRODUCTION, data, word))


def _new_passphrase() -> str:
    if not sys.stdin.isatty():
        raise NodeError("a new passphrase is typed at a terminal")
    first, again = getpass.getpass("new passphrase: "), getpass.getpass("again: ")
    if first != again:
        raise NodeError("the two are not the same")
    if len(first) < SHORTEST:
        raise NodeError(f"a passphrase has at least {SHORTEST} characters")
    return first
