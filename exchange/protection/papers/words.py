"""The Russian words of the module's papers, over those that all letters share."""

import tomllib
from dataclasses import replace
from importlib.resources import files

from exchange.letters.words import Words


def over(letters: Words) -> Words:
    """Return the letters' words with ours: a table that both have is the letters' with ours over it."""
    own = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    tables = {name: {**letters.own.get(name, {}), **own.get(name, {})} for name in {*letters.own, *own}}
    return replace(letters, own=tables)
