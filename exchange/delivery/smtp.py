"""The authority's mail relay: one reused connection, always encrypted, every wait with an end."""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import aiosmtplib

IDLE: Final = 5.0
"""Seconds after which a connection is asked whether it still lives before a message is trusted to it."""

UNKNOWN_ADDRESS: Final = frozenset({550, 551, 553})
"""Replies to RCPT that may mean that the address does not exist (RFC 5321, section 4.2.3)."""

ENHANCED = re.compile(r"\s*(\d)\.(\d{1,3})\.\d{1,3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where messages are handed over. `patience` is in seconds, for each answer and twice that for a message.

    `authorities` is a PEM text of certificates to trust in the place of the system's.
    """

    host: str
    port: int
    tls: Literal["starttls", "implicit"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authorities: str | None = field(default=None, repr=False)
    hello: str = "localhost"
    patience: float = 20.0


class AddressRefused(Exception):
    """The relay says that there is no such address, and will go on saying so."""


class NotSent(Exception):
    """The relay did not take one message; the others may still go."""


class RelayDown(Exception):
    """The relay cannot be reached, hangs, or is not to be trusted: no message goes now."""


class Mailer:
    """Hands messages to the relay, one after the other; `find` tells where it is at each new connection.

    Errors tell kinds and codes: a relay's own words may quote a message.
    """

    def __init__(self, find: Callable[[], Awaitable[Relay]]) -> None:
        self._find = find
        self._turn = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._patience = 0.0
        self._used_at = 0.0

    async def send(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand over one message; raise AddressRefused, NotSent or RelayDown.

        After RelayDown nobody knows whether the message went: it is sent again with its own Message-ID.
        """
        async with self._turn:
            try:
                client = await self._connection()
                async with asyncio.timeout(2 * self._patience):
                    await client.sendmail(sender, [recipient], message)
            except aiosmtplib.SMTPRecipientsRefused as refused:
                reply = refused.recipients[0]
                if is_unknown_address(reply.code, reply.message):
                    raise AddressRefused(told(reply)) from None
                raise NotSent(told(reply)) from None
            except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refused:
                raise NotSent(told(refused)) from None
            except (aiosmtplib.SMTPException, ssl.SSLError, OSError, TimeoutError) as trouble:
                self._drop()
                raise RelayDown(told(trouble)) from None
            except ValueError:  # after the errors of TLS, some of which are ValueErrors too
                raise AddressRefused("not an address") from None
            except BaseException:
                self._drop()
                raise
            self._used_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Take leave of the relay; the next message opens a new connection."""
        async with self._turn:
            client, self._client = self._client, None
            if client is not None and client.is_connected:
                try:
                    await client.quit(timeout=1)
                except (aiosmtplib.SMTPException, OSError, TimeoutError):
                    client.close()

    async def _connection(self) -> aiosmtplib.SMTP:
        """Return the connection if it still lives, else a new one."""
        client = self._client
        if client is not None and client.is_connected:
            if asyncio.get_running_loop().time() - self._used_at < IDLE:
                return client
            try:
                await client.noop(timeout=self._patience)
                return client
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                self._drop()
        relay = await self._find()
        self._patience = relay.patience
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            local_hostname=relay.hello,
            timeout=relay.patience,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=ssl.create_default_context(cadata=relay.authorities),
        )
        self._client = client
        async with asyncio.timeout(2 * relay.patience):
            await client.connect()
        return client

    def _drop(self) -> None:
        """Forget a connection that cannot be trusted any more."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def is_unknown_address(code: int, reply: str) -> bool:
    """Tell whether a refusal of a recipient is about the address for good, and not about us or the moment.

    A relay that wants another sender or a sign-in answers with 5xx too: its enhanced code (RFC 3463) is not 5.1.
    """
    enhanced = ENHANCED.match(reply)
    if enhanced:
        return enhanced.groups() == ("5", "1")
    return code in UNKNOWN_ADDRESS


def told(trouble: BaseException) -> str:
    """Put trouble into words without anything of the message: its kind, and the reply's code."""
    code = getattr(trouble, "code", None)
    return type(trouble).__name__ if code is None else f"{type(trouble).__name__} {code}"
