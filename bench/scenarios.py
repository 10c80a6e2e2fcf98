"""Submitting, acting and listing: the node, the bare endpoint and the floor in turns, round by round."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from typing import Final
from urllib.parse import quote
from uuid import UUID

import asyncpg

from bench import bare, floor
from bench.fill import location
from bench.load import Call, Round, drive, wire
from bench.office import ONE_PAIR, PAIRS, Office, body_for, open_office
from bench.processes import Server, bare_endpoint, node
from exchange.store.localpg import LocalPostgres

ACT: Final = b'{"act": "accept"}'
CONNECTIONS: Final = 24
"""Two for each authority."""
BARE_TIMES: Final = 4
"""The bare endpoint and the floor answer so many times more calls in a round, so that theirs last long enough too."""


@dataclass(slots=True)
class Rates:
    """Rates of one scenario, round by round, in calls a second; the floor may have none."""

    node: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)

    def took(self, of_node: Round, of_bare: Round | float, of_floor: float | None) -> None:
        """Note one round."""
        self.node.append(of_node.rate)
        self.p95.append(sorted(of_node.each)[int(len(of_node.each) * 0.95)])
        self.bare.append(of_bare.rate if isinstance(of_bare, Round) else of_bare)
        if of_floor is not None:
            self.floor.append(of_floor)

    def summary(self) -> dict[str, float | None]:
        """Return medians, and the median of the rounds' own ratios."""
        return {
            "node_per_s": median(self.node),
            "bare_per_s": median(self.bare),
            "floor_per_s": median(self.floor) if self.floor else None,
            "node_p95_ms": 1000 * median(self.p95),
            "of_bare": median(a / b for a, b in zip(self.node, self.bare, strict=True)),
            "of_floor": median(a / b for a, b in zip(self.node, self.floor, strict=True)) if self.floor else None,
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: so many processes of the node, as many of the bare endpoint, and the databases of both."""

    office: Office
    nodes: tuple[Server, ...]
    bares: tuple[Server, ...]
    bare_dsn: str
    random: Random
    turns: "count[int]"

    @property
    def ports(self) -> list[int]:
        """The node's ports."""
        return [server.port for server in self.nodes]

    @property
    def bare_ports(self) -> list[int]:
        """The bare endpoint's ports."""
        return [server.port for server in self.bares]

    async def submit(self, number: int, pairs: tuple[tuple[str, str], ...]) -> tuple[Round, list[tuple[str, str]]]:
        """Submit requests; return each one's id and holder too."""
        made: list[tuple[str, str]] = []

        def answered(call: Call, head: bytes, _body: bytes) -> None:
            made.append((location(head), call.about))

        calls = self.office.submissions(number, pairs, self.random)
        return await drive(self.ports, calls, connections=CONNECTIONS, answered=answered), made

    async def act(self, made: list[tuple[str, str]]) -> Round:
        """Let the holders accept the requests."""
        calls = [self.office.act(request, holder, ACT) for request, holder in made]
        return await drive(self.ports, calls, connections=CONNECTIONS)

    async def bare(self, path: str, body: bytes, number: int) -> Round:
        """Call the bare endpoint."""
        return await drive(self.bare_ports, [Call(wire("POST", path, "", body))] * number, connections=CONNECTIONS)


async def open_bench(stack: AsyncExitStack, server: LocalPostgres, folder: Path, workers: int) -> Bench:
    """Start both sides on the bench's server."""
    office = await open_office(server, "node")
    maker = await asyncpg.connect(server.dsn)
    await maker.execute("CREATE DATABASE bare")
    await maker.close()
    dsn = server.dsn_for("bare")
    conn = await asyncpg.connect(dsn)
    await conn.execute(bare.MAKE)
    await conn.close()
    nodes = [
        await stack.enter_async_context(node(folder / "node", "--no-scheduler", dsn=office.dsn)) for _ in range(workers)
    ]
    bares = [await stack.enter_async_context(bare_endpoint(dsn)) for _ in range(workers)]
    return Bench(office, tuple(nodes), tuple(bares), dsn, Random(20201), count(1))  # noqa: S311 - a repeatable load


async def write_scripts(bench: Bench, pairs: tuple[tuple[str, str], ...], ways: int) -> floor.Scripts:
    """Let the node write some requests, as submitted and as acted on, and write the floor's scripts from them."""
    chosen = tuple(pairs[place * len(pairs) // ways] for place in range(ways))
    submitted, acted = [], []
    for pair in chosen:
        _, made = await bench.submit(2, (pair,))
        submitted.append(UUID(made[0][0]))
        acted.append(UUID(made[1][0]))
        await bench.act(made[1:])
    return await floor.scripts(bench.office.dsn, submitted, acted)


async def writing(bench: Bench, rounds: int, number: int, say: Callable[[str], None]) -> dict[str, Rates]:
    """Measure submissions and acts: of twelve authorities, and of one pair."""
    found = {name: Rates() for name in ("submit", "act", "submit, one pair", "act, one pair")}
    for pairs, ways, ending in ((PAIRS, 12, ""), (ONE_PAIR, 1, ", one pair")):
        scripts = await write_scripts(bench, pairs, ways)
        await bench.act((await bench.submit(number // 3, pairs))[1])  # plans and pools are warm from here on
        await bench.bare("/requests", body_for("RU-MVD"), number)
        for turn in range(1, rounds + 1):
            of_node, made = await bench.submit(number, pairs)
            of_bare = await bench.bare("/requests", body_for("RU-MVD"), number * BARE_TIMES)
            place, more = next(bench.turns), number * BARE_TIMES
            dsn = bench.office.dsn
            of_floor = await floor.rate(dsn, scripts.submit, place, transactions=more, clients=CONNECTIONS)
            found["submit" + ending].took(of_node, of_bare, of_floor)
            of_node = await bench.act(made)
            of_bare = await bench.bare("/acts", ACT, number * BARE_TIMES)
            of_floor = await floor.rate(dsn, scripts.act, place, transactions=more, clients=CONNECTIONS)
            found["act" + ending].took(of_node, of_bare, of_floor)
            say(f"round {turn} of {rounds}{ending}: " + _told(found, ending))
    return found


def _told(found: dict[str, Rates], ending: str) -> str:
    return ", ".join(
        f"{name} {rates.node[-1]:.0f}/s = {rates.node[-1] / rates.bare[-1]:.2f} of the bare endpoint"
        for name, rates in ((name, found[name + ending]) for name in ("submit", "act"))
    )


LISTED: Final = """
INSERT INTO bare (id, authority, reference, due_at, body)
SELECT gen_random_uuid(), 'KZ-MVD', '12/' || n, now() - interval '1 hour' * n, $1::text::jsonb
  FROM generate_series(1, 1000) AS n
"""

OVERDUE: Final = "/v1/requests?due=overdue"


async def listing(bench: Bench, filled: Server, office: Office, rounds: int, number: int) -> Rates:
    """Measure the first overdue page over 10,000 open obligations against a bare list of as many lines."""
    conn = await asyncpg.connect(bench.bare_dsn)
    await conn.execute(LISTED, body_for("RU-MVD").decode())
    await conn.execute("ANALYZE bare")
    await conn.close()
    path = f"/requests?authority=KZ-MVD&by={quote(datetime.now(UTC).isoformat())}"
    rates = Rates()
    for _ in range(rounds + 1):
        calls = [Call(wire("GET", OVERDUE, office.tokens["KZ-MVD"]), b"200")] * number
        of_node = await drive([filled.port], calls, connections=CONNECTIONS)
        calls = [Call(wire("GET", path, ""), b"200")] * number
        rates.took(of_node, await drive(bench.bare_ports[:1], calls, connections=CONNECTIONS), None)
    del rates.node[0], rates.bare[0], rates.p95[0]  # the first warms up
    return rates
