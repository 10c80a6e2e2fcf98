"""Where the bytes of attachments lie: one interface, a folder behind it. Whose they are stands in the database."""

from exchange.files.folder import Folder
from exchange.files.store import CHUNK, Held, Reader, Store, Stored, Writer

__all__ = ["CHUNK", "Folder", "Held", "Reader", "Store", "Stored", "Writer"]
