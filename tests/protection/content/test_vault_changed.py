"""What is not what it was is found before a byte of it is given, and a proof names it."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from exchange.core.errors import Tampered
from exchange.protection.content.outgoing import Opened
from exchange.protection.content.stream import CHUNK, HEAD_BYTES, SEALED
from tests.protection.content.store import BODY, DATA, OTHER, Place, hand_over


def flip(path: Path, at: int) -> None:
    whole = bytearray(path.read_bytes())
    whole[at] ^= 1
    path.write_bytes(whole)


async def came_out(opened: Opened) -> int:
    """Return how many bytes came out before the vault found that something is wrong; all that came are right."""
    size = 0
    with suppress(Tampered):
        async for piece in opened:
            assert piece == DATA[size : size + len(piece)]
            size += len(piece)
    assert size < len(DATA)
    return size


async def given(place: Place, item: UUID) -> int:
    async with place.pool.connection() as conn:
        return await came_out(await place.vault.open(conn, item, BODY))


@pytest.mark.parametrize("chunk", [0, 1, 2, 3])
async def test_a_changed_chunk_is_found_before_a_byte_of_it_is_given(place: Place, chunk: int) -> None:
    item = await place.item(DATA)
    flip(place.sealed_files()[0], HEAD_BYTES + chunk * SEALED + 5)
    assert await given(place, item) <= max(0, chunk - 1) * CHUNK


async def test_a_changed_head_is_found(place: Place) -> None:
    item = await place.item(DATA)
    for at in range(HEAD_BYTES):
        flip(place.sealed_files()[0], at)
        assert await given(place, item) == 0
        flip(place.sealed_files()[0], at)
    assert await place.read(item) == DATA


async def test_chunks_swapped_within_a_content_are_found(place: Place) -> None:
    item = await place.item(DATA)
    path = place.sealed_files()[0]
    whole = path.read_bytes()
    first, second = (whole[HEAD_BYTES + n * SEALED : HEAD_BYTES + (n + 1) * SEALED] for n in range(2))
    path.write_bytes(whole[:HEAD_BYTES] + second + first + whole[HEAD_BYTES + 2 * SEALED :])
    assert await given(place, item) == 0


async def test_chunks_swapped_between_contents_are_found(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.sealed_files()
    first, second = one.read_bytes(), two.read_bytes()
    at, end = HEAD_BYTES + SEALED, HEAD_BYTES + 2 * SEALED
    one.write_bytes(first[:at] + second[at:end] + first[end:])
    two.write_bytes(second[:at] + first[at:end] + second[end:])
    for item in items:
        assert await given(place, item) == 0  # the first chunk is held back until the second is proved


async def test_the_bytes_of_another_content_in_its_place_are_found(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.sealed_files()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for item in items:
        assert await given(place, item) == 0


@pytest.mark.parametrize("end", [0, HEAD_BYTES, HEAD_BYTES + SEALED, HEAD_BYTES + 3 * SEALED, -1])
async def test_what_is_cut_off_is_found_before_the_first_byte(place: Place, end: int) -> None:
    item = await place.item(DATA)
    path = place.sealed_files()[0]
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(Tampered):
        await place.read(item)


async def test_bytes_behind_the_end_are_found(place: Place) -> None:
    item = await place.item(DATA)
    with place.sealed_files()[0].open("ab") as file:
        file.write(b"x")
    with pytest.raises(Tampered):
        await place.read(item)


async def test_what_is_cut_off_while_it_is_read_is_found(place: Place) -> None:
    item = await place.item(DATA)
    async with place.pool.connection() as conn:
        opened = await place.vault.open(conn, item, BODY)
    path = place.sealed_files()[0]
    path.write_bytes(path.read_bytes()[: HEAD_BYTES + 2 * SEALED])
    assert await came_out(opened) <= CHUNK


async def test_missing_bytes_and_keys_are_said(place: Place) -> None:
    item, second = await place.item(DATA), await place.item(DATA)
    for path in place.sealed_files():
        path.unlink()
    with pytest.raises(Tampered):
        await place.read(item)
    for path in place.key_files():
        path.unlink()
    with pytest.raises(Tampered):
        await place.read(second)


async def test_the_key_file_of_another_content_opens_nothing(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.key_files()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for item in items:
        with pytest.raises(Tampered):
            await place.read(item)


async def test_every_byte_of_a_key_file_counts(place: Place) -> None:
    item = await place.item(DATA)
    path = place.key_files()[0]
    for at in range(path.stat().st_size):
        flip(path, at)
        with pytest.raises(Tampered):
            await place.read(item)
        flip(path, at)
    assert await place.read(item) == DATA


async def test_a_row_that_names_another_digest_is_found(place: Place, owner: "object") -> None:
    item = await place.item(DATA)
    await owner.execute("UPDATE protection.content SET sha256 = set_byte(sha256, 30, 7)")  # type: ignore[attr-defined]
    with pytest.raises(Tampered):
        await place.read(item)


async def test_a_proof_names_what_is_wrong(place: Place) -> None:
    item, digest = await place.item(DATA), sha256(DATA).hexdigest()
    await hand_over(place, item)

    async def faults(expected: str | None = digest, of: UUID = item) -> tuple[str, ...]:
        async with place.pool.connection() as conn:
            return await place.vault.faults(conn, of, expected)

    assert await faults() == await faults(None, uuid4()) == ()
    assert await faults(digest, uuid4()) == ("its content is not known",)
    assert await faults("0" * 64) == ("its content is not the one that was registered",)
    for path in [*place.key_files(), *place.sealed_files()]:
        path.unlink()
    assert await faults() == (
        f"the key of {OTHER} to its content: the key file is not there",
        f"the key of {BODY} to its content: the key file is not there",
        "the sealed bytes of its content are gone or cut off",
    )
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
        await place.vault.shred(conn, item, OTHER)
    assert await faults() == ()
