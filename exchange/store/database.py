"""What a query runs on."""

from typing import TypeAlias

from asyncpg import Connection as DirectConnection
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "DirectConnection[Record] | PoolConnectionProxy[Record]"
"""A connection of its own, or one borrowed from a pool."""
