"""What a draft says, section by section, in words; it may still be incomplete or misshapen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.tongues import Tongue
from exchange.web import content
from exchange.web.content import Said
from exchange.web.house import Turn
from schemas.vocabulary import ActKind

ORDER = (
    "requested_authority",
    "reference",
    "purpose",
    "grounds",
    "substance",
    "matters",
    "assistance",
    "execution_term",
    "other_information",
    "handling",
    "urgent",
    "protected",
    "signatory",
)
"""The fields of a new request as its letter has them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two versions say differently."""

    label: str
    current: tuple[str, ...]
    yours: tuple[str, ...]


def said(turn: Turn, kind: ActKind, body: Mapping[str, Any]) -> tuple[Said, ...]:
    """Return what a body says, field by field."""
    if kind is not ActKind.SUBMIT:
        return content.said(turn.tongue, turn.zone, body)
    names = [name for name in ORDER if body.get(name) not in (None, "", [], {})]
    return tuple(Said(f"field.{name}", tuple(_lines(turn, name, body[name]))) for name in names)


def differences(
    turn: Turn, kind: ActKind, current: Mapping[str, Any], yours: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return the fields that two versions say differently, with what each says."""
    one, other = ({each.label: each.lines for each in said(turn, kind, body)} for body in (current, yours))
    labels = dict.fromkeys([*one, *other])
    return tuple(
        Difference(label, one.get(label, ()), other.get(label, ()))
        for label in labels
        if one.get(label) != other.get(label)
    )


def _lines(turn: Turn, name: str, value: Any) -> Iterator[str]:
    tongue, zone = turn.tongue, turn.zone
    if name == "requested_authority":
        known = turn.book.name(str(value), tongue.code)
        yield str(value) if known == value else f"{value} — {known}"
    elif name == "assistance":
        for number, item in enumerate(value, 1):
            yield _item(tongue, number, item)
    elif name == "execution_term":
        yield from _term(tongue, value)
    elif name == "urgent":
        yield from _urgent(tongue, zone, value)
    elif name == "matters":
        yield from (_word(tongue, "matter", matter) for matter in value)
    elif name == "signatory":
        yield ", ".join(
            _word(tongue, "position", text) if part == "position" else str(text) for part, text in value.items()
        )
    elif name == "handling":
        yield _word(tongue, "handling", value)
    else:
        yield from (str(one) for one in (value if isinstance(value, list) else [value]))


def _item(tongue: Tongue, number: int, item: Mapping[str, Any]) -> str:
    told = [_word(tongue, "form_of", item.get("form")), _word(tongue, "subject", item.get("subject"))]
    kind = ": ".join(one for one in told if one)
    rest = "; ".join(str(item[part]) for part in ("text", "citation") if item.get(part))
    return f"{number}. {' — '.join(one for one in (kind, rest) if one)}"


def _term(tongue: Tongue, term: Mapping[str, Any]) -> Iterator[str]:
    days, basis = term.get("days"), _word(tongue, "basis", term.get("basis"))
    told = tongue.n("span.days", days) if isinstance(days, int) and not isinstance(days, bool) else str(days or "")
    yield ", ".join(one for one in (told, basis) if one)
    yield from (str(term[part]) for part in ("citation", "note") if term.get(part))


def _urgent(tongue: Tongue, zone: str, urgent: Mapping[str, Any]) -> Iterator[str]:
    labels = {"persons": "persons", "reason": "urgent_reason", "channel": "channel"}
    for part, label in labels.items():
        if urgent.get(part):
            yield f"{tongue.t(f'field.{label}')}: {urgent[part]}"
    agreement = urgent.get("agreement") or {}
    told = ", ".join(str(agreement[part]) for part in ("id", "citation", "date") if agreement.get(part))
    if told:
        yield f"{tongue.t('field.agreement')}: {told}"
    if urgent.get("transmitted_at"):
        (moment,) = content.said(tongue, zone, {"transmitted_at": urgent["transmitted_at"]})
        yield f"{tongue.t('field.transmitted_at')}: {moment.lines[0]}"


def _word(tongue: Tongue, prefix: str, value: Any) -> str:
    """Name a member of a vocabulary; what is none stays as it was typed."""
    return "" if value is None else tongue.words.get(f"{prefix}.{value}", str(value))
