"""Become a program that ends with its parent, however that ends; run as a script: PARENT PROGRAM ARGUMENTS…."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
EX_OSERR = 71  # <sysexits.h>


def main(arguments: list[str]) -> None:
    """Ask the kernel for SIGTERM at the parent's death, see that it still lives, and become the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM))
    if os.getppid() != int(arguments[0]):
        sys.exit(EX_OSERR)  # it died before the signal was asked for; nobody is left to tell
    os.execv(arguments[1], arguments[1:])  # noqa: S606 - becoming another program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
