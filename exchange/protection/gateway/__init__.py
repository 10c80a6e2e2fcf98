"""All that the open exchange sees of the protection of state secrets: the mark guard, and the doors to the module."""

from exchange.protection.gateway.doors import CLOSED, Beside, Doors, Inline, Inside, Known
from exchange.protection.gateway.examining import GUARDED
from exchange.protection.gateway.watch import FileWatch, Watch, open_watch

__all__ = (
    "CLOSED",
    "GUARDED",
    "Beside",
    "Doors",
    "FileWatch",
    "Inline",
    "Inside",
    "Known",
    "Watch",
    "open_watch",
)
