"""Chunks: whatever the size of a content and of the pieces it comes in, it comes out, and nothing else does."""

import os
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.errors import Tampered
from exchange.protection.content.datakeys import DataKey
from exchange.protection.content.outgoing import Opened
from exchange.protection.content.sealing import BLOCK, sealed_into
from exchange.protection.content.stream import CHUNK, HEAD_BYTES, SEALED, Chunks, chunks_in, sealed_size
from tests.protection.content.store import Place, pieces

KEY, CONTENT, OTHER = bytes(range(32)), UUID(int=1), UUID(int=2)

AROUND = st.builds(
    lambda chunks, by: max(0, chunks * CHUNK + by), st.integers(0, 3), st.integers(-17, 17) | st.integers(0, CHUNK)
)
"""Sizes on and around the boundaries of chunks."""


def sealed(parts: list[bytes], content: UUID = CONTENT) -> tuple[bytes, list[bytes]]:
    chunks = Chunks(KEY, content)
    return chunks.head, [chunks.seal(part, last=place == len(parts) - 1) for place, part in enumerate(parts)]


def opened(head: bytes, parts: list[bytes], content: UUID = CONTENT) -> list[bytes]:
    chunks = Chunks(KEY, content, head)
    return [chunks.open(part, last=place == len(parts) - 1) for place, part in enumerate(parts)]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=64), min_size=1, max_size=8), st.data())
def test_chunks_open_in_their_order_whole_and_in_their_content_alone(parts: list[bytes], data: st.DataObject) -> None:
    head, made = sealed(parts)
    assert opened(head, made) == parts
    with pytest.raises(Tampered):
        opened(head, made, OTHER)
    changed = data.draw(st.lists(st.sampled_from(made), min_size=1, max_size=len(made) + 1))
    if changed != made:
        with pytest.raises(Tampered):
            opened(head, changed)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=2, max_size=6))
def test_chunks_of_another_content_under_the_same_key_do_not_open(parts: list[bytes]) -> None:
    head, made = sealed(parts)
    _, others = sealed(parts, OTHER)
    for place in range(len(parts)):
        with pytest.raises(Tampered):
            opened(head, [*made[:place], others[place], *made[place + 1 :]])


@pytest.mark.parametrize("head", [b"", b"sealed1\n", b"sealed2\n1234567", b"sealed1\n12345678"])
def test_a_head_that_is_none_is_refused(head: bytes) -> None:
    with pytest.raises(Tampered):
        Chunks(KEY, CONTENT, head)


@given(AROUND)
def test_sizes_follow_from_the_plaintexts(size: int) -> None:
    number = chunks_in(size)
    assert (number - 1) * CHUNK <= size <= number * CHUNK
    assert sealed_size(size) - HEAD_BYTES - (number - 1) * SEALED <= SEALED


async def test_any_size_in_any_pieces_comes_out(place: Place) -> None:
    """The boundaries of chunks, of blocks and of pieces fall together, beside each other, and far apart."""
    noise = bytes(range(251)) * (3 * BLOCK // 251 + 1)
    for size in (CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + CHUNK):
        for piece in (CHUNK // 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK):
            name = os.urandom(32).hex()
            async with place.vault.folder.writer(name=name) as writer:
                key = DataKey.new()
                content = await sealed_into(
                    writer, pieces(noise[:size], piece), key, uuid4(), place.vault.folder.submit
                )
                await writer.keep()
            assert await place.vault.folder.size_of(name) == sealed_size(size)
            came = [part async for part in Opened(place.vault.folder, name, key, content)]
            assert b"".join(came) == noise[:size]
            assert all(len(part) <= CHUNK for part in came)
