"""From what shapes and law object to, to remarks beside the fields, in the caller's language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exchange.core.acts import ACTS
from exchange.core.errors import Reason, Weight
from exchange.core.rules import REQUEST_RULES
from exchange.service.trial import Gaps
from exchange.tongues import Tongue
from exchange.web.acts.filling import Filling
from schemas.vocabulary import ActKind


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong: the input it stands beside (None: the whole form), its label, the words, the article."""

    place: str | None
    label: str | None
    words: str
    article: str | None

    @property
    def anchor(self) -> str | None:
        """The id of the input."""
        return None if self.place is None else anchor(self.place)


def anchor(name: str) -> str:
    """Return the id of an input by its name."""
    return "f-" + name.replace(".", "-")


def label(place: str | None, tongue: Tongue) -> str | None:
    """Return what an input is called where it does not stand: a part of a field bears the field's name too."""
    if place is None:
        return None
    name, *parts = place.split(".")
    words = [tongue.t(f"field.{name}")]
    if name == "assistance":
        words.append(tongue.t("items.number", number=int(parts[0]) + 1))
        words.append(tongue.t(f"field.{parts[1]}"))
    elif name == "urgent" and parts[0] == "reason":
        words.append(tongue.t("field.urgent_reason"))
    elif name == "items" and parts:
        words.append(tongue.t("items.number", number=parts[0]))
    elif parts:
        words.append(tongue.t("form.signatory_name" if place == "signatory.name" else f"field.{parts[-1]}"))
    return ", ".join(words)


def of_shape(trouble: ValidationError, kind: ActKind, filling: Filling, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each input that does not fit its shape, the first objection to each."""
    errors = trouble.errors(include_url=False, include_input=False)
    return of_misfits([(error["loc"][1:], error) for error in errors], kind, filling, tongue)


def of_gaps(gaps: Gaps, kind: ActKind, filling: Filling, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each gap of a draft."""
    misfits = of_misfits([(error["loc"], error) for error in gaps.shape], kind, filling, tongue)
    return (*misfits, *of_law(gaps.law, filling, tongue))


def of_misfits(
    errors: Iterable[tuple[tuple[int | str, ...], ErrorDetails]], kind: ActKind, filling: Filling, tongue: Tongue
) -> tuple[Remark, ...]:
    """Return a remark for each place of a body that does not fit, the first objection to each."""
    found: dict[str | None, Remark] = {}
    # Of a word that may stand for a list, what is wrong with the list says more.
    for where, error in sorted(errors, key=lambda pair: pair[1]["type"] == "literal_error"):
        pointer = "".join(f"/{step}" for step in where)
        place = filling.place(pointer)
        key = f"shape.{error['type']}"
        words = tongue.t(key if key in tongue.words else "shape.other", **error.get("ctx", {}))
        own = REQUEST_RULES.get(str(where[0])) if kind is ActKind.SUBMIT and where else None
        rule = "P-6.5" if place and place.startswith("signatory") else own or ACTS[kind].rule
        found.setdefault(place, Remark(place, label(place, tongue), words, tongue.article(rule)))
    return tuple(found.values())


def of_law(
    objections: Iterable[Reason], filling: Filling, tongue: Tongue, *, stale: bool = False
) -> tuple[Remark, ...]:
    """Return a remark for each objection, the gravest first; that something changed only where `stale` asks for it."""
    ordered = sorted(objections, key=lambda one: one.weight)
    return tuple(_remark(one, filling, tongue) for one in ordered if stale or one.weight is not Weight.STALE)


def of_files(against: Iterable[tuple[str, Reason]], filling: Filling, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each file that was not kept, by its name."""
    found = ((name, _remark(one, filling, tongue)) for name, one in against)
    return tuple(replace(remark, words=f"{name}: {remark.words}") if name else remark for name, remark in found)


def _remark(objection: Reason, filling: Filling, tongue: Tongue) -> Remark:
    gaps = {**objection.gaps, **dict(_told(objection, tongue))}
    words = tongue.t(f"ground.{objection.code}", **gaps) if gaps else tongue.t(f"ground.{objection.code}")
    if "allowed" in gaps:
        words += " " + tongue.t("ground_now.text", **gaps)
    place = filling.place(objection.pointer)
    return Remark(place, label(place, tongue), words, tongue.article(objection.rule))


def _told(objection: Reason, tongue: Tongue) -> Iterator[tuple[str, str]]:
    """Yield the gaps that hold names of the code, in the caller's language."""
    if "draft_state" in objection.gaps:
        yield "draft_state", tongue.t(f"draft_state.{objection.gaps['draft_state']}")
    if "state" in objection.gaps:
        yield "state", tongue.t(f"state.{objection.gaps['state']}")
    if "allowed" in objection.gaps:
        acts = [act for act in str(objection.gaps["allowed"]).split(", ") if f"act.{act}" in tongue.words]
        yield "allowed", ", ".join(tongue.words[f"act.{act}"] for act in acts) or "—"
