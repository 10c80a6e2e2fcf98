"""The module's mail for tests: the real templates, the real relay client, a real SMTP sink."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from exchange import tongues
from exchange.delivery.mail import Writer
from exchange.delivery.sending import Post
from exchange.delivery.sink import HOST, USER, Catch, Sink
from exchange.delivery.smtp import Mailer, Relay
from tests.service.node import DOMAIN, SENDER, TEMPLATES


@dataclass
class Mailroom:
    """A sink, and posts that send to it; `caught` are recipients with the bytes that came."""

    caught: list[tuple[str, bytes]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    sink: Sink | None = None

    async def catch(self, recipient: str, raw: bytes) -> None:
        """Keep what came."""
        self.caught.append((recipient, raw))

    async def find(self) -> Relay:
        """Return the sink as a relay."""
        assert self.sink is not None
        return relay(*place_of(self.sink))

    @asynccontextmanager
    async def catching(self, catch: Catch) -> AsyncIterator[tuple[str, str, str]]:
        """Run a further sink that does something of its own with what comes; give its place."""
        sink = await Sink.start(catch)
        try:
            yield place_of(sink)
        finally:
            await sink.stop()

    def post(self) -> Post:
        """Return a post of a process of its own."""
        made = post_over(Mailer(self.find))
        self.posts.append(made)
        return made

    def messages(self) -> list[EmailMessage]:
        """Return what came, as its readers see it."""
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.caught]


def place_of(sink: Sink) -> tuple[str, str, str]:
    """Return where a sink listens: its port, its password, its certificate."""
    return str(sink.port), sink.password, sink.certificate


def relay(port: str, password: str, certificate: str) -> Relay:
    """Return a sink as a relay."""
    return Relay(host=HOST, port=int(port), user=USER, password=password, authorities=certificate)


def post_over(mailer: Mailer) -> Post:
    """Return a post over a mailer."""
    return Post(writer=Writer(TEMPLATES, tongues.load(), sender=SENDER, domain=DOMAIN), mailer=mailer)


@asynccontextmanager
async def open_mailroom() -> AsyncIterator[Mailroom]:
    """Run a sink."""
    room = Mailroom()
    room.sink = await Sink.start(room.catch)
    try:
        yield room
    finally:
        for post in room.posts:
            await post.mailer.close()
        await room.sink.stop()
