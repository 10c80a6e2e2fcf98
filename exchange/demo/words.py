"""How the story reads: acts and states by their names with the code in brackets, terms and steps in words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from exchange.tongues import Tongue
from schemas.vocabulary import ActKind, ObligationKind, State

TERMS: Final = {
    ObligationKind.EXECUTION: "срок исполнения",
    ObligationKind.REDIRECT: "срок передачи",
    ObligationKind.CONFIRMATION: "срок подтверждения",
}
WHEN: Final = {"due": "срок настал", "until": "названный день настал"}
STEP: Final = re.compile(r"(?P<side>[-+])(?P<number>\d+)(?P<unit>[dh])")
CODES: Final = re.compile(rf"\b(?:{'|'.join([*ActKind, *State])})\b")


class Words:
    """The words of the story in Russian."""

    def __init__(self, russian: Tongue) -> None:
        """Take the catalogue that the pages use."""
        self._tongue = russian

    def act(self, kind: str) -> str:
        """Name an act: «отзыв запроса (withdraw)»."""
        return f"{self._tongue.words[f'act.{kind}']} ({kind})"

    def state(self, state: str) -> str:
        """Name a state: «отозван (withdrawn)»."""
        return f"{self._tongue.words[f'state.{state}']} ({state})"

    def hands(self, drafter: str, signatory: str, returned: str | None) -> str:
        """Tell through whose hands a signed act went."""
        wrote, signed = (self._tongue.words[f"role.{role}"] for role in (drafter, signatory))
        back = f"; возвращён с замечаниями: «{returned}»" if returned else ""
        return f"черновик: {wrote}; на подписи: {signed}{back}"

    def outcome(self, answer: Mapping[str, Any]) -> str:
        """Tell what came of an act: the request's state, or why it was not taken."""
        if "detail" not in answer:
            return self.state(answer["state"])
        return f"не принято: {self.named(answer['detail'])} ({answer['status']} {answer['code']})"

    def named(self, text: str) -> str:
        """Name the acts and states that stand in a sentence by their codes."""
        return CODES.sub(lambda match: self._name(match[0]), text)

    def _name(self, code: str) -> str:
        return self.state(code) if code in set(State) else self.act(code)

    def reminded(self, items: list[dict[str, Any]]) -> Iterator[str]:
        """Yield a line for each duty that was reminded of: the steps in order, and who got them."""
        duties: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for item in items:
            if item["notice"]["step"]:
                key = (item["subject"].split(":")[0], item["notice"]["obligation"])
                duties.setdefault(key, []).append(item)
        for (request, obligation), told in duties.items():
            steps = ", ".join(dict.fromkeys(self.step(item["notice"]["step"]) for item in told))
            names = ", ".join(dict.fromkeys(item["to"].partition("@")[0] for item in told))
            yield f"{request} · {term(obligation)}: {steps} → {names}"

    def step(self, step: str) -> str:
        """Tell when a reminder comes: «за 3 дня», «срок настал», «просрочка 1 день»."""
        match = STEP.fullmatch(step)
        if match is None:
            return WHEN.get(step, step)
        span = self._tongue.n("span.days" if match["unit"] == "d" else "span.hours", int(match["number"]))
        return f"за {span}" if match["side"] == "-" else f"просрочка {span}"


def term(obligation: str) -> str:
    """Name the term of a duty by its id, which ends with the duty's kind and, after a redirect, a number."""
    kind = obligation.split("-")[5]
    return TERMS[ObligationKind(kind)]
