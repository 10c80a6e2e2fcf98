"""The use cases: lock, decide, save. Nothing here commits, reads the clock or knows HTTP."""
