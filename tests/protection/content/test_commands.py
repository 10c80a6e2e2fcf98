"""What operators do to the keys, with the passphrase in a file."""

import os
from pathlib import Path

import pytest

from exchange import keys_commands
from exchange.core.errors import KeysMissing, NodeError, WrongPassphrase
from exchange.protection.content.file_provider import open_keys
from exchange.protection.content.provider import Owner
from exchange.settings import BadSetting, Settings, from_environment
from tests.protection.content.keys import PHRASE, made


def settings(folder: Path, phrase: str | None = PHRASE) -> Settings:
    environment = {"PROTECTION_KEYS": str(folder / "protection.keys")}
    if phrase is not None:
        (folder / "phrase").write_text(phrase, encoding="utf-8")
        environment["PROTECTION_PASSPHRASE_FILE"] = str(folder / "phrase")
    return from_environment(environment)


def test_a_key_file_is_made_once_and_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = settings(tmp_path)
    with pytest.raises(KeysMissing, match="protection keys"):
        keys_commands.status(wanted, None, tmp_path)
    assert keys_commands.make(wanted, None, tmp_path) == 0
    whole = (tmp_path / "protection.keys").read_bytes()
    assert keys_commands.make(wanted, None, tmp_path) == 0
    assert (tmp_path / "protection.keys").read_bytes() == whole
    assert keys_commands.status(wanted, None, tmp_path) == 0
    said = capsys.readouterr().out
    assert "made" in said
    assert "is there already" in said
    assert "no keys yet" in said
    assert PHRASE not in said


def test_all_keys_are_rotated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provider = made(tmp_path / "protection.keys")
    wrapped = provider.wrap(Owner("KZ-MVD"), b"secret", b"here")
    provider.public("KZ-MVD")
    assert keys_commands.rotate(settings(tmp_path), None, tmp_path) == 0
    assert "2 new keys" in capsys.readouterr().out
    assert open_keys(tmp_path / "protection.keys", PHRASE).unwrap(wrapped, b"here") == b"secret"
    assert provider.wrap(Owner("KZ-MVD"), b"secret", b"here")[1:9] != wrapped[1:9]


def test_without_the_right_passphrase_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "protection.keys")
    with pytest.raises(WrongPassphrase):
        keys_commands.rotate(settings(tmp_path, "another"), None, tmp_path)
    with Path(os.devnull).open(encoding="ascii") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(NodeError, match="passphrase is needed"):
            keys_commands.rotate(settings(tmp_path, None), None, tmp_path)
        with pytest.raises(NodeError, match="terminal"):
            keys_commands.change_passphrase(settings(tmp_path), None, tmp_path)


def test_library_and_token_are_set_together(tmp_path: Path) -> None:
    for name in ("PROTECTION_LIBRARY", "PROTECTION_TOKEN"):
        with pytest.raises(BadSetting, match="together"):
            from_environment({name: "value"})
    both = from_environment({"PROTECTION_LIBRARY": "/usr/lib/maker.so", "PROTECTION_TOKEN": "module"})
    assert (both.protection.library, both.protection.token) == (Path("/usr/lib/maker.so"), "module")
    with pytest.raises(NodeError, match="maker"):
        keys_commands.make(both, None, tmp_path)
