"""The sandbox's mail sink: a real SMTP server on the loopback, with STARTTLS and a password, that keeps everything."""

import asyncio
import ipaddress
import logging
import secrets
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST: Final = "127.0.0.1"
USER: Final = "sandbox"
VALID: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC))
SIZE_LIMIT: Final = 12 * 1024 * 1024  # bytes of one message
Catch = Callable[[str, bytes], Awaitable[None]]

log = logging.getLogger(__name__)


class Sink:
    """A running sink; what it accepted was handed on before it said so."""

    def __init__(self, server: asyncio.Server, sessions: set[Any], password: str, certificate: str) -> None:
        self.port: int = server.sockets[0].getsockname()[1]
        self.password = password
        self.certificate = certificate
        self._server = server
        self._sessions = sessions

    @classmethod
    async def start(cls, catch: Catch, port: int = 0) -> Self:
        """Listen on a port (0: any free one); `catch` gets each recipient with the bytes, and keeps them."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own attribute at each sign-in
        certificate, key = self_signed()
        context = server_context(certificate, key)
        password = secrets.token_urlsafe(32)
        sessions: set[Any] = set()
        loop = asyncio.get_running_loop()

        def session() -> asyncio.BaseProtocol:
            return _Session(
                sessions,
                _Handler(catch),
                data_size_limit=SIZE_LIMIT,
                hostname="localhost",
                ident=mark(certificate),
                tls_context=context,
                require_starttls=True,
                auth_required=True,
                authenticator=_Doorkeeper(password),
                loop=loop,
            )

        server = await loop.create_server(session, HOST, port)
        return cls(server, sessions, password, certificate)

    async def stop(self) -> None:
        """Stop listening and hang up."""
        self._server.close()
        for session in tuple(self._sessions):
            # One that closes already has nothing left to abort: an older Python's TLS raises there.
            if session.transport is not None and not session.transport.is_closing():
                session.transport.abort()
        await asyncio.sleep(0)  # for the sessions to notice


async def answers(port: int, certificate: str, patience: float) -> bool:
    """Tell whether the sink of a certificate greets at a port of the loopback within so many seconds."""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                greeting = await reader.readline()
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError):  # a line beyond any measure is a ValueError
        return False
    return mark(certificate).encode() in greeting


def mark(certificate: str) -> str:
    """Return what a sink greets with: another program may have got its port since."""
    return f"sandbox-{sha256(certificate.encode()).hexdigest()[:32]}"


class _Session(SMTP):
    """One connection; it is known for as long as it lasts."""

    def __init__(self, living: set[Any], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._living = living
        living.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        self._living.discard(self)
        super().connection_lost(error)


class _Handler:
    """Hands a message on, once for each recipient, before it is accepted."""

    def __init__(self, catch: Catch) -> None:
        self._catch = catch

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        try:
            for recipient in envelope.rcpt_tos:
                await self._catch(recipient, envelope.content)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message was not kept, and the client is told
            log.warning("a message was not kept: %s", type(error).__name__)
            return "451 4.3.0 not kept, try again"
        return "250 2.0.0 kept"


class _Doorkeeper:
    """Lets in who knows the password."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()

    def __call__(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = (
            isinstance(data, LoginPassword)
            and secrets.compare_digest(data.login, USER.encode())
            and secrets.compare_digest(data.password, self._password)
        )
        # Left "handled" at its default, a wrong password would get no answer and the client would hang.
        return AuthResult(success=known, handled=False)


def self_signed() -> tuple[str, str]:
    """Return a certificate for the loopback and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID[0])
        .not_valid_after(VALID[1])
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem).decode(), secret.decode()


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """Return what a server needs for TLS; the key stands in a file of our own for a moment, as OpenSSL wants it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.touch(mode=0o600)
        chain.write_text(certificate + key)
        context.load_cert_chain(chain)
    return context
