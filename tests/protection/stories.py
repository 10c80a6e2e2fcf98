"""What the tests of several treaties begin with: given items, readers, destructions, letters on visits, entries."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from exchange.protection.core.access import MayRead, may_read
from exchange.protection.core.objections import Refusal
from schemas.release import DatedEntry, RequestVisit
from schemas.secrecy import Mark
from schemas.vocabulary import Role
from tests.protection.cases import Story, grant, paper, person, registered

VISITOR = {
    "person": "clerk-KZ-NSC",
    "surname": "Ахметов",
    "given_names": "Асан",
    "birth_date": date(1980, 1, 1),
    "birth_place": "Алматы",
    "citizenship": "KZ",
    "passport": "N1",
    "position": "офицер",
    "body": "КНБ",
    "clearance": "top_secret",
}


def from_ru_to_by(**changes: Any) -> Story:
    """Return an item that Russia gave to Belarus: the Agreement alone, and no national order of release."""
    return registered("RU-MVD", **changes).gives("RU-MVD", "BY-MVD")


def destruction(*numbers: int, **changes: object) -> dict[str, object]:
    """Return the fields of an act of destruction."""
    plain = {
        "copies": numbers or (1,),
        "method": "сжигание",
        "people": ["Иванов", "Петров"],
        "date": "2026-03-01",
        "document": paper("акт 1"),
        "irrecoverable": True,
    }
    return {**plain, **changes}


def reads(story: Story, who: str, body: str, *marks: Mark, **changes: object) -> MayRead | Refusal:
    """Answer a person of a body, cleared for marks, who would read an item."""
    options = {"issuer": None, "until": None, "purpose": story.item.purpose, "role": Role.OFFICER, **changes}
    reader = person(who, body, *marks, issuer=options["issuer"], until=options["until"])  # type: ignore[arg-type]
    grants = (grant(who, str(options["purpose"])),)
    return may_read(story.item, reader, Role(str(options["role"])), grants, story.scene, story.now)


def visit(**changes: object) -> RequestVisit:
    """Return the request for a visit that the Agreement alone asks for."""
    plain = {
        "act": "request_visit",
        "host": "BY-MVD",
        "visitors": [{"person": "clerk-RU-MVD", "surname": "Иванов", "given_names": "Иван", "body": "МВД"}],
        "providing_document": "план 1",
        "degree": "secret",
        "first_day": date(2026, 4, 2),
    }
    return _visit(plain, changes)


def letter(**changes: object) -> RequestVisit:
    """Return a letter with everything that either bilateral treaty or the Agreement asks for."""
    plain = {
        "act": "request_visit",
        "host": "AM-POL",
        "visitors": [VISITOR],
        "degree": "secret",
        "first_day": date(2026, 4, 2),
        "length_days": 3,
        "purpose": "сверка",
        "questions": "учёт",
        "bodies_to_visit": "Полиция",
        "people_to_meet": "начальник Петросян",
        "providing_document": "план 1",
    }
    return _visit(plain, changes)


def _visit(plain: Mapping[str, object], changes: Mapping[str, object]) -> RequestVisit:
    """Return a request with changes; a field that is changed to `...` is left out."""
    fields = {name: value for name, value in {**plain, **changes}.items() if value is not ...}
    return RequestVisit.model_validate(fields, strict=False)


def entry(regime: str, party: str, kind: str, fields: Mapping[str, object], **changes: object) -> DatedEntry:
    """Return an entry of a kind under a treaty, addressed to a Party."""
    plain = {"kind": kind, "regime": regime, "party": party, "date": date(2026, 3, 2), "fields": fields}
    return DatedEntry.model_validate({**plain, **changes}, strict=False)


def breach(story: Story, kinds: list[str], disclosure: bool, by: str = "AM-POL") -> set[tuple[str, str, str | None]]:
    """Return who is told of a breach: body, what, rule."""
    fields = {"kinds": kinds, "disclosure": disclosure, "circumstances": "что-то", "happened_on": "2026-03-01"}
    done = story.does(by, "report_breach", **fields)
    return {each for each in done.notices if each[1] == "breach"}
