"""The form of a draft, of a new request or of an act: laid out, filled in, and put back as it was saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from exchange.core.drafting import can_be_signed
from exchange.core.request import AttachmentRef, Request
from exchange.service import register
from exchange.tongues import offset_of
from exchange.web.acts import filling
from exchange.web.acts.desk import Choice, Desk, desk_of
from exchange.web.acts.filling import Filling
from exchange.web.acts.remarks import Remark
from exchange.web.acts.request import AD_HOC, fill_request, item_rows
from exchange.web.form import Form
from exchange.web.house import Turn
from schemas.vocabulary import ActKind, AuthorityKind, Handling, InformationSubject, Matter, TermBasis
from schemas.vocabulary import Form as Help


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDesk:
    """What a new request may choose from; authorities stand by their state."""

    zone: str
    offset: str
    authorities: tuple[tuple[str, tuple[Choice, ...]], ...]
    agreements: tuple[Choice, ...]
    matters: tuple[Choice, ...]
    forms: tuple[Choice, ...]
    subjects: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    handlings: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSheet:
    """The form of a draft as it is shown."""

    desk: Desk | RequestDesk
    form: Form
    remarks: tuple[Remark, ...] = ()
    files: tuple[AttachmentRef, ...] = ()

    @property
    def key(self) -> str:
        """A new key for the form: whoever sends it twice begins one draft."""
        return str(uuid4())

    @property
    def item_rows(self) -> int:
        """How many rows for items it shows."""
        return item_rows(self.form)

    @property
    def people_rows(self) -> int:
        """How many rows for people it shows."""
        return filling.people_rows(self.form)


def fill(kind: ActKind, form: Form, zone: str, saved: Mapping[str, Any]) -> Filling:
    """Put the body of a draft together; what no form shows stays as it was saved."""
    filled = fill_request(form, zone) if kind is ActKind.SUBMIT else filling.fill(kind, form, zone)
    body = {name: value for name, value in json.loads(filled.raw).items() if name not in {"act", "signatory"}}
    kept = {name: value for name, value in saved.items() if f"/{name}" not in filled.places and name not in body}
    return Filling(json.dumps({**body, **kept}, ensure_ascii=False).encode(), filled.places)


async def desk(turn: Turn, kind: ActKind, request: Request | None) -> Desk | RequestDesk:
    """Lay out the form of a draft; who signs is no field of it."""
    if request is None:
        return await _of_request(turn)
    laid = desk_of(turn, request, kind)
    fields = tuple(field for field in laid.fields if not (can_be_signed(kind) and field.name == "signatory"))
    return Desk(
        kind=laid.kind,
        fields=fields,
        asks=laid.asks,
        authorities=laid.authorities,
        items=laid.items,
        positions=laid.positions,
        zone=laid.zone,
        offset=laid.offset,
    )


async def _of_request(turn: Turn) -> RequestDesk:
    t, language = turn.tongue.t, turn.tongue.code
    own = turn.book.by_code.get(turn.actor.authority)
    groups: dict[str, list[Choice]] = {}
    for body in sorted(turn.book.by_code.values(), key=lambda body: (body.country or "", body.code)):
        if body.kind is AuthorityKind.COMPETENT and body.country and (own is None or body.country != own.country):
            name = f"{body.code} — {turn.book.name(body.code, language)}"
            groups.setdefault(t(f"country.{body.country}"), []).append(Choice(body.code, name))
    standing = await register.agreements(turn.conn, None)
    return RequestDesk(
        zone=turn.zone,
        offset=offset_of(turn.now, turn.zone),
        authorities=tuple((country, tuple(choices)) for country, choices in groups.items()),
        agreements=(
            *(Choice(one.id, f"{one.id} — {one.citation}") for one in standing),
            Choice(AD_HOC, t("draft.ad_hoc")),
        ),
        matters=tuple(Choice(matter, t(f"matter.{matter}")) for matter in Matter),
        forms=tuple(Choice(form, t(f"form_of.{form}")) for form in Help),
        subjects=tuple(Choice(subject, t(f"subject.{subject}")) for subject in InformationSubject),
        bases=tuple(Choice(basis, t(f"basis.{basis}")) for basis in TermBasis),
        handlings=tuple(Choice(handling, t(f"handling.{handling}")) for handling in Handling),
    )
