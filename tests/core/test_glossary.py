"""The glossary speaks of names that the code has."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
OPEN = (".", "core", "service", "store", "api", "web", "letters", "delivery")
PROTECTION = (".", "core", "content", "store", "service", "gateway", "api", "web", "web/pages")


def _rows() -> list[list[str]]:
    """Return the cells of every row, heads and rules aside."""
    rows = [line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip() not in {"---", "English"}]


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in (
            "schemas",
            "scheduler",
            *(f"exchange/{room}" for room in OPEN),
            *(f"exchange/protection/{room}" for room in PROTECTION),
        )
        for path in (ROOT / room).glob("*.py")
    )
    for row in _rows():
        for name in re.findall(r"`([^`]+)`", row[-1]):
            owner, _, member = name.rpartition(".")
            assert re.search(rf"\b{member}\b", code), name
            assert not owner or re.search(rf"^class {owner}\b", code, re.MULTILINE), name


def test_no_word_stands_twice_and_no_cell_is_empty() -> None:
    words = [row[0] for row in _rows()]
    assert len(set(words)) == len(words)
    assert all(cell for row in _rows() for cell in row)
