"""The form of a new request: from what was filled in to its body, section by section."""

import json
from collections.abc import Iterator
from typing import Any, Final

from exchange.web.acts.fields import Field, Widget
from exchange.web.acts.filling import Filling, number, read
from exchange.web.form import Form

TEXTS: Final = ("reference", "purpose", "grounds", "substance")
ITEM: Final = ("form", "subject", "text", "citation")
TERM: Final = ("basis", "days", "citation", "note")
URGENT: Final = ("persons", "reason", "channel")
MOST_ITEMS: Final = 200
ITEMS: Final = 1
"""Rows for items on an empty form, and how many «more rows» adds."""

AD_HOC: Final = "ad_hoc"
"""What the choice of an agreement names beside the registry's standing ones."""

LANGUAGE: Final = "ru"
"""The working language of every act (Article 13)."""

TRANSMITTED: Final = Field("urgent.transmitted_at", Widget.INSTANT, required=False)


def fill_request(form: Form, zone: str) -> Filling:
    """Put the body of a request together; what is missing or misshapen stays so, for its gaps to be named."""
    places: dict[str, str] = {}
    body: dict[str, Any] = {}
    for name in ("requested_authority", *TEXTS):
        places[f"/{name}"] = name
        if form.get(name).strip():
            body[name] = form.get(name)
    places["/attachments"] = "attachments"
    body["attachments"] = list(form.all("attachments"))
    places["/matters"] = "matters"
    body["matters"] = [matter for matter in form.all("matters") if matter]
    body["assistance"] = _assistance(form, places)
    body["execution_term"] = _part(form, "execution_term", TERM, places, numbers=("days",))
    urgent = _urgent(form, zone, places)
    for name in ("other_information", "handling"):
        places[f"/{name}"] = name
        if form.get(name).strip():
            body[name] = form.get(name)
    if urgent:
        body["urgent"] = urgent
    body["language"] = LANGUAGE
    kept = {name: value for name, value in body.items() if value not in ([], {})}
    return Filling(json.dumps(kept, ensure_ascii=False).encode(), places)


def item_rows(form: Form) -> int:
    """Return how many rows for items a form shows: those that it had and a few more."""
    shown = max((row + 1 for row in _rows(form)), default=0)
    return min(MOST_ITEMS, max(ITEMS, shown + (1 if form.get("more") == "assistance" else 0)))


def _rows(form: Form) -> Iterator[int]:
    for row in range(MOST_ITEMS):
        if any(f"assistance.{row}.{part}" in form.values for part in ITEM):
            yield row


def _assistance(form: Form, places: dict[str, str]) -> list[dict[str, Any]]:
    """Read the items that have anything in them; the others never were."""
    found: list[dict[str, Any]] = []
    places["/assistance"] = "assistance.0.text"
    for row in _rows(form):
        item = {part: form.get(f"assistance.{row}.{part}") for part in ITEM}
        filled = {part: value for part, value in item.items() if value.strip()}
        if filled:
            places.update({f"/assistance/{len(found)}/{part}": f"assistance.{row}.{part}" for part in ITEM})
            places[f"/assistance/{len(found)}"] = f"assistance.{row}.text"
            found.append(filled)
    return found


def _part(
    form: Form, name: str, parts: tuple[str, ...], places: dict[str, str], *, numbers: tuple[str, ...] = ()
) -> dict[str, Any]:
    places[f"/{name}"] = f"{name}.{parts[0]}"
    places.update({f"/{name}/{part}": f"{name}.{part}" for part in parts})
    typed = {part: form.get(f"{name}.{part}") for part in parts}
    return {part: number(value) if part in numbers else value for part, value in typed.items() if value.strip()}


def _urgent(form: Form, zone: str, places: dict[str, str]) -> dict[str, Any]:
    """Read the grounds of the urgent path; nothing filled in means that the request is an ordinary one."""
    urgent = _part(form, "urgent", URGENT, places)
    transmitted = read(TRANSMITTED, form, zone, {})
    if transmitted:
        urgent["transmitted_at"] = transmitted
    places["/urgent/transmitted_at"] = "urgent.transmitted_at"
    chosen, citation, day = (form.get(f"urgent.{name}").strip() for name in ("agreement", "citation", "date"))
    places.update({"/urgent/agreement": "urgent.agreement", "/urgent/agreement/id": "urgent.agreement"})
    places.update({f"/urgent/agreement/{part}": f"urgent.{part}" for part in ("citation", "date")})
    if chosen == AD_HOC or (not chosen and (citation or day)):
        told = {"citation": form.get("urgent.citation"), "date": day}
        urgent["agreement"] = {"kind": AD_HOC, **{part: value for part, value in told.items() if value.strip()}}
    elif chosen:
        urgent["agreement"] = {"kind": "standing", "id": chosen}
    return urgent
