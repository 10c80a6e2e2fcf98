"""Keys rotated, by one process or by two at once: what is new wraps, what is former opens until it is destroyed."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from exchange.core.errors import NodeError, Tampered
from exchange.protection.content import hpke
from exchange.protection.content.file_provider import FileProvider, open_keys
from exchange.protection.content.provider import RECORD, Owner
from exchange.protection.content.safe import Safe
from tests.protection.content.keys import OWNER, PHRASE, SECRET, made


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


def test_what_was_handed_over_before_a_rotation_still_opens(provider: FileProvider) -> None:
    former = provider.public("AM-NSS")
    handed = hpke.seal(former, SECRET, b"item")
    provider.rotate_exchange("AM-NSS")
    assert provider.public("AM-NSS") != former
    assert provider.open_hpke("AM-NSS", handed, b"item") == SECRET


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
