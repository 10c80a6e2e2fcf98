"""Seals over exact bytes, and secrets kept wrapped: what every keeper of signing keys stands on.

Signatures are JWS in compact form with `alg` Ed25519 (RFC 7515, RFC 8037, RFC 9864). A key's identifier is its JWK
thumbprint (RFC 7638). Where keys are kept, and under what they are wrapped, is their keeper's.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
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

ALGORITHM: Final = "Ed25519"
NONCE_BYTES: Final = 12


class ActRegistry(JWSRegistry):
    """Lets through payloads as large as the largest act that the node takes, in base64."""

    max_payload_length = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NewKey:
    """A signing key just made: its identifier, its public part as a JWK in JSON, its private part as PEM."""

    id: str
    public: str
    private: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A body's key with its identifier, and the header of all its signatures as it stands in them: it names the key."""

    id: str
    header: bytes
    key: Ed25519PrivateKey


class Seals:
    """Signing keys by identifier, all that were ever used; each body seals with the last one that was added for it."""

    def __init__(self) -> None:
        """Begin without keys."""
        self._signing: dict[str, SigningKey] = {}
        self._known: dict[str, tuple[str, OKPKey]] = {}
        self._registry = ActRegistry(algorithms=[ALGORITHM])

    @property
    def known(self) -> tuple[str, ...]:
        """The identifiers of the keys that are here."""
        return tuple(self._known)

    def can_seal(self, bodies: Collection[str]) -> bool:
        """Tell whether each of these bodies has a key here."""
        return self._signing.keys() >= set(bodies)

    def add(self, body: str, name: str, private: bytes) -> None:
        """Take in a body's key (PEM) under its identifier; a public one proves what it sealed, and seals no more."""
        key = OKPKey.import_key(private)
        self._known[name] = (body, key)
        if isinstance(key.private_key, Ed25519PrivateKey):
            header = _base64(json.dumps({"alg": ALGORITHM, "kid": name}).encode())
            self._signing[body] = SigningKey(name, header, key.private_key)

    def sealing(self, body: str) -> str | None:
        """Return the identifier of the key that a body seals with here, None where it has none."""
        return self._signing[body].id if body in self._signing else None

    def seal(self, body: str, payload: bytes) -> str:
        """Return the JWS of a body over exact bytes (RFC 7515, 5.1); raise KeysMissing without a key."""
        if body not in self._signing:
            raise KeysMissing(f"{body} has no signing key on this node")
        own = self._signing[body]
        signed = own.header + b"." + _base64(payload)
        return (signed + b"." + _base64(own.key.sign(signed))).decode()

    def public(self, body: str) -> str:
        """Return a body's public key in JSON (RFC 7517); raise KeysMissing when it has no key here."""
        own = [key for owner, key in self._known.values() if owner == body]
        if not own:
            raise KeysMissing(f"{body} has no signing key on this node")
        return json.dumps(own[-1].as_dict(private=False))

    def prove(self, body: str, seal: str) -> bytes:
        """Return the bytes that a body sealed; raise RecordBroken when the seal is not its own."""
        try:
            unproved = jws.extract_compact(seal.encode(), registry=self._registry)
            owner, key = self._known[str(unproved.headers().get("kid"))]
            payload = jws.deserialize_compact(seal, key, registry=self._registry).payload
        except (JoseError, KeyError, ValueError) as error:
            raise RecordBroken("the signature does not hold") from error
        if owner != body:
            raise RecordBroken("the signature is another authority's")
        return payload


class Wrapping:
    """Secrets wrapped with AES-256-GCM under one key of 32 bytes; each opens only for what it is bound to."""

    def __init__(self, key: bytes) -> None:
        """Keep the key."""
        self._aead = AESGCM(key)

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """Return a secret as it can be kept: the nonce, then the ciphertext with its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, secret, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made; raise KeysMissing when it does not open."""
        try:
            return self._aead.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
        except InvalidTag as error:
            raise KeysMissing("the key file is not the one that this database's secrets were wrapped with") from error


def new_key() -> NewKey:
    """Make a signing key."""
    key = OKPKey.generate_key(ALGORITHM)
    return NewKey(key.thumbprint(), json.dumps(key.as_dict(private=False)), key.as_pem(private=True))


def public_part(private: bytes) -> bytes:
    """Return the public part (PEM) of a key: it proves what the key sealed, and seals nothing."""
    return OKPKey.import_key(private).as_pem(private=False)


def public_jwk(key: bytes) -> dict[str, str]:
    """Return the public part of a key (PEM) as a JWK (RFC 8037), whatever else is in it."""
    return {str(name): str(value) for name, value in OKPKey.import_key(key).as_dict(private=False).items()}


def named_by(public: str, name: str) -> bool:
    """Tell whether a public part is a key at all, and the one that an identifier names (RFC 7638)."""
    try:
        return bool(OKPKey.import_key(json.loads(public)).thumbprint() == name)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return False


def key_of(text: str) -> str:
    """Return the identifier of the key that a compact JWS names."""
    head = text.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def payload_of(seal: str) -> bytes:
    """Return the bytes under a seal without proving it: what the node itself keeps was proved when it came."""
    return jws.extract_compact(seal.encode(), registry=ActRegistry(algorithms=[ALGORITHM])).payload


def _base64(content: bytes) -> bytes:
    """Write bytes as base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(content).rstrip(b"=")
