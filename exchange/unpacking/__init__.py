"""Texts taken out of files that hold them packed: in processes of their own, bounded in bytes, members and time."""
