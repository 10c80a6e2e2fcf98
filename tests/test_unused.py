"""Nothing is kept that nobody uses: words, templates and what they import, styles, settings."""

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from exchange import settings, tongues
from exchange.protection.web.words import of_law, tongues_of
from tests.web import test_protection_words as module
from tests.web import test_words as node

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"
CODE = "\n".join(
    path.read_text("utf-8") for room in ("exchange", "schemas", "scheduler") for path in (ROOT / room).rglob("*.py")
)
PAGES = {path: path.read_text("utf-8") for path in TEMPLATES.rglob("*") if path.is_file()}
SHOWN = "\n".join(PAGES.values())
STYLES = "\n".join(path.read_text("utf-8") for path in (ROOT / "exchange/web/static").glob("*.css"))
LITERAL = re.compile(r"""["']([a-z0-9_.]+)["']""")
# What a key begins with where its end is a value: "act." ~ kind, f"act.{kind}", tell.word("act", kind).
BEGUN = re.compile(r"""["']([a-z0-9_.]+[._])(?:["']\s*~|\{)""")
OF_VOCABULARY = re.compile(r"""\b(?:word|title_of)\((?:tell, )?"([a-z_]+)",""")
GENERAL = {"secret.", "secret_notice."}
"""Beginnings that stand for every vocabulary of the module."""

MORE = {"secret.act", "secret.field", "secret.regime", "secret.slip"}
"""What else stands under a vocabulary's name: questions, fields of every form, orders of release, headings."""

MESSAGES = TEMPLATES / "email"
"""A folder for each message, whose parts are taken by their names in it."""


def prefixes() -> set[str]:
    words = {f"secret.{name}." for name in OF_VOCABULARY.findall(CODE)}
    return {begin for begin in BEGUN.findall(CODE + SHOWN) if begin not in GENERAL} | words


def test_every_word_is_said_somewhere() -> None:
    said = set(LITERAL.findall(CODE + SHOWN))
    vocabularies = tuple(f"secret.{name}." for name in module.VOCABULARIES)
    begun = (*prefixes(), *vocabularies, "article.")
    kept = tongues_of(tongues.load()).by_code["ru"].words.keys() - of_law().keys()
    idle = {
        key for key in kept if node.FORMS.sub("", key) not in said and key not in said and not key.startswith(begun)
    }
    assert idle == set()


def test_every_word_of_a_vocabulary_is_of_one_of_its_members() -> None:
    vocabularies: dict[str, Iterable[object]] = {
        **node.VOCABULARIES,
        **{f"secret.{name}": of for name, of in module.VOCABULARIES.items()},
    }
    said = set(LITERAL.findall(CODE + SHOWN))
    for key in tongues_of(tongues.load()).by_code["ru"].words:
        prefix, _, member = key.rpartition(".")
        if prefix in vocabularies.keys() - MORE and key not in said:
            assert member in {str(each) for each in vocabularies[prefix]}, key


def test_every_template_is_taken() -> None:
    for path in PAGES:
        name = str(path.relative_to(TEMPLATES))
        if MESSAGES not in path.parents:
            assert f'"{name}"' in SHOWN + CODE or f'"{path.stem}"' in CODE or path.name in CODE, name


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path.suffix == ".html" and MESSAGES not in path.parents],
    ids=lambda path: path.stem,
)
def test_every_macro_is_called_and_every_import_used(path: Path) -> None:
    text = PAGES[path]
    for macro in re.findall(r"{% macro (\w+)", text):
        assert len(re.findall(rf"\b{macro}\(", SHOWN)) > 1, macro
    for names in re.findall(r'{% from "[^ ]+ import ([^%]+) %}', text):
        for name in names.split(","):
            assert len(re.findall(rf"\b{name.strip()}\b", text)) > 1, name


def test_every_style_is_worn_and_every_class_has_one() -> None:
    selectors = re.sub(r"{[^{}]*}", "{}", re.sub(r"/\*.*?\*/", "", STYLES, flags=re.DOTALL))
    styled = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    worn = {word for classes in re.findall(r'class="([^"{}]+)"', SHOWN) for word in classes.split()}
    begun = tuple(re.findall(r'([a-z]+-)(?:{{|" ~)', SHOWN))
    spoken = set(re.findall(r"[a-z][\w-]*", SHOWN + CODE))
    assert worn - styled == set(), "no style"
    assert {one for one in styled if one not in spoken and not one.startswith(begun)} == set(), "nobody wears it"


def test_every_setting_is_read() -> None:
    readers = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "exchange").rglob("*.py") if path.name != "settings.py"
    )
    for kind in (settings.Settings, settings.Protection, settings.MailRelay):
        for each in dataclasses.fields(kind):
            assert re.search(rf"\.{each.name}\b", readers), (kind, each.name)
