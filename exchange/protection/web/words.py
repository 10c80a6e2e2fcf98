"""The words of these pages: their own catalogues over the open ones; what the law says in Russian is its own."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, Final

from exchange.protection.core.acts import ACTS
from exchange.protection.core.naming import VOCABULARIES
from exchange.protection.core.objections import GROUNDS
from exchange.tongues import DEFAULT, Tongue, Tongues

PREFIX: Final = "secret."
"""What every key of these pages begins with."""


def tongues_of(open_ones: Tongues) -> Tongues:
    """Return the open pages' languages with the words of these pages beside theirs."""
    return Tongues({code: replace(tongue, words=_words(tongue)) for code, tongue in open_ones.by_code.items()})


def of_law() -> dict[str, str]:
    """Return the Russian words that the law's tables hold."""
    acts = {f"{PREFIX}act.{kind}": act.title for kind, act in ACTS.items()}
    named = {f"{PREFIX}{kind}.{name}": text for kind, words in VOCABULARIES.items() for name, text in words.items()}
    return acts | named | {f"{PREFIX}ground.{code}": ground.words for code, ground in GROUNDS.items()}


def _words(tongue: Tongue) -> Mapping[str, str]:
    own = tomllib.loads(files(__package__).joinpath("words", f"{tongue.code}.toml").read_text("utf-8"))
    return {**tongue.words, **(of_law() if tongue.code == DEFAULT else {}), **dict(_flat(PREFIX, own))}


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield prefix + name, str(value)
