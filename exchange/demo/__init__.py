"""The demonstration: starts a sandbox node and plays a sample story over its API."""

from exchange.demo.run import run

__all__ = ["run"]
