"""The pages made from the table are those in docs/. To write them anew: `WRITE_DOCS=1` before the test's command."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.core.acts import ACTS, Need
from exchange.core.handbook import _NEEDS, acts_page, states_page
from schemas.vocabulary import State

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

PAGES: dict[str, Callable[[], str]] = {"acts.md": acts_page, "states.md": states_page}


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_says_what_the_table_says(name: str) -> None:
    text, path = PAGES[name](), DOCS / name
    if os.environ.get("WRITE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"docs/{name} is old: run this test with WRITE_DOCS=1"


def test_every_act_and_every_need_is_in_words() -> None:
    assert set(_NEEDS) == set(Need)
    rows = acts_page().splitlines()
    assert all(any(row.startswith(f"| `{kind}` |") for row in rows) for kind in ACTS)


def test_the_diagram_reaches_every_state_from_the_beginning() -> None:
    ways = set(re.findall(r"^    (\S+) --> ([\w\[*\]]+)", states_page(), re.MULTILINE))
    reached = {"[*]"}
    while more := {target for origin, target in ways if origin in reached} - reached:
        reached |= more
    assert reached - {"[*]"} == {state.value for state in State}
    assert ("received", "executing") in ways
    assert ("executing", "received") in ways
    assert ("withdrawn", "[*]") in ways
    assert ("executed", "withdrawn") not in ways
