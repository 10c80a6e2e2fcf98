"""The first five minutes of both READMEs, as a reader has them: the real curl against a real sandbox node."""

import ast
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exchange import cli

ROOT = Path(__file__).resolve().parent.parent
READMES = (ROOT / "README.md", ROOT / "README.ru.md")
ADDRESS = "http://127.0.0.1:8080"
START_SECONDS = 60
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"^(?:\w+=\$\()?curl ", re.MULTILINE)
ANYTHING = "…"

# The reader's own curl; what it got is also put aside, numbered in order.
ASIDE = """
set -eu
curl() {
  place="$ANSWERS/$(ls "$ANSWERS" | wc -l)"
  command curl "$@" -o "$place.body" -w '%{http_code}' > "$place.status" || return
  cat "$place.body"
}
"""


@dataclass(frozen=True)
class Step:
    """The shell lines of one step, how many calls they make, and what each answer holds."""

    lines: str
    calls: int
    excerpt: Any


def blocks(readme: Path, kind: str) -> list[str]:
    return [text for of, text in BLOCK.findall(readme.read_text("utf-8")) if of == kind]


def steps(readme: Path) -> list[Step]:
    """Return the steps with calls, each block of shell lines with the answer that stands below it."""
    found = []
    every = BLOCK.findall(readme.read_text("utf-8"))
    for (kind, text), (next_kind, answer) in zip(every, [*every[1:], ("", "")], strict=True):
        if kind == "sh" and CALL.search(text):
            assert next_kind == "json", f"no answer is shown for:\n{text}"
            found.append(Step(text, len(CALL.findall(text)), json.loads(answer)))
    return found


def preparation(readme: Path) -> str:
    return next(text for text in blocks(readme, "sh") if text.startswith("node="))


def serve_arguments(readme: Path) -> list[str]:
    line = next(text for text in blocks(readme, "sh") if "dev run serve" in text)
    words = shlex.split(line)
    assert words[:3] == ["python3", "dev", "run"]
    return words[3:]


@contextmanager
def serving(arguments: list[str], data: Path) -> Iterator[str]:
    """Run the README's node on a free port and a folder of its own; give its address."""
    changed = list(arguments)
    changed[changed.index("--port") + 1] = "0"
    changed[changed.index("--data") + 1] = str(data)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with (data.parent / "node.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "exchange.cli", *changed],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            env=environment,
        )
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
            line = process.stdout.readline().decode() if ready else ""
            found = re.search(r"sandbox node at (http://127\.0\.0\.1:\d+)$", line)
            assert found, Path(log.name).read_text("utf-8")
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            finally:
                process.kill()


def holds(shown: Any, got: Any) -> bool:
    """Tell whether an answer holds what is shown of it: fields by name, items anywhere, `…` for any ending."""
    if isinstance(shown, dict):
        return isinstance(got, dict) and all(key in got and holds(value, got[key]) for key, value in shown.items())
    if isinstance(shown, list):
        return isinstance(got, list) and all(any(holds(each, one) for one in got) for each in shown)
    if isinstance(shown, str) and shown.endswith(ANYTHING):
        return isinstance(got, str) and got.startswith(shown.removesuffix(ANYTHING)) and len(got) >= len(shown)
    return type(shown) is type(got) and bool(shown == got)


def test_both_languages_show_the_same_calls_and_answers() -> None:
    english, russian = READMES
    assert steps(english)
    assert steps(english) == steps(russian)
    assert preparation(english) == preparation(russian)
    assert serve_arguments(english) == serve_arguments(russian)


def test_the_readmes_name_each_other() -> None:
    english, russian = (readme.read_text("utf-8").splitlines()[0] for readme in READMES)
    assert "(README.ru.md)" in english
    assert "(README.md)" in russian


@pytest.mark.skipif(shutil.which("curl") is None, reason="the calls of the README need curl, and there is none")
def test_the_calls_answer_what_the_readme_shows(tmp_path: Path) -> None:
    readme = READMES[0]
    told = steps(readme)
    answers = tmp_path / "answers"
    answers.mkdir()
    with serving(serve_arguments(readme), tmp_path / "node") as address:
        assert ADDRESS in preparation(readme)
        script = "\n".join((ASIDE, preparation(readme).replace(ADDRESS, address), *(step.lines for step in told)))
        done = subprocess.run(
            ["sh", "-c", script],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            env={**os.environ, "ANSWERS": str(answers), "no_proxy": "127.0.0.1"},
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    places = sorted(answers.glob("*.status"), key=lambda place: int(place.stem))
    shown = [step for step in told for _ in range(step.calls)]
    assert len(places) == len(shown)
    for step, place in zip(shown, places, strict=True):
        status, got = int(place.read_text("ascii")), json.loads(place.with_suffix(".body").read_text("utf-8"))
        assert status == step.excerpt.get("status", status)
        assert status < 300 or "status" in step.excerpt, step.lines
        assert holds(step.excerpt, got), f"{step.lines}\nanswered\n{json.dumps(got, ensure_ascii=False, indent=1)}"


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_every_command_stands_in_the_table(readme: Path) -> None:
    """The commands of `dev` and those of the node itself, and none that is not there."""
    named = set(re.findall(r"^\| `python3 dev ([a-z ]+)` \|", readme.read_text("utf-8"), re.MULTILINE))
    own = set(cli.parser()._actions[1].choices or ()) - {"demo"}
    assert named == {f"run {name}" for name in own} | (commands_of_dev() - {"run"})


def commands_of_dev() -> set[str]:
    """Return the commands that the script `dev` takes, read from its table."""
    for node in ast.parse((ROOT / "dev").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and "COMMANDS" in ast.unparse(node):
            return {ast.literal_eval(key) for key in node.value.keys if key is not None}
    raise AssertionError("dev has no table of commands")
