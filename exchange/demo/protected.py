"""The second part of the story: what the protection module does, call by call, printed with its article and checked."""

import json
import tomllib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from exchange.core.rules import article
from exchange.demo.player import Player, refusal_of
from schemas.vocabulary import Role


class Call(BaseModel):
    """One step: the clock moves, or somebody calls the module; then what must come back.

    `keeps` takes values of the answer by their path (`protected.0`) for later steps; `as_` is short for its id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    says: str | None = None
    clock: str | None = None
    rule: str | None = None
    by: str = ""
    role: Role = Role.SECRECY_OFFICER
    call: str = ""
    body: dict[str, Any] | None = None
    content: str | None = None
    inline: str | None = None
    as_: str | None = Field(default=None, alias="as")
    keeps: dict[str, str] = Field(default_factory=dict)
    reads: str | None = None
    prints: bool = False
    refused: str | None = None
    naming: frozenset[str] = frozenset()
    holds: dict[str, Any] = Field(default_factory=dict)


class Calls(BaseModel):
    """The steps in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Annotated[tuple[Call, ...], Field(min_length=1)]


def read() -> Calls:
    """Read the part that comes with the product."""
    return Calls.model_validate(tomllib.loads(files(__package__).joinpath("protected.toml").read_text("utf-8")))


class Protected:
    """Plays the part on the node of a player, whose tokens, tally and voice it uses."""

    def __init__(self, player: Player, calls: Calls) -> None:
        """Begin with nothing kept."""
        self._player, self._calls = player, calls
        self._kept: dict[str, str] = {}

    def play(self) -> None:
        """Play every step and add what came of it to the tally."""
        self._player.say("\n══ Государственные секреты")
        for number, step in enumerate(self._calls.step, start=1):
            faults = list(self._player.move(step.clock) if step.clock else self._call(number, step))
            self._player.judge(f"секреты, шаг {number}", faults)

    def _call(self, number: int, step: Call) -> Iterator[str]:
        """Make a step's call and yield what did not hold."""
        answer = self._asked(number, step)
        self._player.say(_line(step, answer))
        if step.refused:
            yield from refusal_of(step.refused, answer)
            yield from _unnamed(step, answer)
        elif not answer.is_success:
            yield f"{answer.status_code}: {answer.text}"
        elif step.prints:
            if not answer.content.startswith(b"%PDF-"):
                yield "напечатано не то"
        elif step.reads is not None:
            if answer.content != step.reads.encode():
                yield "прочитано не то, что было запечатано"
        else:
            shown = answer.json()
            for name, path in {**({step.as_: "id"} if step.as_ else {}), **step.keeps}.items():
                self._kept[name] = str(_at(shown, path))
            for path, value in step.holds.items():
                if _at(shown, path) != value:
                    yield f"{path} = {_at(shown, path)}, ожидалось {value}"

    def _asked(self, number: int, step: Call) -> httpx.Response:
        method, path = step.call.split(" ", 1)
        body = None if step.body is None else json.loads(self._filled(json.dumps(step.body, ensure_ascii=False)))
        if body is not None and step.content is not None:
            body["content"] = _base64(step.content)
        if body is not None and step.inline is not None:
            body["protected"]["content"] = _base64(step.inline)
        headers = {"Idempotency-Key": f"protected-{number}"} if method == "POST" else {}
        return self._player.call(method, self._filled(path), step.by, step.role, body, headers)

    def _filled(self, text: str) -> str:
        """Put what was kept in the place of its name."""
        for name, value in self._kept.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def _line(step: Call, answer: httpx.Response) -> str:
    """Write a step: who, what, by which article, and what came of it."""
    method, path = step.call.split(" ", 1)
    what = (step.body or {}).get("act") or f"{method} {path.partition('?')[0]}"
    came = "принято" if answer.is_success else f"не принято: {_reasons(answer.json())}"
    remark = f"\n      {step.says}" if step.says else ""
    return f"  {step.by:8} {what}, {article(step.rule) or step.rule} → {came}{remark}"


def _reasons(problem: Mapping[str, Any]) -> str:
    """Say why a call was refused, and by which rules."""
    rules = ", ".join(dict.fromkeys(each["rule"] for each in problem["errors"] if each["rule"]))
    return f"{problem['detail']} ({problem['status']} {problem['code']}{'; ' + rules if rules else ''})"


def _unnamed(step: Call, answer: httpx.Response) -> Iterator[str]:
    """Yield the rules that a refusal should have named and did not."""
    if not answer.is_success and (missing := step.naming - {each["rule"] for each in answer.json()["errors"]}):
        yield f"не названо: {', '.join(sorted(missing))}"


def _at(shown: Any, path: str) -> Any:
    for part in path.split("."):
        shown = shown[int(part)] if part.isdigit() else shown.get(part)
    return shown


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
