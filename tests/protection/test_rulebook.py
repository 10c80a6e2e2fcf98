"""Each rule that is a duty of software has a test named for it; docs/rules.md (`WRITE_DOCS=1` writes it) says which."""

import ast
import os
import re
from pathlib import Path

from exchange.core.rules import article
from exchange.profiles.secrecy import orders, regimes
from exchange.protection.core.acts import ACTS
from exchange.protection.core.objections import GROUNDS
from exchange.protection.core.rulebook import RULES, rules_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"

_ID = r"(?:ka|kl|a|r)_n?\d+(?:_\d+)?"
_NAME = re.compile(rf"test_({_ID})(?:_({_ID}))?_")


def rule_of(part: str) -> str:
    """Return the rule that a part of a test's name stands for: `a_5_3` → `A-5.3`, `a_n7` → `A-N7`."""
    document, number, *more = part.split("_")
    return f"{document.upper()}-{number.upper()}" + (f".{more[0]}" if more else "")


def named_tests() -> dict[str, tuple[str, ...]]:
    """Return the tests of each rule by their names."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            match = _NAME.match(node.name) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
            for part in match.groups() if match else ():
                if part is not None:
                    found.setdefault(rule_of(part), []).append(f"{path.stem}.{node.name}")  # type: ignore[attr-defined]
    return {rule: tuple(names) for rule, names in found.items()}


def test_every_rule_that_is_a_duty_has_its_test_and_no_test_names_another() -> None:
    tests = named_tests()
    assert [rule for rule, row in RULES.items() if not row.nothing and rule not in tests] == []
    assert set(tests) <= {rule for rule, row in RULES.items() if not row.nothing}


def test_the_page_says_what_the_tests_are() -> None:
    text = rules_page(named_tests())
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "docs/rules.md is old: run this test with WRITE_DOCS=1"


def test_every_rule_leads_to_its_article_and_its_module() -> None:
    core = ROOT / "exchange" / "protection" / "core"
    for rule, row in RULES.items():
        assert article(rule) is not None
        assert bool(row.where) is not bool(row.nothing)
        assert not row.where or (core / f"{row.where}.py").exists()


def cited(value: object) -> set[str]:
    """Return every rule identifier in a piece of data."""
    if isinstance(value, str):
        return {value} if re.fullmatch(r"(?:KA|KL|A|R)-N?[0-9][0-9.]*¹?", value) else set()
    if isinstance(value, dict):
        return {rule for each in value.values() for rule in cited(each)}
    if isinstance(value, list | tuple):
        return {rule for each in value for rule in cited(each)}
    return set()


def test_the_data_the_acts_and_the_reasons_cite_rules_that_there_are() -> None:
    data = [kept.value.model_dump() for kept in regimes().values()]
    data += [kept.value.model_dump() for kept in orders().values()]
    found = {rule for each in data for rule in cited(each)}
    found |= {ground.rule for ground in GROUNDS.values() if ground.rule} | {
        rule for row in ACTS.values() for rule in row.rules
    }
    whole = {"KA-1", "KA-6", "KA-13", "KL-1", "KL-7", "KL-12"}
    assert found - set(RULES) <= whole, "articles without a row of their own in the catalogue"
