"""The key file: every byte counts, nobody else reads it, and no crash, full disk or older file costs a key."""

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.errors import KeysMissing, NoRoom, Tampered, Unavailable, WrongPassphrase
from exchange.protection.content import keyfile
from exchange.protection.content.file_provider import FileProvider, open_keys
from exchange.protection.content.keyset import EXCHANGE, WRAPPING, KeySet, unpacked
from tests.protection.content.keys import CHEAP, OWNER, PHRASE, SECRET, made

HEAD = len(keyfile.MAGIC) + 12 + 16 + 12 + 48


@pytest.mark.parametrize("asked", [(0, 64, 1), (1, 64, 0), (1, 1, 1), (2**31, 64, 1), (1, 2**32 - 1, 1), (1, 1024, 65)])
def test_another_file_does_not_take_the_machine_down(path: Path, asked: tuple[int, int, int]) -> None:
    made(path)
    whole, at = bytearray(path.read_bytes()), len(keyfile.MAGIC)
    whole[at : at + 12] = b"".join(number.to_bytes(4, "big") for number in asked)
    path.write_bytes(whole)
    with pytest.raises(Tampered):
        open_keys(path, PHRASE)


def test_every_byte_of_the_key_file_counts(path: Path) -> None:
    made(path).wrap(OWNER, SECRET, b"")
    whole = path.read_bytes()
    for at in (*range(len(keyfile.MAGIC)), *range(len(keyfile.MAGIC) + 12, len(whole))):
        changed = bytearray(whole)
        changed[at] ^= 1
        path.write_bytes(changed)
        with pytest.raises((Tampered, WrongPassphrase)):
            open_keys(path, PHRASE)
    for end in (0, 10, HEAD, HEAD + 20, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(Tampered):
            open_keys(path, PHRASE)


def test_the_keys_of_another_file_open_nothing_here(path: Path, tmp_path: Path) -> None:
    wrapped = made(tmp_path / "another").wrap(OWNER, SECRET, b"here")
    with pytest.raises(Tampered):
        made(path).unwrap(wrapped, b"here")


def test_keys_under_the_head_of_another_file_are_refused(path: Path, tmp_path: Path) -> None:
    made(path).wrap(OWNER, SECRET, b"")
    other = tmp_path / "another"
    made(other)
    path.write_bytes(other.read_bytes()[:HEAD] + path.read_bytes()[HEAD:])
    with pytest.raises(Tampered):
        open_keys(path, PHRASE)


def test_nobody_else_may_read_the_file(path: Path, provider: FileProvider) -> None:
    provider.rotate(OWNER)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o640)
    with pytest.raises(KeysMissing, match="0600"):
        open_keys(path, PHRASE)


def test_a_missing_file_is_said_and_none_is_made_unasked(path: Path) -> None:
    with pytest.raises(KeysMissing):
        open_keys(path, PHRASE)
    assert not path.exists()


def test_a_file_that_is_there_is_never_made_anew(path: Path, provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    assert not keyfile.create(path, "another", CHEAP)
    assert made(path).unwrap(wrapped, b"here") == SECRET


def test_the_file_that_was_replaced_is_overwritten(path: Path, provider: FileProvider) -> None:
    provider.wrap(OWNER, SECRET, b"here")
    with path.open("rb") as former:
        whole = former.read()
        provider.rotate(OWNER)
        former.seek(0)
        assert former.read(len(keyfile.MAGIC)) != whole[: len(keyfile.MAGIC)]
        assert os.fstat(former.fileno()).st_nlink == 0


def test_what_a_file_that_may_not_stand_was_put_in_the_place_of_stays_whole(
    path: Path, provider: FileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that could not be flushed may name the former file again after a crash."""
    provider.wrap(OWNER, SECRET, b"here")
    whole, flush = path.read_bytes(), os.fsync

    def failing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "flush")
        flush(descriptor)

    with path.open("rb") as former:
        monkeypatch.setattr(os, "fsync", failing)
        with keyfile.writing(path), pytest.raises(Unavailable):
            keyfile.replace(path, whole)
        monkeypatch.undo()
        assert former.read() == whole
        keyfile.clear(path)
        former.seek(0)
        assert former.read() != whole


@pytest.mark.parametrize("renamed", [False, True])
def test_what_a_crash_left_of_a_replacement_costs_no_key(path: Path, provider: FileProvider, *, renamed: bool) -> None:
    wrapped, former = provider.wrap(OWNER, SECRET, b"here"), path.with_name(f".{path.name}.former")
    if renamed:
        former.write_bytes(path.read_bytes())
    else:
        os.link(path, former)
    left = former.open("rb")
    provider.rotate(OWNER)
    assert not former.exists()
    assert left.read(len(keyfile.MAGIC)) != keyfile.MAGIC
    left.close()
    assert made(path).unwrap(wrapped, b"here") == SECRET


def test_processes_of_a_node_see_each_others_keys(path: Path) -> None:
    first, second = made(path), made(path)
    wrapped = first.wrap(OWNER, SECRET, b"here")
    assert second.unwrap(wrapped, b"here") == SECRET
    second.rotate(OWNER)
    assert first.wrap(OWNER, SECRET, b"")[1:9] == second.wrap(OWNER, SECRET, b"")[1:9] != wrapped[1:9]
    assert first.public("KZ-MVD") == second.public("KZ-MVD")


def test_a_file_that_is_taken_away_leaves_what_is_open(path: Path, provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    path.unlink()
    assert provider.unwrap(wrapped, b"here") == SECRET
    assert provider.unwrap(provider.wrap(OWNER, SECRET, b"here"), b"here") == SECRET


def test_an_older_file_in_its_place_is_refused(path: Path, provider: FileProvider) -> None:
    provider.wrap(OWNER, SECRET, b"")
    older = path.read_bytes()
    provider.rotate(OWNER)
    path.write_bytes(older)
    with pytest.raises(Tampered, match="older"):
        provider.wrap(OWNER, SECRET, b"")


def test_a_full_disk_loses_no_key(path: Path, provider: FileProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as faulty:
        faulty.setattr(os, "write", full)
        with pytest.raises(NoRoom):
            provider.rotate(OWNER)
        assert provider.unwrap(provider.wrap(OWNER, SECRET, b"here"), b"here") == SECRET
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]
    assert made(path).unwrap(wrapped, b"here") == SECRET
    provider.rotate(OWNER)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([WRAPPING, EXCHANGE]), st.from_regex(r"[A-Z0-9/_-]{0,60}", fullmatch=True))))
def test_a_set_of_keys_survives_being_written(wanted: list[tuple[int, str]]) -> None:
    keys = KeySet()
    for kind, owner in wanted:
        keys = keys.with_new(kind, owner)
    again = unpacked(keys.packed())
    assert again.packed() == keys.packed()
    assert again.serial == len(wanted)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_keys_are_refused_or_read_whole(data: bytes) -> None:
    try:
        keys = unpacked(bytearray(data))
    except Tampered:
        return
    assert keys.packed()[8:] == data[8:]
