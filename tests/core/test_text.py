"""The characters that no text may hold."""

import sys
import unicodedata

from schemas.base import _CONTROL, LINE_BREAKS


def test_the_expression_for_control_characters_is_what_unicode_says() -> None:
    """It is one search instead of a look at every character; the categories stay the law."""
    every = map(chr, range(sys.maxunicode + 1))
    expected = {char for char in every if unicodedata.category(char) in {"Cc", "Cs"} and char not in LINE_BREAKS}
    found = {chr(code) for code in range(sys.maxunicode + 1) if _CONTROL.search(chr(code))}
    assert found == expected
