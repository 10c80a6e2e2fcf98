"""The same keys on a token: SoftHSM 2, where it and the extra are installed."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange import protecting
from exchange.core.errors import KeysMissing, ModuleSealed, NodeError, Tampered, WrongPassphrase
from exchange.protection.content import hpke
from exchange.protection.content.anchor import Anchor, AnchorFile
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.provider import RECORD, KeyProvider, Owner
from exchange.protection.content.safe import Safe
from exchange.protection.content.vault import Vault
from exchange.protection.gateway import open_watch
from exchange.protection.module import Module
from exchange.protection.service import renewing
from exchange.runtime import Mode
from exchange.settings import from_environment
from exchange.store.pool import open_pool
from schemas.secrecy import Mark
from tests.conftest import Database
from tests.protection.content.store import BODY, OTHER, Place

pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")

from exchange.protection.content.pkcs11_provider import Pkcs11Provider, open_token

LIBRARIES = [Path(folder, "softhsm/libsofthsm2.so") for folder in ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")]
LIBRARY = next((path for path in LIBRARIES if path.exists()), None)
PIN = "семь-цифр-7"
OWNER = Owner(BODY, Mark.SECRET)
SECRET = b"0123456789abcdef0123456789abcdef"
Again = Callable[..., Pkcs11Provider]

pytestmark = pytest.mark.skipif(
    LIBRARY is None or shutil.which("softhsm2-util") is None, reason="SoftHSM 2 is not installed"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a token; the library reads its configuration once in a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    for label in ("module", "another"):
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return "module"


@pytest.fixture
def again(token: str, tmp_path: Path) -> Iterator[Again]:
    """Open the token anew; one session at a time is logged in."""
    assert LIBRARY is not None
    library, opened = LIBRARY, list[Pkcs11Provider]()

    def open_(pin: str | None = PIN, label: str = token) -> Pkcs11Provider:
        for former in opened:
            former.forget()
        opened.append(open_token(library, label, tmp_path / "exchange.keys", pin))
        return opened[-1]

    yield open_
    for former in opened:
        former.forget()


def test_it_is_a_key_provider(again: Again) -> None:
    provider: KeyProvider = again()
    assert repr(provider) == "Pkcs11Provider(sealed=False)"


def test_what_is_wrapped_opens_after_a_restart_and_only_for_what_it_is_bound_to(again: Again) -> None:
    wrapped = again().wrap(OWNER, SECRET, b"here")
    provider = again()
    assert provider.unwrap(wrapped, b"here") == SECRET
    with pytest.raises(Tampered):
        provider.unwrap(wrapped, b"there")
    for at in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(Tampered):
            provider.unwrap(bytes(changed), b"here")


def test_another_tokens_keys_open_nothing_here(again: Again) -> None:
    wrapped = again(label="another").wrap(OWNER, SECRET, b"here")
    with pytest.raises(Tampered):
        again().unwrap(wrapped, b"here")


def test_until_the_pin_is_given_it_is_sealed(again: Again) -> None:
    wrapped = again().wrap(OWNER, SECRET, b"here")
    provider = again(None)
    assert provider.sealed
    for attempt in (
        lambda: provider.wrap(OWNER, SECRET, b"here"),
        lambda: provider.unwrap(wrapped, b"here"),
        lambda: provider.rotate(OWNER),
        lambda: provider.public(BODY),
        lambda: provider.rotate_exchange(BODY),
        lambda: provider.open_hpke(BODY, b"", b""),
        provider.owners,
    ):
        with pytest.raises(ModuleSealed):
            attempt()


def test_a_wrong_pin_and_a_missing_token_are_told_apart(again: Again) -> None:
    with pytest.raises(WrongPassphrase):
        again("wrong-pin")
    with pytest.raises(KeysMissing):
        again(label="nobody's")
    assert not again().sealed


def test_after_a_rotation_the_new_key_wraps_and_the_old_one_still_opens(again: Again) -> None:
    provider = again()
    old = provider.wrap(OWNER, SECRET, b"here")
    provider.rotate(OWNER)
    new = provider.wrap(OWNER, SECRET, b"here")
    assert old[1:9] < new[1:9]
    assert provider.unwrap(old, b"here") == provider.unwrap(new, b"here") == SECRET
    assert OWNER in provider.owners()


def test_keys_never_leave_the_token(again: Again) -> None:
    import pkcs11

    provider = again()
    provider.wrap(RECORD, SECRET, b"")
    session = provider._session
    assert session is not None
    for key in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}):
        assert key[pkcs11.Attribute.SENSITIVE]
        assert not key[pkcs11.Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_what_is_handed_over_opens_after_a_rotation_and_for_its_body_alone(again: Again) -> None:
    provider = again()
    former = provider.public(OTHER)
    handed = hpke.seal(former, SECRET, b"item")
    provider.rotate_exchange(OTHER)
    provider = again()
    assert provider.public(OTHER) != former
    assert provider.open_hpke(OTHER, handed, b"item") == SECRET
    for body, info in ((BODY, b"item"), (OTHER, b"another")):
        provider.public(body)
        with pytest.raises(Tampered):
            provider.open_hpke(body, handed, info)


def test_all_keys_are_rotated_at_once(again: Again) -> None:
    provider = again()
    old, former = provider.wrap(OWNER, SECRET, b"here"), provider.public(OTHER)
    handed = hpke.seal(former, SECRET, b"item")
    assert provider.rotate_all() == len(provider.owners()) + 1
    assert provider.wrap(OWNER, SECRET, b"here")[1:9] != old[1:9]
    assert provider.public(OTHER) != former
    assert provider.unwrap(old, b"here") == provider.open_hpke(OTHER, handed, b"item") == SECRET


async def test_the_settings_of_a_node_lead_to_its_token(again: Again, tmp_path: Path) -> None:
    wrapped = again().wrap(OWNER, SECRET, b"here")
    again(None)
    named = {"PROTECTION_LIBRARY": str(LIBRARY), "PROTECTION_TOKEN": "module"}
    wanted = from_environment({**named, "PROTECTION_KEYS": str(tmp_path / "exchange.keys")})
    provider = await protecting.open_provider(wanted, Mode.PRODUCTION, tmp_path, PIN)
    try:
        assert provider.unwrap(wrapped, b"here") == SECRET
    finally:
        provider.forget()


async def test_the_vault_works_over_a_token(again: Again, place: Place) -> None:
    provider = again()
    assert Safe(provider).open(Safe(provider).lock(b"row", "item/1"), "item/1") == b"row"
    vault = Vault(place.pool, provider, place.vault.folder, place.vault.keys)
    over = Place(vault, place.provider, place.folder, place.pool)
    item = await over.item(b"over a token")
    async with place.pool.transaction() as conn:
        await vault.hand_over(conn, item, BODY, OTHER, "M-AM")
    async with place.pool.transaction() as conn:
        await vault.take_over(conn, item, OTHER, Mark.SECRET)
        await vault.rewrap(conn, item, BODY, Mark.SECRET)
    assert await vault.finish()
    assert await over.read(item) == await over.read(item, OTHER) == b"over a token"


def test_a_former_version_is_destroyed_on_the_token_and_the_one_that_wraps_is_not(again: Again) -> None:
    provider = again()
    old, kept = provider.wrap(OWNER, SECRET, b"here"), provider.wrap(Owner(OTHER), SECRET, b"here")
    handed = hpke.seal(provider.public(OTHER), SECRET, b"item")
    assert all(not each.former for each in provider.versions() if each.id in {old[1:9], kept[1:9], handed[:8]})
    provider.rotate_all()
    former = [each for each in provider.versions() if each.former]
    assert {old[1:9], kept[1:9], handed[:8]} <= {each.id for each in former}
    new = provider.wrap(OWNER, SECRET, b"here")
    for each in former:
        provider.destroy(each)
        provider.destroy(each)
    provider = again()
    assert not [each for each in provider.versions() if each.former]
    for wrapped in (old, kept):
        with pytest.raises(Tampered):
            provider.unwrap(wrapped, b"here")
    with pytest.raises(Tampered):
        provider.open_hpke(OTHER, handed, b"item")
    assert provider.unwrap(new, b"here") == SECRET
    assert provider.open_hpke(OTHER, hpke.seal(provider.public(OTHER), SECRET, b"item"), b"item") == SECRET
    with pytest.raises(NodeError, match="still wraps"):
        provider.destroy(next(each for each in provider.versions() if each.id == new[1:9]))


def test_the_keys_of_one_body_are_rotated_alone(again: Again) -> None:
    provider = again()
    mine, other = provider.wrap(OWNER, SECRET, b"here"), provider.wrap(Owner(OTHER), SECRET, b"here")
    provider.public(BODY)
    held = sum(each.body == BODY for each in provider.owners())
    assert provider.rotate_all(BODY) == held + 1
    assert provider.wrap(OWNER, SECRET, b"here")[1:9] != mine[1:9]
    assert provider.wrap(Owner(OTHER), SECRET, b"here")[1:9] == other[1:9]


def test_the_anchor_of_the_registry_stands_beside_a_tokens_keys(again: Again, tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "exchange.anchor", Safe(again()))
    file.begin()
    held = Anchor(seq=7, digest="07", recent={7: "access_grant/1"})
    file.advance(held)
    provider = again()
    kept = AnchorFile(tmp_path / "exchange.anchor", Safe(provider))
    assert kept.read() == held
    former = kept.version()
    provider.rotate_all()
    kept.renew()
    assert kept.read() == held
    assert former != kept.version()
    (tmp_path / "exchange.anchor").write_bytes((tmp_path / "exchange.anchor").read_bytes()[:-1] + b"\0")
    with pytest.raises(Tampered):
        kept.read()


async def test_what_was_wrapped_is_wrapped_anew_over_a_token(again: Again, place: Place, database: Database) -> None:
    provider = again()
    vault = Vault(place.pool, provider, place.vault.folder, place.vault.keys)
    over = Place(vault, place.provider, place.folder, place.pool)
    items = [await over.item(b"over a token") for _ in range(2)]
    for item in items:
        snapshot = Safe(provider).lock(b"{}", f"item/{item}/1")
        async with place.pool.transaction() as conn:
            await conn.execute("UPDATE protection.item SET snapshot = $2 WHERE id = $1", item, snapshot)
    async with place.pool.transaction() as conn:
        await vault.hand_over(conn, items[0], BODY, OTHER, "M-AM")
    module = Module(
        pool=place.pool,
        law=protecting.law(),
        guard=open_watch().guard,
        provider=provider,
        safe=Safe(provider),
        vault=vault,
        ledger=Ledger(Safe(provider), AnchorFile(place.folder / "token.anchor", Safe(provider))),
        sandbox=True,
    )
    provider.rotate_all()
    as_owner = await open_pool(database.dsn, size=1, role="none")
    try:
        for _ in range(2):
            going = await renewing.begin(module, owner=as_owner)
            while going is not None and not going.over:
                await going.step()
            async with as_owner.connection() as conn:
                await conn.execute("UPDATE protection.former_key SET idle_since = idle_since - interval '25 hours'")
        going = await renewing.begin(module, owner=as_owner)
        while going is not None and not going.over:
            await going.step()
    finally:
        await as_owner.close()
    used = {BODY, OTHER, ""}
    assert not [each for each in provider.versions() if each.former and each.owner.body in used]
    assert await over.read(items[1]) == b"over a token"
    async with place.pool.transaction() as conn:
        await vault.take_over(conn, items[0], OTHER, Mark.SECRET)
    assert await over.read(items[0], OTHER) == await over.read(items[0]) == b"over a token"
