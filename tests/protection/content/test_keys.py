"""Keys in a file under a passphrase: what is wrapped opens for its owner alone, and rows where they stand."""

import traceback
import unicodedata
from pathlib import Path

import pytest

from exchange.core.errors import ModuleSealed, NodeError, Tampered, WrongPassphrase
from exchange.protection.content import hpke
from exchange.protection.content.file_provider import FileProvider, open_keys
from exchange.protection.content.keyfile import Cost
from exchange.protection.content.keyset import WRAPPING
from exchange.protection.content.provider import RECORD, Owner
from exchange.protection.content.safe import Safe
from schemas.secrecy import Mark
from tests.protection.content.keys import CHEAP, OWNER, PHRASE, SECRET, made


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


def test_another_passphrase_opens_the_same_keys(path: Path, provider: FileProvider) -> None:
    wrapped, second = provider.wrap(OWNER, SECRET, b"here"), open_keys(path, PHRASE)
    provider.change_passphrase("another", CHEAP)
    with pytest.raises(WrongPassphrase):
        open_keys(path, PHRASE)
    assert open_keys(path, "another").unwrap(wrapped, b"here") == SECRET
    second.rotate(OWNER)  # a process that was open writes on, under the new head
    assert open_keys(path, "another").unwrap(second.wrap(OWNER, SECRET, b""), b"") == SECRET


def test_nothing_shows_a_key(provider: FileProvider) -> None:
    provider.wrap(OWNER, SECRET, b"")
    assert repr(provider) == "FileProvider(sealed=False)"
    opened = provider._file
    assert opened is not None
    key = opened.keys.newest(WRAPPING, OWNER.name)
    assert key is not None
    assert bytes(key.secret).hex() not in repr(opened) + repr(key) + repr(opened.keys)
    assert repr(bytes(key.secret))[2:-1] not in repr(opened) + repr(key)


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
