"""Drafts for tests of the law: an officer's, in any state, and what is objected to on the way."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from exchange.core import drafting
from exchange.core.access import Actor
from exchange.core.decide import Refusal
from exchange.core.drafting import Draft, Seen, Step
from exchange.core.objections import Objection, object_to
from schemas.requests import Signatory
from schemas.vocabulary import ActKind, DraftState, DraftStep, Position, Role
from tests.core.cases import NOON, submission_json

OFFICER = Actor("KZ-MVD", Role.OFFICER, "person:officer")
HEAD = Actor("KZ-MVD", Role.HEAD, "person:head")
NAME = Signatory(name="Образцова А. А.", position=Position.HEAD)
NOBODY = object_to("signature_needed")
ANY: Any = None


def draft(
    kind: ActKind = ActKind.SUBMIT,
    state: DraftState = DraftState.DRAFTING,
    body: dict[str, Any] = ANY,
    authors: tuple[str, ...] = (OFFICER.who,),
) -> Draft:
    """Return a draft with a step for each of its authors."""
    words = submission_json(signatory=...) if body is None else body
    return Draft(
        id=UUID(int=7),
        authority="KZ-MVD",
        kind=kind,
        request=None if kind is ActKind.SUBMIT else UUID(int=8),
        number=None,
        about="",
        body=json.dumps(words, ensure_ascii=False),
        version=len(authors),
        state=state,
        made_at=NOON,
        changed_at=NOON,
        steps=tuple(
            Step(number, DraftStep.SAVED, who, Role.OFFICER, NOON, None) for number, who in enumerate(authors, 1)
        ),
    )


def found(
    of: Draft,
    step: DraftStep,
    actor: Actor = OFFICER,
    name: Signatory | Objection = NOBODY,
    seen: Seen | None = None,
) -> list[str]:
    """Return the codes of the objections to a step."""
    return [one.code for one in drafting.objections(of, step, actor, name, seen)]


def _refused(*arguments: Any, **more: Any) -> Callable[[], Refusal]:
    def probe() -> Refusal:
        objections = tuple(drafting.objections(*arguments, **more))
        return Refusal(tuple(sorted(objections, key=lambda one: one.weight)))

    return probe


def _kept(body: dict[str, Any]) -> Callable[[], Refusal]:
    return lambda: Refusal(drafting.kept(ActKind.SUBMIT, body)[1])


WAITING = draft(state=DraftState.FOR_SIGNATURE)
OWN = draft(state=DraftState.FOR_SIGNATURE, authors=(HEAD.who, OFFICER.who))
NOTE = draft(ActKind.NOTE, body={"text": "а"})

PROBES: dict[str, Callable[[], Refusal]] = {
    "own_words": _refused(OWN, DraftStep.SIGNED, HEAD, NAME),
    "draft_changed": _refused(WAITING, DraftStep.SIGNED, HEAD, NAME, Seen(9)),
    "other_bytes": _refused(WAITING, DraftStep.SIGNED, HEAD, NAME, Seen(1, "0" * 64)),
    "draft_not_in_this_state": _refused(WAITING, DraftStep.SAVED, OFFICER, NOBODY),
    "nothing_to_sign": _refused(NOTE, DraftStep.SENT, OFFICER, NOBODY),
    "draft_request": lambda: Refusal(tuple(drafting.to_start(ActKind.NOTE, None))),
    "draft_field_unknown": _kept({"colour": "а"}),
    "draft_value": _kept({"purpose": {}}),
    "draft_too_large": _kept({"assistance": [{"text": "я" * 20_000}] * 60}),
    "signatory_by_node": _kept({"signatory": {"name": "а", "position": "head"}}),
}
