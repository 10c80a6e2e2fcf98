"""The node at work: the interface, the ticker and the sandbox's mail sink, until a signal ends them."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import uvicorn

from exchange import opening, protecting, tongues
from exchange.api.wire import Wire
from exchange.core.errors import NodeError
from exchange.delivery.mail import Writer
from exchange.delivery.sending import LEASE
from exchange.delivery.smtp import Mailer, Relay, RelayDown
from exchange.main import create_app
from exchange.opening import Place
from exchange.protecting import Protecting
from exchange.protecting_work import binding, housekeeping
from exchange.runtime import Mode, Runtime
from exchange.service import sandbox
from exchange.service.enclosures import Letters
from exchange.service.outbox import Post
from exchange.settings import MailRelay, Settings
from scheduler import Job, Ticker, jobs

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates" / "email"
SANDBOX_SENDER: Final = "node@node.example"
BACKLOG: Final = 2048
HTTP_SECONDS: Final = 5
"""How long calls may go on after the signal: with the ticker, at the same time, all ends within 15 seconds."""

YOUNG: Final = 10_000
"""New objects after which the collector looks for cycles: calls make many objects and hardly a cycle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `serve` was asked for."""

    mode: Mode
    host: str
    port: int
    data: Path
    first_moment: datetime | None = None
    scheduler: bool = True
    expose: bool = False


class Quiet(uvicorn.Server):
    """A server that leaves signals to us, and says when it answers; its own way ends the process with the signal."""

    answering: asyncio.Event

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.answering.set()


class Stop:
    """The operator's signal: it cuts the start short, and once the node is at work lets it end in order."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_work = False
        self._task = asyncio.current_task()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._ask)

    def _ask(self) -> None:
        self.asked.set()
        if not self.at_work and self._task is not None:
            self._task.cancel()


def serve(settings: Settings, plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT; call it from the main thread. Raise NodeError when the node cannot start."""
    if plan.mode is Mode.SANDBOX and not plan.expose and not is_loopback(plan.host):
        raise NodeError("a sandbox lets everybody in and stays on the loopback: leave --host out, or add --expose")
    if plan.mode is Mode.PRODUCTION and plan.first_moment is not None:
        raise NodeError("--now is for a sandbox: production runs on the real time")
    gc.disable()  # until calls are answered: hardly anything that a start makes is garbage
    # The address first: where it is taken, nothing is made.
    with bound(plan.host, plan.port) as listener:
        key = opening.wrapping_key(settings, plan.mode, plan.data)
        with opening.database(settings, plan.data) as place:
            run(_serve(settings, plan, place, key, listener))


def tick(settings: Settings, mode: Mode | None, data: Path) -> None:
    """Run the scheduler alone, beside nodes that were started without it."""
    if settings.database_url is None:
        raise NodeError("the scheduler alone needs DATABASE_URL: the embedded database belongs to `serve`")
    with opening.database(settings, data) as place:
        run(_tick(settings, mode, data, place))


def require_node(settings: Settings, data: Path) -> None:
    """Raise NodeError where no node was made yet, for commands that make none."""
    opening.require_node(settings, data)
    if settings.database_url is not None:
        with opening.database(settings, data) as place:
            run(opening.require_made(place, settings, data))


def run(work: Coroutine[None, None, None]) -> None:
    """Run a coroutine on the fastest loop there is; one that a signal cut short has ended as it was told to."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, suppress(asyncio.CancelledError):
        runner.run(work)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(settings: Settings, plan: Plan, place: Place, key: bytes, listener: socket.socket) -> None:
    stop = Stop()
    await opening.bring_up_to_date(place, settings, plan.mode)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opening.open_protection(place, settings, plan.mode, key, plan.data))
        opened = opening.open_runtime(
            place, settings, plan.mode, key, data=plan.data, first_moment=plan.first_moment, doors=house.doors
        )
        runtime = await stack.enter_async_context(opened)
        if house.module is not None:
            await protecting.furnish(house.module, runtime)
        table = await stack.enter_async_context(_jobs(runtime, settings, house))
        guarded, works = plan.mode is Mode.SANDBOX and not plan.expose, tuple(job.work for job in table)
        app = create_app(runtime, settings, works=works, loopback_only=guarded, module=house.module)
        if plan.scheduler:
            await stack.enter_async_context(ticking(runtime, table))
        with told(plan.host, plan.port):
            listener.listen(BACKLOG)
        await answer(app, listener, plan, stop)


async def _tick(settings: Settings, asked: Mode | None, data: Path, place: Place) -> None:
    stop = Stop()
    mode = await opening.mode_of(place, asked)
    await opening.bring_up_to_date(place, settings, mode)
    key = opening.wrapping_key(settings, mode, data)
    async with (
        opening.open_protection(place, settings, mode, key, data) as house,
        opening.open_runtime(place, settings, mode, key, data=data, doors=house.doors) as runtime,
        _jobs(runtime, settings, house) as table,
        ticking(runtime, table),
    ):
        say("the scheduler is at work")
        stop.at_work = True
        await stop.asked.wait()


async def answer(app: object, listener: socket.socket, plan: Plan, stop: Stop, name: str = "node") -> None:
    """Answer calls until the signal; print the address once calls are answered."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=Wire,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=HTTP_SECONDS,
    )
    server = Quiet(config)
    server.answering = asyncio.Event()
    stop.at_work = True
    gc.freeze()  # what stands by now stands until the end: never look through it again
    gc.set_threshold(YOUNG)
    gc.enable()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ended = asyncio.create_task(stop.asked.wait())
    await server.answering.wait()
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    say(f"{plan.mode} {name} at http://{host}:{listener.getsockname()[1]}")
    await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    ended.cancel()
    await serving


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """Hold the address; a caller is turned away until the node listens there. Raise NodeError when it is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setblocking(False)  # noqa: FBT003 - the standard library's own call
        with told(host, port):
            listener.bind((host, port))
        yield listener


@contextmanager
def told(host: str, port: int) -> Iterator[None]:
    """Say in a sentence that an address cannot be listened at."""
    try:
        yield
    except OSError as error:
        raise NodeError(f"cannot listen on {host} port {port}: {error.strerror}") from None


@asynccontextmanager
async def _jobs(runtime: Runtime, settings: Settings, house: Protecting) -> AsyncIterator[tuple[Job, ...]]:
    """Put together what falls due by itself; in the end a sink of ours is closed."""
    in_sandbox = runtime.mode is Mode.SANDBOX
    sinks = sandbox.Sinks(runtime)

    async def find() -> Relay:
        return await sinks.find() if in_sandbox else relay(settings.mail)

    try:
        async with posting(runtime, settings, find) as post:
            own = jobs(runtime, runtime.desk.readings, post, runtime.files)
            more = housekeeping(runtime, house.module, post) if house.module else ()
            yield (*own, *binding(runtime, house.doors), *more)
    finally:
        await sinks.stop()


@asynccontextmanager
async def posting(runtime: Runtime, settings: Settings, find: Callable[[], Awaitable[Relay]]) -> AsyncIterator[Post]:
    """Open what notices go out by; in the end the connection to the relay is closed."""
    in_sandbox = runtime.mode is Mode.SANDBOX
    sender = SANDBOX_SENDER if in_sandbox or settings.mail is None else settings.mail.sender
    mailer = Mailer(find)
    writer = Writer(TEMPLATES, tongues.load(), sender=sender, domain=sender.rpartition("@")[2])
    letters = Letters(runtime.press, runtime.desk.keys, sample=in_sandbox)
    try:
        yield Post(writer=writer, mailer=mailer, letters=letters, lease=sandbox.LEASE if in_sandbox else LEASE)
    finally:
        await mailer.close()


def relay(mail: MailRelay | None) -> Relay:
    """Return the operator's relay; without one, notices wait in the outbox."""
    if mail is None:
        raise RelayDown("no relay is set: see SMTP_HOST")
    return Relay(host=mail.host, port=mail.port, tls=mail.tls, user=mail.user, password=mail.password)


@asynccontextmanager
async def ticking(runtime: Runtime, table: tuple[Job, ...]) -> AsyncIterator[None]:
    """Let a table of jobs be ticked meanwhile."""
    ticker = Ticker(table, runtime, runtime.now)
    ticker.start()
    try:
        yield
    finally:
        await ticker.stop()


def say(text: str) -> None:
    """Tell the operator."""
    sys.stdout.write(f"exchange: {text}\n")
    sys.stdout.flush()
