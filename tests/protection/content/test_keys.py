"""The key file and what holds its keys: sealed until the passphrase is given, shared by processes, silent."""

import errno
import multiprocessing
import os
import traceback
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.errors import KeysMissing, ModuleSealed, NodeError, NoRoom, Tampered, WrongPassphrase
from exchange.protection.content import hpke, keyfile
from exchange.protection.content.file_provider import FileProvider, open_keys
from exchange.protection.content.keyfile import Cost
from exchange.protection.content.keyset import EXCHANGE, WRAPPING, KeySet, unpacked
from exchange.protection.content.provider import RECORD, Owner
from exchange.protection.content.safe import Safe
from schemas.secrecy import Mark
from tests.protection.content.keys import CHEAP, PHRASE, made

OWNER = Owner("KZ-MVD", Mark.SECRET)
SECRET = b"0123456789abcdef0123456789abcdef"
HEAD = len(keyfile.MAGIC) + 12 + 16 + 12 + 48


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "protection.keys"


@pytest.fixture
def provider(path: Path) -> FileProvider:
    return made(path)


def test_what_is_wrapped_opens_and_only_for_what_it_is_bound_to(provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    assert SECRET not in wrapped
    assert provider.unwrap(wrapped, b"here") == SECRET
    with pytest.raises(Tampered):
        provider.unwrap(wrapped, b"there")


def test_every_byte_of_what_is_wrapped_counts(provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    for at in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(Tampered):
            provider.unwrap(bytes(changed), b"here")
    for end in range(len(wrapped)):
        with pytest.raises(Tampered):
            provider.unwrap(wrapped[:end], b"here")


def test_what_is_wrapped_names_neither_body_nor_degree(provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    assert b"KZ" not in wrapped
    assert b"secret" not in wrapped


def test_each_body_and_degree_has_a_key_of_its_own(provider: FileProvider) -> None:
    owners = [OWNER, Owner("KZ-MVD", Mark.TOP_SECRET), Owner("KZ-MVD"), Owner("AM-POL", Mark.SECRET), RECORD]
    ids = {provider.wrap(owner, SECRET, b"")[1:9] for owner in owners for _ in range(3)}
    assert len(ids) == len(owners)
    assert set(provider.owners()) == set(owners)
    assert provider.owners()[0] == RECORD


def test_until_the_passphrase_is_given_everything_says_that_it_is_sealed(path: Path) -> None:
    wrapped = made(path).wrap(OWNER, SECRET, b"here")
    provider = open_keys(path, None)
    assert provider.sealed
    for attempt in (
        lambda: provider.wrap(OWNER, SECRET, b"here"),
        lambda: provider.unwrap(wrapped, b"here"),
        lambda: provider.unwrap(b"", b"here"),
        lambda: provider.rotate(OWNER),
        lambda: provider.rotate_exchange("KZ-MVD"),
        lambda: provider.public("KZ-MVD"),
        lambda: provider.open_hpke("KZ-MVD", b"", b""),
        provider.owners,
        lambda: provider.change_passphrase("another", CHEAP),
        lambda: Safe(provider).lock(b"row", "item/1"),
        lambda: Safe(provider).open(wrapped, "item/1"),
    ):
        with pytest.raises(ModuleSealed, match="passphrase"):
            attempt()
    provider.unseal(PHRASE)
    assert not provider.sealed
    assert provider.unwrap(wrapped, b"here") == SECRET


def test_what_was_sealed_again_is_overwritten_in_memory(provider: FileProvider) -> None:
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    held, master = provider._file, provider._master
    assert held is not None
    assert master is not None
    key = held.keys.newest(WRAPPING, OWNER.name)
    assert key is not None
    provider.forget()
    assert not any(key.secret)
    assert not any(master)
    with pytest.raises(ModuleSealed):
        provider.unwrap(wrapped, b"here")


@pytest.mark.parametrize("phrase", ["", " ", PHRASE + " ", PHRASE[:-1], PHRASE.upper(), "x" * 10_000])
def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(path: Path, phrase: str) -> None:
    made(path)
    with pytest.raises(WrongPassphrase) as caught:
        open_keys(path, phrase)
    assert caught.value.__cause__ is None
    assert not phrase.strip() or phrase not in "".join(traceback.format_exception(caught.value))


def test_an_empty_passphrase_makes_no_key_file(path: Path) -> None:
    with pytest.raises(NodeError):
        open_keys(path, "", make=True, cost=CHEAP)
    assert not path.exists()


def test_a_passphrase_is_the_same_however_its_letters_are_composed(path: Path) -> None:
    open_keys(path, unicodedata.normalize("NFD", "Ёлка й"), make=True, cost=CHEAP)
    assert not open_keys(path, unicodedata.normalize("NFC", "Ёлка й")).sealed


def test_guessing_costs_what_rfc_9106_asks_for() -> None:
    cost = Cost()
    assert cost.kibibytes >= 64 * 1024
    assert cost.passes >= 3
    assert cost.is_bearable()


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


def test_after_a_rotation_the_new_key_wraps_and_the_old_one_still_opens(path: Path, provider: FileProvider) -> None:
    old = provider.wrap(OWNER, SECRET, b"here")
    provider.rotate(OWNER)
    new = provider.wrap(OWNER, SECRET, b"here")
    assert old[1:9] != new[1:9]
    for each in (provider, open_keys(path, PHRASE)):
        assert each.unwrap(old, b"here") == each.unwrap(new, b"here") == SECRET


def test_all_keys_are_rotated_at_once(path: Path, provider: FileProvider) -> None:
    old, former = provider.wrap(OWNER, SECRET, b"here"), provider.public("AM-NSS")
    handed = hpke.seal(former, SECRET, b"item")
    Safe(provider).lock(b"row", "item/1")
    assert provider.rotate_all() == 3
    again = open_keys(path, PHRASE)
    assert again.wrap(OWNER, SECRET, b"here")[1:9] != old[1:9]
    assert again.public("AM-NSS") != former
    assert again.unwrap(old, b"here") == again.open_hpke("AM-NSS", handed, b"item") == SECRET


def test_the_keys_of_one_body_are_rotated_alone(provider: FileProvider) -> None:
    mine, rows = provider.wrap(OWNER, SECRET, b"here"), provider.wrap(RECORD, SECRET, b"here")
    provider.public(OWNER.body)
    assert provider.rotate_all(OWNER.body) == 2
    assert provider.wrap(OWNER, SECRET, b"here")[1:9] != mine[1:9]
    assert provider.wrap(RECORD, SECRET, b"here")[1:9] == rows[1:9]
    assert [(each.owner, each.exchange) for each in provider.versions() if each.former] == [
        (OWNER, False),
        (Owner(OWNER.body), True),
    ]


def test_a_former_version_is_destroyed_for_every_process_and_the_one_that_wraps_is_not(
    path: Path, provider: FileProvider
) -> None:
    other, old = made(path), provider.wrap(OWNER, SECRET, b"here")
    (former,) = provider.versions()
    with pytest.raises(NodeError, match="still wraps"):
        provider.destroy(former)
    provider.rotate(OWNER)
    new = provider.wrap(OWNER, SECRET, b"here")
    provider.destroy(replace(former, former=True))
    provider.destroy(replace(former, former=True))
    assert other.unwrap(new, b"here") == SECRET
    for each in (provider, other, made(path)):
        assert [version.former for version in each.versions()] == [False]
        with pytest.raises(Tampered):
            each.unwrap(old, b"here")


def test_the_file_that_was_replaced_is_overwritten(path: Path, provider: FileProvider) -> None:
    provider.wrap(OWNER, SECRET, b"here")
    with path.open("rb") as former:
        whole = former.read()
        provider.rotate(OWNER)
        former.seek(0)
        assert former.read(len(keyfile.MAGIC)) != whole[: len(keyfile.MAGIC)]
        assert os.fstat(former.fileno()).st_nlink == 0


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


def test_another_passphrase_opens_the_same_keys(path: Path, provider: FileProvider) -> None:
    wrapped, second = provider.wrap(OWNER, SECRET, b"here"), open_keys(path, PHRASE)
    provider.change_passphrase("another", CHEAP)
    with pytest.raises(WrongPassphrase):
        open_keys(path, PHRASE)
    assert open_keys(path, "another").unwrap(wrapped, b"here") == SECRET
    second.rotate(OWNER)  # a process that was open writes on, under the new head
    assert open_keys(path, "another").unwrap(second.wrap(OWNER, SECRET, b""), b"") == SECRET


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


def test_nothing_shows_a_key(provider: FileProvider) -> None:
    provider.wrap(OWNER, SECRET, b"")
    assert repr(provider) == "FileProvider(sealed=False)"
    opened = provider._file
    assert opened is not None
    key = opened.keys.newest(WRAPPING, OWNER.name)
    assert key is not None
    assert bytes(key.secret).hex() not in repr(opened) + repr(key) + repr(opened.keys)
    assert repr(bytes(key.secret))[2:-1] not in repr(opened) + repr(key)


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


# Handing over


def test_what_is_handed_over_opens_for_its_body_alone(provider: FileProvider) -> None:
    handed = hpke.seal(provider.public("AM-NSS"), SECRET, b"item")
    assert provider.open_hpke("AM-NSS", handed, b"item") == SECRET
    assert provider.public("AM-POL") != provider.public("AM-NSS")
    for body, data, info in (
        ("AM-POL", handed, b"item"),
        ("AM-NSS", handed, b"another item"),
        ("AM-NSS", handed[:-1] + bytes([handed[-1] ^ 1]), b"item"),
        ("AM-NSS", handed[:40], b"item"),
        ("AM-NSS", b"", b"item"),
    ):
        with pytest.raises(Tampered):
            provider.open_hpke(body, data, info)


def test_what_was_handed_over_before_a_rotation_still_opens(provider: FileProvider) -> None:
    former = provider.public("AM-NSS")
    handed = hpke.seal(former, SECRET, b"item")
    provider.rotate_exchange("AM-NSS")
    assert provider.public("AM-NSS") != former
    assert provider.open_hpke("AM-NSS", handed, b"item") == SECRET


# Two processes at once


def _rotate(path: Path, times: int) -> None:
    provider = open_keys(path, PHRASE)
    for _ in range(times):
        provider.rotate(OWNER)


def test_two_processes_that_rotate_at_once_lose_no_key(path: Path) -> None:
    provider, context = made(path), multiprocessing.get_context("spawn")
    wrapped = provider.wrap(OWNER, SECRET, b"here")
    workers = [context.Process(target=_rotate, args=(path, 25)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert provider.unwrap(wrapped, b"here") == SECRET
    again = open_keys(path, PHRASE)
    assert again._file is not None
    assert again._file.keys.serial == 51
    assert len(again._file.keys.packed()) == 8 + 51 * (2 + len(OWNER.name) + 8 + 32)


# The safe


def test_rows_open_only_where_they_stand(provider: FileProvider) -> None:
    safe = Safe(provider)
    locked = safe.lock("совершенно секретно".encode(), "record/1/2")
    assert safe.open(locked, "record/1/2").decode() == "совершенно секретно"
    assert len(locked) == len("совершенно секретно".encode()) + 37
    for bound in ("record/1/3", "", "record/1/2 "):
        with pytest.raises(Tampered):
            safe.open(locked, bound)


def test_a_row_does_not_open_as_a_key_nor_a_key_as_a_row(provider: FileProvider) -> None:
    safe = Safe(provider)
    with pytest.raises(Tampered):
        provider.unwrap(safe.lock(SECRET, "here"), b"here")
    with pytest.raises(Tampered):
        safe.open(provider.wrap(RECORD, SECRET, b"here"), "here")


def test_the_same_row_locked_twice_looks_different(provider: FileProvider) -> None:
    safe = Safe(provider)
    assert safe.lock(b"same", "row/1") != safe.lock(b"same", "row/1")
