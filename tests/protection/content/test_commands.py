"""What operators do to the keys, with the passphrase in a file."""

import asyncio
import base64
import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest
from joserfc.jwk import OKPKey

from exchange import cli, keys_commands, ledger_commands, protecting, rotation_commands
from exchange.core.errors import KeysMissing, NodeError, WrongPassphrase
from exchange.protection.content.anchor import Anchor, AnchorFile
from exchange.protection.content.file_provider import FileProvider
from exchange.protection.content.provider import Owner
from exchange.protection.content.safe import Safe
from exchange.protection.content.vault import open_vault
from exchange.protection.service import keys
from exchange.protection.store.schema import ROLE
from exchange.runtime import Mode
from exchange.settings import BadSetting, Settings, from_environment
from exchange.store.pool import open_pool
from tests.conftest import Database
from tests.protection.content.keys import PHRASE, made
from tests.protection.content.store import NOW, pieces


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
    assert not keys_commands.status(wanted, None, tmp_path)
    said = capsys.readouterr().out
    assert "made" in said
    assert "is there already" in said
    assert "no keys yet" in said
    assert PHRASE not in said


def test_without_a_node_nothing_is_counted_and_nothing_rotated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = made(tmp_path / "protection.keys")
    wrapped = provider.wrap(Owner("KZ-MVD"), b"secret", b"here")
    assert rotation_commands.status(settings(tmp_path), None, tmp_path) == 0
    said = capsys.readouterr().out
    assert "KZ-MVD: 1" in said
    assert "what waits is not counted" in said
    with pytest.raises(NodeError, match="no node"):
        rotation_commands.rotate(settings(tmp_path), None, tmp_path)
    assert provider.wrap(Owner("KZ-MVD"), b"secret", b"here")[1:9] == wrapped[1:9]


def over(database: Database, folder: Path) -> Settings:
    """Return the settings of a node of its own database, its keys in a folder."""
    wanted = settings(folder)
    protection = replace(wanted.protection, database_url=database.dsn, files=folder / "protection")
    return replace(wanted, database_url=database.dsn, protection=protection)


def test_keys_are_rotated_wrapped_anew_and_told_of(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider, wanted = made(tmp_path / "protection.keys"), over(database, tmp_path)
    asyncio.run(_sealed(database, tmp_path / "protection", provider))
    provider.public("KZ-NSC")
    assert rotation_commands.rotate(wanted, Mode.SANDBOX, tmp_path) == 0
    said = capsys.readouterr().out
    assert "3 new keys, 0 new signing keys" in said
    assert "2 wrapped under former versions" in said
    assert "2 of 2 wrapped anew" in said
    assert "wait" not in said
    assert rotation_commands.status(wanted, Mode.SANDBOX, tmp_path) == 0
    assert capsys.readouterr().out.count("idle, destroyed after") == 3
    asyncio.run(_aged(database))
    assert rotation_commands.rewrap(wanted, Mode.SANDBOX, tmp_path) == 0
    assert "3 former versions destroyed" in capsys.readouterr().out
    assert rotation_commands.rotate(wanted, Mode.SANDBOX, tmp_path, "KZ-NSC") == 0
    assert "2 new keys" in capsys.readouterr().out
    with pytest.raises(NodeError, match="KG-GKNB has no keys"):
        rotation_commands.rotate(wanted, Mode.SANDBOX, tmp_path, "KG-GKNB")
    assert not (found := [each for each in provider.versions() if each.former and each.owner.body == ""]), found


def test_a_registry_from_a_backup_is_accepted_by_a_document(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "protection.keys")
    wanted = over(database, tmp_path)
    asked = ["protection", "accept", "--mode", "sandbox", "--data", str(tmp_path), "--reference", "акт 7"]
    assert cli._run(cli.parser().parse_args(asked), wanted) == 0
    assert "nothing to accept" in capsys.readouterr().out
    safe = Safe(made(tmp_path / "protection.keys"))
    AnchorFile(tmp_path / "protection.anchor", safe).replace(Anchor(seq=3, digest="03", recent={3: "person/kz"}))
    assert ledger_commands.accept(wanted, Mode.SANDBOX, tmp_path, "акт 7") == 0
    assert "it ends at change 0 of 3 and lacks person/kz" in capsys.readouterr().out
    assert rotation_commands.status(wanted, Mode.SANDBOX, tmp_path) == 0
    said = capsys.readouterr().out
    assert "registry: 1 changes" in said
    assert "by акт 7: the registry is older than its anchor" in said
    assert ledger_commands.accept(wanted, Mode.SANDBOX, tmp_path, "акт 8") == 0
    assert "nothing to accept" in capsys.readouterr().out


def test_public_keys_are_printed_as_the_locked_keys_say(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = over(database, tmp_path)
    provider = made(tmp_path / "protection.keys")
    asked = ["protection", "public", "--mode", "sandbox", "--data", str(tmp_path)]
    assert cli._run(cli.parser().parse_args(asked), wanted) == 0
    assert capsys.readouterr().out == "no keys yet\n"
    handed = provider.public("KZ-NSC")
    sealing = asyncio.run(_signed(wanted, tmp_path, "KZ-MVD"))
    assert rotation_commands.public(wanted, Mode.SANDBOX, tmp_path) == 0
    first, first_key, first_print, second, second_key, second_print = capsys.readouterr().out.splitlines()
    assert first == "KZ-MVD seals with (Ed25519)"
    assert json.loads(first_key)["kid"] == sealing == OKPKey.import_key(json.loads(first_key)).thumbprint()
    assert second == "KZ-NSC handed over under (X25519)"
    assert json.loads(second_key)["x"] == base64.urlsafe_b64encode(handed).rstrip(b"=").decode()
    assert second_print.removeprefix("  SHA-256 ").replace(" ", "") == sha256(handed).hexdigest()
    assert len(first_print.split()) == 1 + 16
    assert rotation_commands.rotate(wanted, Mode.SANDBOX, tmp_path) == 0
    capsys.readouterr()
    assert rotation_commands.public(wanted, Mode.SANDBOX, tmp_path, "KZ-MVD") == 0
    said = capsys.readouterr().out
    assert "KZ-MVD seals with (Ed25519, former)" in said
    assert first_print in said
    assert "KZ-NSC" not in said
    assert '"d"' not in said


async def _signed(wanted: Settings, folder: Path, body: str) -> str | None:
    """Let a body get a signing key; what the database says of it in clear is changed then."""
    dsn = wanted.protection.database_url or ""
    async with protecting.open_module(dsn, wanted, Mode.SANDBOX, folder, PHRASE) as module:
        async with module.transaction() as conn:
            seals = await keys.signer(conn, module, body)
        owner = await asyncpg.connect(dsn)
        await owner.execute("UPDATE protection.signing_key SET public = '{}'")
        await owner.close()
        return seals.sealing(body)


async def _sealed(database: Database, folder: Path, provider: FileProvider) -> None:
    pool = await open_pool(database.dsn, size=1, role=ROLE)
    vault = open_vault(pool, provider, files=folder / "contents", keys=folder / "keys")
    async with pool.transaction() as conn:
        await vault.seal(conn, pieces(b"content"), Owner("KZ-NSC"), by="KZ-NSC", now=NOW)
    vault.close()
    await pool.close()


async def _aged(database: Database) -> None:
    owner = await asyncpg.connect(database.dsn)
    await owner.execute("UPDATE protection.former_key SET idle_since = idle_since - interval '25 hours'")
    await owner.close()


def test_without_the_right_passphrase_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "protection.keys")
    with pytest.raises(WrongPassphrase):
        keys_commands.status(settings(tmp_path, "another"), None, tmp_path)
    with Path(os.devnull).open(encoding="ascii") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(NodeError, match="passphrase is needed"):
            keys_commands.change_passphrase(settings(tmp_path, None), None, tmp_path)
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
