"""A request in writing: its PDF beside the same request as JSON, in turns over one connection to the same node."""

from statistics import median
from typing import Final

from bench.load import Call, drive, wire
from bench.office import ONE_PAIR
from bench.scenarios import Bench

LETTERS: Final = 40
"""Calls of each kind in a round."""


async def letters(bench: Bench, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of both, what nineteen letters in twenty stay below, and the median ratio."""
    _, made = await bench.submit(1, ONE_PAIR)
    token, request = bench.office.tokens[ONE_PAIR[0][0]], f"/v1/requests/{made[0][0]}"
    pdf, plain, ratios = [], [], []
    for turn in range(rounds + 1):
        taken = []
        for path in (f"{request}/letter.pdf", request):
            calls = [Call(wire("GET", path, token), b"200")] * LETTERS
            taken.append((await drive(bench.ports[:1], calls, connections=1)).each)
        if turn:  # the first warms up
            pdf += taken[0]
            plain += taken[1]
            ratios.append(median(taken[0]) / median(taken[1]))
    return {
        "pdf_ms": 1000 * median(pdf),
        "pdf_p95_ms": 1000 * sorted(pdf)[int(len(pdf) * 0.95)],
        "json_ms": 1000 * median(plain),
        "ratio": median(ratios),
    }
