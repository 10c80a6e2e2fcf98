"""The documents say what is there: every path, name, link and record they mention; no module outgrows its reader."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "map.md"
DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PRODUCT = ("exchange", "schemas", "scheduler", "bench")
MOST_LINES = 400

NAME = re.compile(rf"\b(?:{'|'.join(PRODUCT)})(?:\.[A-Za-z_]\w*)+(?!\w*/)")
PATH = re.compile(r"`([\w.-]*/[\w./-]*|[\w-]+\.(?:toml|lock|md|py)|dev)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def exists(name: str) -> bool:
    """Tell whether a dotted name leads to a module, or to something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def modules() -> list[Path]:
    """Return the product's modules and those of its tests."""
    return [ROOT / "dev", *(path for room in (*PRODUCT, "tests") for path in sorted((ROOT / room).rglob("*.py")))]


@pytest.mark.parametrize("page", [MAP, *RECORDS], ids=lambda page: page.name)
def test_every_dotted_name_exists(page: Path) -> None:
    assert [name for name in sorted(set(NAME.findall(page.read_text("utf-8")))) if not exists(name)] == []


@pytest.mark.parametrize("page", [MAP, *RECORDS], ids=lambda page: page.name)
def test_every_path_exists(page: Path) -> None:
    paths = set(PATH.findall(page.read_text("utf-8"))) - {"/readyz"}
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_map_mentions_every_package() -> None:
    text = MAP.read_text("utf-8")
    packages = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "exchange").rglob("__init__.py")}
    missing = [package for package in sorted(packages - {"exchange"}) if f"`{package}/" not in text]
    assert missing == []


def test_decision_records_bear_numbers_of_their_own_and_stand_in_the_index() -> None:
    """A number may be kept free for a part that is still being built."""
    numbers = [record.name[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers)
    index = (DECISIONS / "README.md").read_text("utf-8")
    for record in RECORDS:
        number, title = record.read_text("utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert number == record.name[:4]
        assert f"| [{number}]({record.name}) | {title} |" in index


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name[:4])
def test_a_decision_record_is_a_page_with_its_four_parts(record: Path) -> None:
    lines = record.read_text("utf-8").splitlines()
    heads = [line for line in lines if line.startswith("## ")]
    assert heads == ["## Context", "## Decision", "## What was measured or seen", "## Consequences"]
    assert len(lines) <= 70


def test_no_module_is_longer_than_a_reader_bears() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}
