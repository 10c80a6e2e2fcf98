"""The authorities' keys: made at set-up, kept wrapped, used to seal acts and to prove seals.

Signatures are JWS in compact form with `alg` Ed25519 (RFC 7515, RFC 8037, RFC 9864). A private key is wrapped with
AES-256-GCM under the node's key file; its identifier is its JWK thumbprint (RFC 7638).
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from exchange.core.errors import KeysMissing, RecordBroken
from exchange.store import keys as store
from exchange.store.database import Connection
from exchange.store.keys import StoredKey

ALGORITHM: Final = "Ed25519"
NONCE_BYTES = 12


class ActRegistry(JWSRegistry):
    """Lets through payloads as large as the largest act that the node takes, in base64."""

    max_payload_length = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An authority's key, and the header of all its signatures as it stands in them: it names the key."""

    header: bytes
    key: Ed25519PrivateKey


class Keyring:
    """The unwrapped keys of this node's authorities, by identifier all that were ever used.

    Nothing proves a seal but a key that opens under the node's key file: what the database calls a public key does not.
    """

    def __init__(self, wrapping_key: bytes) -> None:
        """Begin without keys; `refresh` fetches them."""
        self._wrapping = AESGCM(wrapping_key)
        self._signing: dict[str, SigningKey] = {}
        self._known: dict[str, tuple[str, OKPKey]] = {}
        self._registry = ActRegistry(algorithms=[ALGORITHM])

    async def refresh(self, conn: Connection) -> None:
        """Unwrap the keys that are not known yet; raise KeysMissing when the key file does not open them."""
        for stored in await store.others(conn, list(self._known)):
            key = self._unwrapped(stored)
            self._known[stored.id] = (stored.authority, key)
            if isinstance(key.private_key, Ed25519PrivateKey):
                header = _base64(json.dumps({"alg": ALGORITHM, "kid": stored.id}).encode())
                self._signing[stored.authority] = SigningKey(header, key.private_key)

    async def have(self, conn: Connection, authorities: Collection[str]) -> None:
        """See that these authorities can seal, if they can at all: another process may have made a key since."""
        if not self._signing.keys() >= set(authorities):
            await self.refresh(conn)

    async def make_missing(self, conn: Connection) -> None:
        """Make a key for every body that signs for itself and has none; each process learns of it when it needs it."""
        for authority in await store.keyless(conn):
            key = OKPKey.generate_key(ALGORITHM)
            name = key.thumbprint()
            nonce = os.urandom(NONCE_BYTES)
            wrapped = nonce + self._wrapping.encrypt(nonce, key.as_pem(private=True), _bound(authority, name))
            public = json.dumps(key.as_dict(private=False))
            await store.add(conn, StoredKey(name, authority, public, wrapped))

    def _unwrapped(self, stored: StoredKey) -> OKPKey:
        nonce, sealed = stored.wrapped[:NONCE_BYTES], stored.wrapped[NONCE_BYTES:]
        try:
            return OKPKey.import_key(self._wrapping.decrypt(nonce, sealed, _bound(stored.authority, stored.id)))
        except InvalidTag as error:
            raise KeysMissing("the key file is not the one that this database's keys were wrapped with") from error

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """Return another secret as the node keeps it: it opens under the key file, and for what it is bound to."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, secret, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made; raise KeysMissing when it does not open."""
        try:
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
        except InvalidTag as error:
            raise KeysMissing("the key file is not the one that this database's secrets were wrapped with") from error

    def seal(self, authority: str, payload: bytes) -> str:
        """Return the JWS of an authority over exact bytes (RFC 7515, 5.1); raise KeysMissing without a key."""
        if authority not in self._signing:
            raise KeysMissing(f"{authority} has no signing key on this node")
        own = self._signing[authority]
        signed = own.header + b"." + _base64(payload)
        return (signed + b"." + _base64(own.key.sign(signed))).decode()

    def public(self, authority: str) -> str:
        """Return an authority's public key in JSON (RFC 7517); raise KeysMissing when it has no key here."""
        own = [key for owner, key in self._known.values() if owner == authority]
        if not own:
            raise KeysMissing(f"{authority} has no signing key on this node")
        return json.dumps(own[-1].as_dict(private=False))

    def prove(self, authority: str, seal: str) -> bytes:
        """Return the bytes that an authority sealed; raise RecordBroken when the seal is not its own."""
        try:
            unproved = jws.extract_compact(seal.encode(), registry=self._registry)
            owner, key = self._known[str(unproved.headers().get("kid"))]
            payload = jws.deserialize_compact(seal, key, registry=self._registry).payload
        except (JoseError, KeyError, ValueError) as error:
            raise RecordBroken("the signature does not hold") from error
        if owner != authority:
            raise RecordBroken("the signature is another authority's")
        return payload


def payload_of(seal: str) -> bytes:
    """Return the bytes under a seal without proving it: what the node itself keeps was proved when it came."""
    return jws.extract_compact(seal.encode(), registry=ActRegistry(algorithms=[ALGORITHM])).payload


async def make_missing(conn: Connection, wrapping_key: bytes) -> None:
    """Make a key for every body that signs for itself and has none."""
    await Keyring(wrapping_key).make_missing(conn)


async def load(conn: Connection, wrapping_key: bytes) -> Keyring:
    """Unwrap all keys; raise KeysMissing when the key file is not the one they were wrapped with."""
    keyring = Keyring(wrapping_key)
    await keyring.refresh(conn)
    return keyring


async def faults(conn: Connection) -> tuple[str, ...]:
    """Name the keys whose public part is not the one that their identifier was made of (RFC 7638)."""
    return tuple(
        f"key {stored.id} of {stored.authority}: column public is not its own"
        for stored in await store.others(conn, [])
        if not _named_by(stored)
    )


def _named_by(stored: StoredKey) -> bool:
    """Tell whether a public part is a key at all, and the one that the identifier names."""
    try:
        return bool(OKPKey.import_key(json.loads(stored.public)).thumbprint() == stored.id)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return False


def _base64(content: bytes) -> bytes:
    """Write bytes as base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(content).rstrip(b"=")


def _bound(authority: str, name: str) -> bytes:
    """Return what a wrapped key is bound to: it opens for no other authority."""
    return f"{authority}\n{name}".encode()
