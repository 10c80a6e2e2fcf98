"""Notices on their way out: built, handed to the relay, and in a sandbox caught again."""
