"""Handing a secret over to a body: HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

What is handed over is `id of the public key | encapsulated key | ciphertext`; `info` says what it is for (section 8.1
of the RFC). The suite is the library's; nothing of the standard is written anew here.
"""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from exchange.core.errors import Tampered
from exchange.protection.content.provider import ID_BYTES

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def exchange_id(public: bytes) -> bytes:
    """Return the id of a public key: the beginning of its SHA-256."""
    return sha256(public).digest()[:ID_BYTES]


def seal(public: bytes, secret: bytes | bytearray, info: bytes) -> bytes:
    """Return a secret that only the holder of the private key opens; `public` is the raw X25519 key."""
    return exchange_id(public) + SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(public), info)


def open_sealed(private: bytes | bytearray, handed: bytes, info: bytes) -> bytes:
    """Return a secret that `seal` made; raise Tampered."""
    try:
        return SUITE.decrypt(handed[ID_BYTES:], X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError):
        raise Tampered("what was handed over does not open") from None
