"""What is handed over is HPKE as RFC 9180 has it: an opening written from the RFC proves the library's sealing."""

import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.protection.content import hpke

KEM = b"KEM" + (0x20).to_bytes(2, "big")
ID_BYTES = 8


def labelled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def labelled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """RFC 9180, 4; one block of HKDF is as much as is asked for here."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", "sha256")[:length]


def opening(private: bytes, encapsulated: bytes, info: bytes, aead: int, key_bytes: int) -> tuple[bytes, bytes]:
    """Return key and nonce of the first message in base mode: RFC 9180, 4.1 (DHKEM) and 5.1 (key schedule)."""
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    context = encapsulated + own.public_key().public_bytes_raw()
    extracted = labelled_extract(KEM, b"", b"eae_prk", shared)
    secret = labelled_expand(KEM, extracted, b"shared_secret", context, 32)
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x20, 1, aead))
    of_psk = labelled_extract(suite, b"", b"psk_id_hash", b"")
    schedule = b"\x00" + of_psk + labelled_extract(suite, b"", b"info_hash", info)
    extracted = labelled_extract(suite, secret, b"secret", b"")
    key = labelled_expand(suite, extracted, b"key", schedule, key_bytes)
    return key, labelled_expand(suite, extracted, b"base_nonce", schedule, 12)


def test_the_opening_is_that_of_rfc_9180_a_1_1() -> None:
    private = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    encapsulated = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    info = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
    sealed = bytes.fromhex("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a")
    key, nonce = opening(private, encapsulated, info, aead=1, key_bytes=16)
    assert key.hex() == "4531685d41d65f03dc48f6b8302c05b0"
    assert nonce.hex() == "56d890e5accaaf011cff4b7d"
    assert AESGCM(key).decrypt(nonce, sealed, b"Count-0") == b"Beauty is truth, truth beauty"


def test_what_is_handed_over_opens_as_rfc_9180_says() -> None:
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    handed = hpke.seal(public, b"a data key", b"for an item")
    assert handed[:ID_BYTES] == sha256(public).digest()[:ID_BYTES]
    encapsulated, sealed = handed[ID_BYTES : ID_BYTES + 32], handed[ID_BYTES + 32 :]
    key, nonce = opening(private.private_bytes_raw(), encapsulated, b"for an item", aead=2, key_bytes=32)
    assert AESGCM(key).decrypt(nonce, sealed, b"") == b"a data key"
