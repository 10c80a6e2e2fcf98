"""Under which account the server runs: PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from exchange.store.localpg.errors import LocalPostgresError, told_plainly

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """A user and a group by number; `given_up` says that we are root and become it."""

    uid: int
    gid: int
    given_up: bool


def choose(cluster: Path) -> Account:
    """Return the account for a data directory: our own, or as root its owner's, or `nobody`.

    A number without a name would keep the server apart from anything else that runs as `nobody`, but initdb
    looks itself up in the system's list of users and refuses to work without a name.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), given_up=False)
    with told_plainly("look at the data directory"):
        owner = cluster.lstat() if cluster.exists() else None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, given_up=True)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise LocalPostgresError(
            f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED!r} to run it under: "
            "start the node as an ordinary user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, given_up=True)


def require_name(account: Account) -> None:
    """Refuse early, and in plain words, what initdb would refuse."""
    try:
        pwd.getpwuid(account.uid)
    except KeyError:
        raise LocalPostgresError(
            f"the user with the number {account.uid} has no name on this system, and PostgreSQL's initdb "
            "needs one: add the user, or set DATABASE_URL"
        ) from None


def give_away(cluster: Path, account: Account) -> None:
    """Hand a data directory that root brought here (a restored copy, say) to the server's account."""
    if not account.given_up or cluster.lstat().st_uid != 0:
        return
    with told_plainly("give the data directory to the server's account"):
        for folder, folders, files in os.walk(cluster):
            for name in (*folders, *files):
                os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)
        os.chown(cluster, account.uid, account.gid, follow_symlinks=False)
