"""The embedded PostgreSQL: a server of our own on the loopback, which starts and ends with the node.

Everything stands in one directory, which belongs to the launcher alone:

    cluster/      PostgreSQL's own data directory; as root, given to the account the server runs under
    log/          what the server says, in files of bounded size
    password      of `exchange_owner`, mode 0600
    node.lock     held by the node that uses the directory
    server.lock   held by the server and its children, so that a successor knows when the last of them is gone
    server        which process the server was, for a successor that has to end it
"""

from exchange.store.localpg.errors import DataDirectoryBusy, LocalPostgresError
from exchange.store.localpg.programs import binary
from exchange.store.localpg.server import LocalPostgres, beside, start

__all__ = ["DataDirectoryBusy", "LocalPostgres", "LocalPostgresError", "beside", "binary", "start"]
