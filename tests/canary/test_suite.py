"""The search at the end of the run sees what a database server leaves, so its silence says something."""

from pathlib import Path

from tests.canary.suite import CONTENT, DESIGNATION, found_in


def test_it_finds_the_words_that_the_tests_register_with(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "16384").write_bytes(b"\0\1" + DESIGNATION.encode() + b"\0")
    (tmp_path / "server.log").write_text(f"DETAIL: parameters: $1 = '{CONTENT}'\n", encoding="utf-8")
    assert {(find.place, find.secret) for find in found_in(tmp_path)} == {
        ("base/16384", "designation"),
        ("server.log", "content"),
    }
