"""The environment as a frozen object; read by the wiring alone, and no value of it is ever printed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from exchange.core.errors import NodeError

MEBIBYTE = 1024 * 1024
BODY_LIMIT, BODY_SECONDS = 2 * MEBIBYTE, 20
POOL_SIZE = 20
CALLS_PER_MINUTE = 3000
ATTACHMENT_LIMIT = 1024 * MEBIBYTE
DIGITS = 12  # no number that is taken has more

_ADDRESS = re.compile(r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?/?")


class BadSetting(NodeError):
    """A setting of the environment cannot be used; the message names it, never its value."""


@dataclass(frozen=True, slots=True)
class MailRelay:
    """The authority's own mail relay. `tls` is `starttls` (required, not opportunistic) or `implicit`."""

    host: str
    port: int
    tls: Literal["starttls", "implicit"]
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Where the protection module is: `inside` this node, a process of its own (`apart`), or nowhere (`off`).

    Apart, `database_url` signs in to the module's database as a login that may become `protection_gate`; inside and in
    the module's own process as one that may become `protection_app`. `keys` is the key file, `files` the folder of
    sealed contents and wrapped keys: those of the node's own directory where none is named. With a `token`, by its
    label, the keys are on it, reached through its maker's PKCS #11 `library`; its PIN is the passphrase then, and
    `keys` holds what the token wraps. Where nothing is said, a sandbox has it inside and production none.
    `address` is under which people reach the pages of a module apart; without it the node's pages do not lead there.
    """

    way: Literal["inside", "apart", "off"] | None = None
    database_url: str | None = field(default=None, repr=False)
    migrate_database_url: str | None = field(default=None, repr=False)
    keys: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    files: Path | None = None
    library: Path | None = None
    token: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides. Sizes are in bytes, times in seconds.

    `database_url` signs in as a login that may become `exchange_app`, `migrate_database_url` as the tables' owner.
    `files` is the folder of attachments, that of the node's own directory where none is named. `protection` is what of
    the protection module belongs to this process; `address` is under which people reach the node, for a module apart.
    """

    database_url: str | None = field(default=None, repr=False)
    migrate_database_url: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    mail: MailRelay | None = None
    body_limit: int = BODY_LIMIT
    body_seconds: float = BODY_SECONDS
    pool_size: int = POOL_SIZE
    calls_per_minute: int = CALLS_PER_MINUTE
    files: Path | None = None
    attachment_limit: int = ATTACHMENT_LIMIT
    protection: Protection = field(default_factory=Protection)
    address: str | None = None


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise BadSetting naming every one that cannot be used.

    A secret may also stand in a file that `…_FILE` names, which keeps it out of the process's environment.
    """
    source = _Source(environment)
    key_file, files = source.text("EXCHANGE_KEY_FILE"), source.text("EXCHANGE_FILES")
    settings = Settings(
        database_url=source.secret("DATABASE_URL"),
        migrate_database_url=source.secret("MIGRATE_DATABASE_URL"),
        key_file=Path(key_file) if key_file else None,
        mail=_relay(source),
        body_limit=source.number("EXCHANGE_BODY_LIMIT", BODY_LIMIT, 1024, 64 * MEBIBYTE),
        body_seconds=float(source.number("EXCHANGE_BODY_SECONDS", BODY_SECONDS, 1, 600)),
        pool_size=source.number("EXCHANGE_POOL_SIZE", POOL_SIZE, 2, 500),
        calls_per_minute=source.number("EXCHANGE_CALLS_PER_MINUTE", CALLS_PER_MINUTE, 1, 1_000_000),
        files=Path(files) if files else None,
        attachment_limit=source.number("EXCHANGE_ATTACHMENT_LIMIT", ATTACHMENT_LIMIT, 1, 100 * 1024 * MEBIBYTE),
        protection=_protection(source),
        address=source.address("EXCHANGE_ADDRESS"),
    )
    source.refuse_the_bad()
    return settings


def _protection(source: "_Source") -> Protection:
    asked = source.text("EXCHANGE_PROTECTION")
    way = asked and source.choice("EXCHANGE_PROTECTION", ("inside", "apart", "off"))
    url = source.secret("PROTECTION_DATABASE_URL")
    keys, files = map(source.text, ("PROTECTION_KEYS", "PROTECTION_FILES"))
    library, token = map(source.text, ("PROTECTION_LIBRARY", "PROTECTION_TOKEN"))
    if way == "apart" and url is None:
        source.bad.append("PROTECTION_DATABASE_URL is needed where EXCHANGE_PROTECTION is apart")
    if bool(library) != bool(token):
        source.bad.append("PROTECTION_LIBRARY and PROTECTION_TOKEN are set together or not at all")
    return Protection(
        way=cast("Literal['inside', 'apart', 'off'] | None", way),
        database_url=url,
        migrate_database_url=source.secret("PROTECTION_MIGRATE_DATABASE_URL"),
        keys=Path(keys) if keys else None,
        passphrase=source.secret("PROTECTION_PASSPHRASE"),
        files=Path(files) if files else None,
        library=Path(library) if library else None,
        token=token,
        address=source.address("PROTECTION_ADDRESS"),
    )


def _relay(source: "_Source") -> MailRelay | None:
    host = source.text("SMTP_HOST")
    if host is None:
        return None
    implicit = source.choice("SMTP_TLS", ("starttls", "implicit")) == "implicit"
    return MailRelay(
        host=host,
        port=source.number("SMTP_PORT", 465 if implicit else 587, 1, 65535),
        tls="implicit" if implicit else "starttls",
        sender=source.needed("SMTP_FROM"),
        user=source.text("SMTP_USER"),
        password=source.secret("SMTP_PASSWORD"),
    )


class _Source:
    """Reads single settings and collects what is wrong with them, so that all is said at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.bad: list[str] = []

    def text(self, name: str) -> str | None:
        """Return a setting, None where it is absent or empty."""
        return self.environment.get(name, "").strip() or None

    def needed(self, name: str) -> str:
        """Return a setting that must be there because another one is."""
        value = self.text(name)
        if value is None:
            self.bad.append(f"{name} is needed")
        return value or ""

    def secret(self, name: str) -> str | None:
        """Return a secret from its own variable, or from the file that its `…_FILE` names."""
        direct, path = self.text(name), self.text(f"{name}_FILE")
        if direct is not None and path is not None:
            self.bad.append(f"set either {name} or {name}_FILE, not both")
        if path is None:
            return direct
        try:
            held = Path(path).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            self.bad.append(f"the file that {name}_FILE names cannot be read ({type(error).__name__})")
            return None
        if not held:
            self.bad.append(f"the file that {name}_FILE names is empty")
        return held or None

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= DIGITS and least <= int(value) <= most):
            self.bad.append(f"{name} must be a whole number from {least} to {most}")
            return default
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return one of a few words, the first where none is set."""
        value = self.text(name) or choices[0]
        if value not in choices:
            self.bad.append(f"{name} must be one of: {', '.join(choices)}")
        return value

    def address(self, name: str) -> str | None:
        """Return under which name people reach a process: `https://exchange.example`, nothing after it."""
        value = self.text(name)
        if value is not None and not _ADDRESS.fullmatch(value):
            self.bad.append(f"{name} must be https:// and a name, with a port if need be, and nothing after it")
        return None if value is None else value.rstrip("/")

    def refuse_the_bad(self) -> None:
        """Raise BadSetting if anything was wrong."""
        if self.bad:
            raise BadSetting("; ".join(self.bad))
