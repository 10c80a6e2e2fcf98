"""The colours can be read: every pair of tokens that meets on a page has the contrast of WCAG AA, light and dark."""

import re
from itertools import product

import pytest

from exchange.web.static import Shelf

TOKENS = Shelf.read().held["tokens.css"][1].decode()
STYLE = Shelf.read().held["app.css"][1].decode()
ON = {
    "page": ("text", "muted", "link", "bad", "warn", "good", "info", "still"),
    "card": ("text", "muted", "link", "bad", "warn", "good", "info", "still"),
    "sunk": ("text", "muted", "link"),
    "bad-back": ("bad", "text", "link", "muted"),
    "warn-back": ("warn", "text", "link", "muted"),
    "good-back": ("good",),
    "info-back": ("info", "text", "link", "muted", "warn", "bad"),
    "still-back": ("still",),
    "top": ("top-text", "top-muted", "top-focus"),
    "accent": ("accent-text",),
}
EDGES = {"page": ("line-strong", "focus"), "card": ("line-strong", "focus")}


def tokens(theme: str) -> dict[str, str]:
    """Return the colours of a theme; the dark one changes the light one's."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark.split("@media")[0])) if theme == "dark" else {}
    )


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_meets_aa(theme: str) -> None:
    colours = tokens(theme)
    for back, texts in ON.items():
        for text in texts:
            assert contrast(colours[back], colours[text]) >= 4.5, (theme, back, text)
    for back, edge in ((back, edge) for back, edges in EDGES.items() for edge in edges):
        assert contrast(colours[back], colours[edge]) >= 3, (theme, back, edge)


def test_both_themes_have_every_colour() -> None:
    assert set(tokens("light")) == set(tokens("dark"))


def test_colours_stand_in_the_tokens_alone() -> None:
    assert not re.search(r"#[0-9a-f]{3,8}\b(?!-)[^{]*;", STYLE)
    used = set(re.findall(r"var\(--([\w-]+)\)", STYLE))
    assert used <= set(tokens("light"))


def test_nothing_is_loaded_from_elsewhere() -> None:
    for sheet, word in product((TOKENS, STYLE), ("http", "//", "@import", "url(")):
        assert word not in sheet.replace("/*", "").replace("*/", "")
