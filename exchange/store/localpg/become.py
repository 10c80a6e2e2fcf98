"""Become a program of PostgreSQL that has no rights of root and ends with its parent; run as a script.

Arguments: user, group, the parent's process number, the signal to get at its death, program, its arguments.

A script, and not a hook between fork and exec: it starts with root's rights, so that it is read and run from
directories closed to the server's account, and no thread of the parent can have left a lock behind in it. The
working directory is the data directory, entered while still root: see `cluster.HERE`.
"""

import ctypes
import os
import signal
import sys

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_GET_PDEATHSIG = 2
PR_SET_NO_NEW_PRIVS = 38

EX_OSERR = 71  # <sysexits.h>


def main(arguments: list[str]) -> None:
    """Drop rights, arm the death signal, and become the program, in this order."""
    uid, gid, parent, death_signal = map(int, arguments[:4])
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    # Only now: the kernel forgets the death signal whenever the account changes.
    arm(death_signal)
    if os.getppid() != parent:
        # It died before the signal was armed; nobody is left to tell.
        sys.exit(EX_OSERR)
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - becoming another program is the purpose


def arm(death_signal: int) -> None:
    """Ask the kernel for the signal at the parent's death, and make sure of its answer."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(death_signal))
    armed = ctypes.c_int(0)
    prctl(PR_GET_PDEATHSIG, ctypes.byref(armed))
    if armed.value != death_signal:
        raise OSError(ctypes.get_errno(), "the death signal could not be armed")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.stderr.write(f"FATAL:  could not start the program without root's rights: {error}\n")
        sys.exit(EX_OSERR)
