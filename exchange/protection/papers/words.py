"""The Russian words of the module's papers, over those that all letters share."""

import tomllib
from importlib.resources import files

from exchange.letters import words as shared
from exchange.letters.words import Words


def load() -> Words:
    """Read the words: a table that both have is the letters' with ours over it."""
    letters = shared.load()
    own = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    tables = {name: {**letters.own.get(name, {}), **own.get(name, {})} for name in {*letters.own, *own}}
    return Words(tables, letters.tongue)
