"""A notice of the registry as a form: its fields by kind, the fact that it says, and remarks beside its inputs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import Reason
from exchange.tongues import Tongue
from exchange.web.acts.desk import Choice
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form
from exchange.web.house import Turn
from schemas.registry import AnyFact, Fact
from schemas.vocabulary import AuthorityKind, Country, FactKind, Language, Reach

FACT: Final[TypeAdapter[AnyFact]] = TypeAdapter(Fact)

NAMES: Final = ("name.ru", "name.kk", "name.en")
PARTICULARS: Final = (*NAMES, "zone", "reach", "mailbox", "head_mailbox", "language", "address")
FIELDS: Final[Mapping[FactKind, tuple[str, ...]]] = {
    FactKind.DESIGNATION: ("authority", "body", "country", *PARTICULARS, "since", "reference"),
    FactKind.CHANGE: ("authority", "since", *PARTICULARS, "reference"),
    FactKind.END: ("authority", "until", "reference"),
    FactKind.COMPLETION: ("country", "received_on", "reference"),
    FactKind.WITHDRAWAL: ("country", "received_on", "leaving_on", "reference"),
    FactKind.AGREEMENT: ("agreement", "parties", "channel", "citation", "since", "until"),
    FactKind.AGREEMENT_END: ("agreement", "until", "reference"),
}
"""The fields of each form, in the order in which they are filled in."""

REQUIRED: Final[Mapping[FactKind, frozenset[str]]] = {
    FactKind.DESIGNATION: frozenset({"authority", "body", "name.ru", "zone", "reach", "since"}),
    FactKind.CHANGE: frozenset({"authority", "since"}),
    FactKind.END: frozenset({"authority", "until"}),
    FactKind.COMPLETION: frozenset({"country", "received_on"}),
    FactKind.WITHDRAWAL: frozenset({"country", "received_on", "leaving_on"}),
    FactKind.AGREEMENT: frozenset({"agreement", "parties", "channel", "citation", "since"}),
    FactKind.AGREEMENT_END: frozenset({"agreement", "until"}),
}
DAYS: Final = frozenset({"since", "until", "received_on", "leaving_on"})
RULES: Final[Mapping[FactKind, str]] = {
    FactKind.COMPLETION: "P-16",
    FactKind.WITHDRAWAL: "P-18",
    FactKind.AGREEMENT: "P-6.4",
    FactKind.AGREEMENT_END: "P-6.4",
}
OF_A_PARTY: Final = (FactKind.DESIGNATION, FactKind.CHANGE, FactKind.END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: its label, how it is filled in, and what it may choose from."""

    name: str
    words: str
    widget: str
    required: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A notice's form as it is shown."""

    kind: FactKind
    inputs: tuple[Input, ...]
    form: Form
    remarks: tuple[Remark, ...] = ()

    @property
    def key(self) -> str:
        """A new key for the form: whoever sends it twice has one effect."""
        return str(uuid4())


def kinds_of(turn: Turn) -> tuple[FactKind, ...]:
    """Return what the caller's authority may notify the registry of, whoever in it does."""
    body = turn.book.by_code.get(turn.actor.authority)
    if body is None or body.kind is AuthorityKind.DOMESTIC:
        return ()
    return tuple(FactKind) if body.kind is AuthorityKind.SECRETARIAT else OF_A_PARTY


def sheet_of(turn: Turn, kind: FactKind, form: Form, remarks: tuple[Remark, ...] = ()) -> Sheet:
    """Lay out the form of a notice."""
    of_party = turn.book.by_code[turn.actor.authority].country is not None
    hidden = {"country"} if of_party else {"body"} if kind is FactKind.DESIGNATION else set()
    inputs = tuple(
        Input(
            name=name,
            words=turn.tongue.t(f"registry_field.{name.replace('.', '_')}"),
            widget=_widget(name),
            required=name in REQUIRED[kind] or (name == "country" and not of_party),
            choices=_choices(turn, kind, name),
        )
        for name in FIELDS[kind]
        if name not in hidden
    )
    return Sheet(kind=kind, inputs=inputs, form=form, remarks=remarks)


def said(kind: FactKind, form: Form) -> bytes:
    """Return the fact that a form says; what is missing or misshapen stays so, for the shapes and the law to object."""
    found: dict[str, Any] = {"kind": kind}
    for name in FIELDS[kind]:
        value: Any = [*form.all(name)] if name == "parties" else form.get(name).strip()
        if name not in form.values or (not value and name not in REQUIRED[kind]):
            continue
        whole, _, part = name.partition(".")
        if part:
            found.setdefault(whole, {})[part] = value
        else:
            found[whole] = value
    return json.dumps(found, ensure_ascii=False).encode()


def of_shape(trouble: ValidationError, kind: FactKind, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each input that does not fit its shape."""
    found: dict[str, Remark] = {}
    for error in trouble.errors(include_url=False, include_input=False):
        steps = [str(step) for step in error["loc"][1:]]
        place = next((name for name in (".".join(steps), *steps[:1]) if name in FIELDS[kind]), None)
        key = f"shape.{error['type']}"
        words = tongue.t(key if key in tongue.words else "shape.other", **error.get("ctx", {}))
        found.setdefault(str(place), _remark(place, words, RULES.get(kind, "P-4.2"), tongue))
    return tuple(found.values())


def of_law(objections: Iterable[Reason], kind: FactKind, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each objection, the gravest first."""
    remarks = []
    for one in sorted(objections, key=lambda one: one.weight):
        place = one.pointer.removeprefix("/").replace("/", ".")
        words = tongue.t(f"ground.{one.code}", **one.gaps) if one.gaps else tongue.t(f"ground.{one.code}")
        remarks.append(_remark(place if place in FIELDS[kind] else None, words, one.rule, tongue))
    return tuple(remarks)


def _remark(place: str | None, words: str, rule: str | None, tongue: Tongue) -> Remark:
    label = tongue.t(f"registry_field.{place.replace('.', '_')}") if place else None
    return Remark(place, label, words, tongue.article(rule))


def _widget(name: str) -> str:
    if name in DAYS:
        return "day"
    return {"parties": "several", "address": "text", "citation": "text"}.get(
        name, "choice" if name in {"body", "country", "reach", "language"} else "line"
    )


def _choices(turn: Turn, kind: FactKind, name: str) -> tuple[Choice, ...]:
    """Return what an input may choose from."""
    t = turn.tongue.t
    if name == "authority" and kind is not FactKind.DESIGNATION:
        own = turn.book.by_code[turn.actor.authority].country
        mine = (one for one in turn.book.by_code.values() if own in {None, one.country})
        return tuple(Choice(one.code, f"{one.code} — {turn.book.name(one.code, turn.tongue.code)}") for one in mine)
    words: dict[str, list[tuple[str, str]]] = {
        "body": [(one, t(f"body_kind.{one}")) for one in (AuthorityKind.COMPETENT, AuthorityKind.DOMESTIC)],
        "country": [(one, t(f"country.{one}")) for one in Country],
        "parties": [(one, t(f"country.{one}")) for one in Country],
        "reach": [(one, t(f"reach.{one}")) for one in Reach],
        "language": [(one, t(f"mail_language.{one}")) for one in Language],
    }
    return tuple(Choice(value, text) for value, text in words.get(name, ()))
