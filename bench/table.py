"""The figures as a table for people, each beside its goal."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SCENARIO_GOALS: Final = {"submit": 0.2, "act": 0.2}
GROWTH_GOAL: Final = 1.5
WITHOUT_GOAL: Final = ("GET /v1/obligations", "GET /v1/statistics")
MEMORY_GOAL: Final = 300.0
LETTER_GOAL: Final = 100.0
FILES_GOAL: Final = 50.0
CONTENTS_GOAL: Final = 0.3
START_GOAL: Final = 3.0
FLAT_GOAL: Final = 1.15
"""How much more memory the second half of the acts may see than the first."""


def written(found: Mapping[str, Any]) -> str:
    """Return the whole table."""
    return "\n".join(("", *_conditions(found["conditions"]), "", *_rates(found), "", *_house(found), ""))


def _conditions(of: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{of['processors']} processors, Python {of['python']}, {of['workers_on_each_side']} process(es) on each side, "
        f"{of['rounds']} rounds in turns, medians; embedded PostgreSQL, durable"
    )


def _rates(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'':24}{'node/s':>9}{'bare/s':>9}{'floor/s':>9}{'of bare':>9}{'of floor':>10}{'p95 ms':>9}  goal"
    rows = {**found["scenarios"], "reminder pass": found["reminder pass"]}
    for name, row in rows.items():
        figures = "".join(
            f"{_figure(row.get(key), digits):>{width}}"
            for key, digits, width in (
                ("node_per_s", 0, 9), ("bare_per_s", 0, 9), ("floor_per_s", 0, 9), ("of_bare", 2, 9),
                ("of_floor", 2, 10), ("node_p95_ms", 1, 9),
            )
        )  # fmt: skip
        goal = SCENARIO_GOALS.get(name)
        yield f"{name:24}{figures}  " + ("" if goal is None else _goal(row["of_bare"] >= goal, f"≥ {goal} of bare"))


def _house(found: Mapping[str, Any]) -> Iterator[str]:
    small, large = found["conditions"]["open_obligations"]
    for name, row in found["growth"].items():
        if "ratio" in row:
            figures = (
                f"{row['small_ms']:.2f} ms at {small:,}, {row['large_ms']:.2f} ms at {large:,}: × {row['ratio']:.2f}"
            )
            goal = "" if name in WITHOUT_GOAL else _goal(row["ratio"] <= GROWTH_GOAL, f"≤ {GROWTH_GOAL}")
            yield f"{name:34}{figures:50}  {goal}"
    most, first = found["memory"]["most_mib"], found["memory"]["at_rest_mib"]
    yield f"{'memory without PostgreSQL':34}{f'{first:.0f} MiB at rest, {most:.0f} at most':50}  " + _goal(
        most <= MEMORY_GOAL, f"≤ {MEMORY_GOAL:.0f} MiB"
    )
    samples = [held for _, held in found["memory"]["samples"]]
    half = len(samples) // 2
    growth = max(samples[half:]) / max(samples[1 : half + 1])
    acts = f"{found['memory']['samples'][-1][0]:,} acts"
    yield f"{'memory over ' + acts:34}{f'second half × {growth:.2f} of the first':50}  " + _goal(
        growth <= FLAT_GOAL, f"≤ {FLAT_GOAL}"
    )
    letter = found["letter"]
    told = f"{letter['pdf_ms']:.0f} ms, p95 {letter['pdf_p95_ms']:.0f} ms: × {letter['ratio']:.1f} of its JSON"
    yield f"{'PDF of a request':34}{told:50}  " + _goal(letter["pdf_p95_ms"] <= LETTER_GOAL, f"≤ {LETTER_GOAL:.0f} ms")
    yield from _files(found["files"])
    yield from _contents(found["contents"])
    warm = found["start"]["warm_s"]
    yield f"{'warm start to first answer':34}{f'{warm:.2f} s':50}  " + _goal(
        warm <= START_GOAL, f"≤ {START_GOAL:.0f} s"
    )


def _files(found: Mapping[str, Any]) -> Iterator[str]:
    size = f"{found['bytes'] // 1_000_000} MB"
    for way, words in (("up", "upload"), ("down", "download")):
        row = found[way]
        told = f"{row['node_s']:.2f} s, a plain copy {row['copy_s']:.2f} s: × {row['ratio']:.2f}"
        yield f"{f'{words} of {size}':34}{told}"
    growth = found["growth_mib"]
    yield f"{f'memory over {size} up and down':34}{f'{growth:.1f} MiB more':50}  " + _goal(
        growth <= FILES_GOAL, f"≤ {FILES_GOAL:.0f} MiB"
    )


def _contents(found: Mapping[str, Any]) -> Iterator[str]:
    size = f"{found['bytes'] // 1_000_000} MB"
    for way, words in (("seal", "sealed"), ("open", "given out")):
        took, ratio, bare = found[f"{way}_s"], found[f"{way}_of_least"], found[f"{way}_of_bare"]
        told = f"{took:.2f} s: {ratio:.2f} of cipher with digest, {bare:.2f} of cipher"
        goal = _goal(ratio >= CONTENTS_GOAL, f"≥ {CONTENTS_GOAL} of cipher with digest")
        yield f"{f'{size} {words} by the vault':34}{told:50}  {goal}"
    told = f"{found['written_s']:.2f} s: sealing is × {found['seal_of_written']:.2f} as quick"
    yield f"{f'{size} written plain and flushed':34}{told}"
    growth = found["growth_mib"]
    yield f"{f'memory over {size} sealed':34}{f'{growth:.1f} MiB more':50}  " + _goal(
        growth <= FILES_GOAL, f"≤ {FILES_GOAL:.0f} MiB"
    )


def _figure(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _goal(reached: object, words: str) -> str:
    return f"{words}: {'reached' if reached else 'MISSED'}"
