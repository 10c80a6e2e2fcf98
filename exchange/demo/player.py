"""Plays the story: each step over the API, printed with its article, and what it left behind checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import httpx

from exchange import tongues
from exchange.core.acts import ACTS
from exchange.core.rules import article
from exchange.demo.story import Step, Story
from exchange.demo.words import Words
from schemas.vocabulary import ActKind

Say = Callable[[str], None]
NO_DIGEST: Final = "0" * 64
"""What somebody names who was shown nothing to sign."""


@dataclass
class Tally:
    """What the story came to: steps that held, and what did not."""

    held: int = 0
    broken: list[str] = field(default_factory=list)


class Player:
    """A client of every authority in the story; it knows the node only by its API."""

    def __init__(self, api: httpx.Client, story: Story, say: Say) -> None:
        """Take the node's address, the story, and where to print it."""
        self._api, self._story, self.say = api, story, say
        self.words = Words(tongues.load().by_code["ru"])
        self._tokens: dict[tuple[str, str], str] = {}
        self.requests: dict[str, str] = {}
        self._drafts: dict[tuple[str, ActKind], str] = {}
        self.tally = Tally()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the node's clock stand but for the story's own moves."""
        self._api.post("/v1/sandbox/clock", json={"frozen": True}).raise_for_status()
        yield
        self._api.post("/v1/sandbox/clock", json={"frozen": False}).raise_for_status()

    def play(self) -> None:
        """Play every step."""
        for number, step in enumerate(self._story.step, start=1):
            self.judge(f"шаг {number}", list(self._step(step)))

    def check(self) -> None:
        """Check what the whole story left behind."""
        self.judge("журналы связаны", list(self._chains()))
        self.judge("напоминания по одному", list(self._reminders()))

    def judge(self, what: str, faults: Sequence[str]) -> None:
        """Count a step or a check, and print what did not hold."""
        self.tally.held += not faults
        self.tally.broken += [f"{what}: {fault}" for fault in faults]
        for fault in faults:
            self.say(f"      НЕ СОШЛОСЬ: {fault}")

    def call(
        self, method: str, path: str, by: str, role: str, value: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Make a call as a role of an authority."""
        bearer = {"Authorization": f"Bearer {self.token(by, role)}"}
        return self._api.request(method, path, json=value, headers={**bearer, **(headers or {})})

    def token(self, authority: str, role: str = "system") -> str:
        """Return a sandbox token of an authority's role."""
        if (authority, role) not in self._tokens:
            answer = self._api.post("/v1/sandbox/tokens", json={"authority": authority, "role": role})
            self._tokens[authority, role] = answer.raise_for_status().json()["token"]
        return self._tokens[authority, role]

    def get(self, path: str, authority: str, **query: str) -> Any:
        """Return what an authority's system reads."""
        headers = {"Authorization": f"Bearer {self.token(authority)}"}
        return self._api.get(path, headers=headers, params=query).raise_for_status().json()

    def each(self, path: str, authority: str) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, page by page."""
        page = self.get(path, authority)
        yield from page["items"]
        while page["next"] is not None:
            page = self.get(path, authority, after=page["next"])
            yield from page["items"]

    def requesting(self, request: str) -> str:
        """Return the authority that sent a request."""
        return self._story.requesting(request)

    def mails(self) -> list[dict[str, Any]]:
        """Return every message that the node sent, oldest first."""
        items: list[dict[str, Any]] = self._api.get("/v1/sandbox/mail").raise_for_status().json()["items"]
        return items

    def _step(self, step: Step) -> Iterator[str]:
        """Do one step and yield what did not hold."""
        if step.clock:
            yield from self.move(step.clock)
            return
        if step.act is None:
            request = self._look(step)
            self.say(f"    {step.request}: {step.says}")
            yield from _differences(step, request)
            return
        answer = self._sign(step, step.act) if step.signed else self._send(step, step.act)
        self.say(self._line(step, step.act, answer))
        if step.refused:
            yield from refusal_of(step.refused, answer)
        elif answer.is_success:
            if step.act is ActKind.SUBMIT:
                self.requests[str(step.request)] = answer.json()["id"]
            yield from _differences(step, answer.json())
        else:
            yield f"{answer.status_code}: {answer.json()['detail']}"

    def move(self, moment: str) -> Iterator[str]:
        """Move the clock; every due moment on the way is worked."""
        before = len(self.mails())
        self._api.post("/v1/sandbox/clock", json={"now": moment}, timeout=120).raise_for_status()
        items = self.mails()
        wall = f"{datetime.fromisoformat(moment):%d.%m.%Y %H:%M} UTC"
        self.say(f"\n── {wall} — часы узла переведены; писем: {len(items) - before}")
        for line in self.words.reminded(items[before:]):
            self.say(f"      ✉ {line}")
        if self._api.get("/v1/sandbox/clock").json()["now"] != moment:
            yield "часы узла показывают другое время"

    def _send(self, step: Step, act: ActKind) -> httpx.Response:
        """Send an act as its author, under a key of its own."""
        key = f"story-{self._story.step.index(step)}"
        headers = {"Authorization": f"Bearer {self.token(str(step.by), step.role)}", "Idempotency-Key": key}
        if act is ActKind.SUBMIT:
            body = self._story.submission(str(step.request), step.changes)
            return self._api.post("/v1/requests", json=body, headers=headers)
        path = f"/v1/requests/{self.requests[str(step.request)]}/acts"
        return self._api.post(path, json={"act": act, **step.fields}, headers=headers)

    def _sign(self, step: Step, act: ActKind) -> httpx.Response:
        """Let an act be drafted by one person, returned where the step says so, and signed by another."""
        by, key = str(step.by), (str(step.request), act)
        if key not in self._drafts:
            answer = self._draft(step, act)
            if not answer.is_success:
                return answer
            self._drafts[key] = answer.json()["id"]
            self._sent(by, self._drafts[key], step.drafter)
            if step.returned:
                self._return(step, self._drafts[key])
        if step.waits:
            return self._seen(by, self.requests[str(step.request)])
        shown = self._call("GET", by, str(step.signed), f"/{self._drafts[key]}").json()
        digest = shown["to_sign"]["digest"] if shown["to_sign"] else NO_DIGEST
        value = {"version": shown["version"], "digest": digest}
        answer = self._call("POST", by, str(step.signed), f"/{shown['id']}/signatures", value)
        if not answer.is_success:
            return answer
        return self._seen(by, answer.json()["became"])

    def _seen(self, by: str, request: str) -> httpx.Response:
        """Return a request as an authority's system reads it."""
        return self._api.get(f"/v1/requests/{request}", headers={"Authorization": f"Bearer {self.token(by)}"})

    def _draft(self, step: Step, act: ActKind) -> httpx.Response:
        """Begin a draft; who signs is no part of it."""
        name = str(step.request)
        if act is ActKind.SUBMIT:
            value: dict[str, Any] = {"kind": act, "body": self._story.submission(name, step.changes)}
        else:
            value = {"kind": act, "request": self.requests[name], "body": {**step.fields, **step.first}}
        return self._call("POST", str(step.by), step.drafter, "", value)

    def _return(self, step: Step, draft: str) -> None:
        """Let the signatory return a draft with remarks, and its drafter put it right and send it again."""
        by, signatory = str(step.by), str(step.signed)
        shown = self._call("GET", by, signatory, f"/{draft}").json()
        value = {"version": shown["version"], "remarks": step.returned}
        back = self._call("POST", by, signatory, f"/{draft}/returns", value).raise_for_status().json()
        body = {**back["body"], **{name: step.fields[name] for name in step.first}}
        self._call("PUT", by, step.drafter, f"/{draft}", {"body": body}, back["version"]).raise_for_status()
        self._sent(by, draft, step.drafter)

    def _sent(self, by: str, draft: str, drafter: str) -> None:
        """Send a draft for signature."""
        version = self._call("GET", by, drafter, f"/{draft}").json()["version"]
        self._call("POST", by, drafter, f"/{draft}/sendings", {"version": version}).raise_for_status()

    def _call(
        self, method: str, by: str, role: str, path: str, value: Any = None, version: int | None = None
    ) -> httpx.Response:
        """Call on drafts as a role of an authority."""
        seen = {} if version is None else {"If-Match": f'"{version}"'}
        return self.call(method, f"/v1/drafts{path}", by, role, value, seen)

    def _look(self, step: Step) -> dict[str, Any]:
        """Return a request as its requesting authority sees it now."""
        name = str(step.request)
        shown: dict[str, Any] = self.get(f"/v1/requests/{self.requests[name]}", self._story.requesting(name))
        return shown

    def _line(self, step: Step, kind: ActKind, answer: httpx.Response) -> str:
        """Write a step: who, what, by which article, and what came of it."""
        by_article = article(ACTS[kind].rule) or "практика"
        came = self.words.outcome(answer.json())
        remark = f"\n      {step.says}" if step.says else ""
        hands = f"\n      {self.words.hands(step.drafter, step.signed, step.returned)}" if step.signed else ""
        return f"  {step.by:8} {self.words.act(kind)}, {by_article} · {step.request} → {came}{hands}{remark}"

    def _chains(self) -> Iterator[str]:
        """Yield the requests whose record is not one chain."""
        for name, request in self.requests.items():
            entries = self.each(f"/v1/requests/{request}/record", self._story.requesting(name))
            if any(later["previous"] != earlier["digest"] for earlier, later in pairwise(entries)):
                yield name

    def _reminders(self) -> Iterator[str]:
        """Yield the reminders that reached an addressee more than once."""
        seen = set()
        for item in self.mails():
            notice = item["notice"]
            key = (notice["obligation"], notice["step"], item["to"], item["text"])
            if notice["step"] and key in seen:
                yield f"{item['to']}: {item['subject']}"
            seen.add(key)


def refusal_of(code: str, answer: httpx.Response) -> Iterator[str]:
    """Yield that a refusal did not come, or was another."""
    if answer.is_success:
        yield f"ожидался отказ {code}, действие принято"
    elif answer.json()["code"] != code:
        yield f"ожидался отказ {code}, получен {answer.json()['code']}"


def _differences(step: Step, request: dict[str, Any]) -> Iterator[str]:
    """Yield what a request shows otherwise than the step says."""
    if step.state and request["state"] != step.state:
        yield f"состояние {request['state']}, ожидалось {step.state}"
    for name, value in step.facts.items():
        if request["facts"][name] is not value:
            yield f"{name} = {request['facts'][name]}, ожидалось {value}"
    latest = {duty["kind"]: duty for duty in request["obligations"]}
    for kind, day in step.due.items():
        if latest[kind]["due_on"] != day:
            yield f"{kind}: последний день {latest[kind]['due_on']}, ожидался {day}"
    for kind, state in step.duty.items():
        if latest[kind]["state"] != state:
            yield f"{kind}: {latest[kind]['state']}, ожидалось {state}"
