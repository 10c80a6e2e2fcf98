"""Keys handed over and taken over, wrapped anew for another degree, opened after a rotation."""

from contextlib import suppress
from uuid import uuid4

import pytest

from exchange.core.errors import NotHeld, Tampered
from exchange.protection.content.provider import Owner
from schemas.secrecy import Mark
from tests.protection.content.store import BODY, DATA, OTHER, Place, hand_over, take_over


async def test_a_recipient_reads_once_it_confirmed_receipt(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    with pytest.raises(NotHeld):
        await place.read(item, OTHER)
    await take_over(place, item)
    assert await place.read(item, OTHER) == DATA
    assert len(place.key_files()) == 3
    assert await place.vault.finish()  # what was handed over has done its work
    assert len(place.key_files()) == 2
    assert await place.read(item, OTHER) == await place.read(item) == DATA
    assert len(place.sealed_files()) == 1


async def test_what_is_handed_over_twice_is_received_once(place: Place) -> None:
    item = await place.item(DATA)
    for _ in range(2):
        await hand_over(place, item)
        await hand_over(place, item)
        await take_over(place, item)
        await take_over(place, item)
        await place.vault.finish()
        assert await place.read(item, OTHER) == DATA
        assert len(place.key_files()) == 2


async def test_means_and_recipient_are_bound_to_what_is_handed_over(place: Place, owner: "object") -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    await owner.execute("UPDATE protection.holding SET means = 'M-LT' WHERE state = 'handed'")  # type: ignore[attr-defined]
    with pytest.raises(Tampered):
        await take_over(place, item)


async def test_nobody_hands_over_what_it_does_not_hold(place: Place) -> None:
    item = await place.item(DATA)
    for giver, recipient in ((OTHER, BODY), ("RU-FSB", OTHER)):
        with pytest.raises(NotHeld):
            async with place.pool.transaction() as conn:
                await place.vault.hand_over(conn, item, giver, recipient, None)
    with pytest.raises(NotHeld):
        await take_over(place, item)


async def test_a_dispatch_that_is_not_committed_hands_nothing_over(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.hand_over(conn, item, BODY, OTHER, "M-AM")
            raise RuntimeError
    with pytest.raises(NotHeld):
        await take_over(place, item)


async def test_after_a_regrade_the_new_degrees_key_opens_and_the_old_file_goes(place: Place) -> None:
    item = await place.item(DATA)
    former = place.key_files()[0]
    async with place.pool.transaction() as conn:
        await place.vault.rewrap(conn, item, BODY, Mark.TOP_SECRET)
    assert await place.read(item) == DATA
    assert Owner(BODY, Mark.TOP_SECRET) in place.provider.owners()
    assert await place.vault.finish()
    assert not former.exists()
    assert await place.read(item) == DATA


async def test_a_regrade_that_is_not_committed_changes_nothing(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.rewrap(conn, item, BODY, Mark.TOP_SECRET)
            raise RuntimeError
    assert not await place.vault.finish()
    assert await place.read(item) == DATA


async def test_acts_on_what_a_body_does_not_hold_do_nothing(place: Place) -> None:
    item = await place.item(DATA)
    async with place.pool.transaction() as conn:
        for wanted in (item, uuid4()):
            await place.vault.rewrap(conn, wanted, OTHER, Mark.SECRET)
            await place.vault.shred(conn, wanted, OTHER)
    assert not await place.vault.finish()
    assert await place.read(item) == DATA


async def test_contents_open_after_every_key_was_rotated(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    assert place.provider.rotate_all() == 3
    await take_over(place, item)
    assert await place.read(item) == await place.read(item, OTHER) == DATA
