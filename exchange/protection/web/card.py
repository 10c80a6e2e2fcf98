"""An item as its page shows it: copies, releases, consents, breaches, terms, record; decides nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from exchange.protection.core.acts import ACTS, Act
from exchange.protection.core.item import Breach, Consent, Duty, Item, NumberedCopy, Release
from exchange.protection.core.notices import number_for
from exchange.protection.core.seeing import Sight
from exchange.protection.service.queries import Read
from exchange.protection.service.views import mark_for, purpose_for
from exchange.protection.web.stamps import Stamp
from exchange.protection.web.steps import Step, said_of, title_of
from exchange.protection.web.teller import Shown, Teller
from exchange.web.clocks import Clocked
from schemas.protection import AnyItemBody, Scope
from schemas.protection_views import ProtectedEntryView
from schemas.secrecy import CopyState, DutyState, ItemAct

BODY: Final[TypeAdapter[AnyItemBody]] = TypeAdapter(AnyItemBody)
ELSEWHERE: Final = frozenset({"derived_from", "procedure"})
"""What an act names by an id, and the page by a link."""

COPIES: Final = 20
"""Copies on the card; the rest stand in a list of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """One numbered copy."""

    number: int
    kind: str
    holder: Shown
    own: bool
    state: CopyState
    to: Shown | None
    own_number: str
    stamp: Stamp
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """One decision to release, and what became of it."""

    title: str
    purpose: str | None
    regimes: str
    lines: tuple[str, ...]
    state: str
    procedure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent: what exactly for, who gave it, who has not answered; by which acts the caller can answer."""

    number: int
    title: str
    scope: str
    asker: str
    state: str
    lines: tuple[str, ...]
    waits: tuple[tuple[str, str | None], ...]
    answers: tuple[ItemAct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRow:
    """One breach from its report to its close."""

    number: int
    title: str
    state: str
    when: str
    disclosed: bool
    circumstances: str
    findings: str | None
    measures: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow(Clocked):
    """What somebody owes, with its due moment and the way it was reached."""

    title: str
    article: str | None
    body: Shown
    zone: str
    state: DutyState
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStep(Step):
    """One act of an item's record, with the article that it is done under."""

    act: ItemAct
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything on an item's page that is for its reader's eyes; what is not is None or left out."""

    item: Item
    number: str
    designation: str | None
    purpose: str | None
    sight: Sight
    stamps: tuple[Stamp, ...]
    makers: tuple[Shown, ...]
    copies: tuple[CopyRow, ...]
    copies_in_all: int
    notes: tuple[str, ...]
    releases: tuple[ReleaseRow, ...]
    consents: tuple[ConsentRow, ...]
    breaches: tuple[BreachRow, ...]
    duties: tuple[DutyRow, ...]
    steps: tuple[ItemStep, ...]
    acts: tuple[Act, ...]
    head: str
    holds: bool

    def allows(self, kind: str) -> bool:
        """Tell whether the reader could do an act now."""
        return any(act.kind == kind for act in self.acts)


def card_of(tell: Teller, seen: Read, record: Iterable[ProtectedEntryView] = ()) -> Card:
    """Put an item's page together, with its first copies and the acts of a record that are given."""
    item, sight = seen.item, seen.sight
    theirs = tell.stamp(item.originator.party, item.mark)
    own = tell.stamp(tell.party, mark_for(sight))
    kinds = {act.kind for act in seen.acts}
    copies = copies_seen(seen)
    first = copies[:COPIES]
    return Card(
        item=item,
        number=number_for(item, tell.own),
        designation=item.registered.designation if sight.named else None,
        purpose=purpose_for(sight),
        sight=sight,
        stamps=tuple(dict.fromkeys((theirs,) if sight.whole else (theirs, own))),
        makers=tuple(tell.body(maker.code) for maker in item.makers),
        copies=copy_rows(tell, first),
        copies_in_all=len(copies),
        notes=notes_of(tell, item, first),
        releases=tuple(_release(tell, sight, each) for each in reversed(item.releases) if sight.release(each)),
        consents=tuple(_consent(tell, each, kinds) for each in reversed(item.consents) if sight.consent(each)),
        breaches=tuple(_breach(tell, each) for each in reversed(item.breaches) if sight.breach(each)),
        duties=tuple(duty_row(tell, each) for each in sorted(item.duties, key=_waits_first) if sight.duty(each)),
        steps=steps_of(tell, item, record),
        acts=seen.acts,
        head=seen.loaded.head.hex(),
        holds=bool(item.held_by(tell.own)),
    )


def copies_seen(seen: Read) -> tuple[NumberedCopy, ...]:
    """Return the numbered copies that are for the reader's eyes."""
    return tuple(copy for copy in seen.item.copies if seen.sight.copy(copy))


def copy_rows(tell: Teller, copies: Iterable[NumberedCopy]) -> tuple[CopyRow, ...]:
    """Show copies."""
    return tuple(_copy(tell, copy) for copy in copies)


def notes_of(tell: Teller, item: Item, copies: Iterable[NumberedCopy]) -> tuple[str, ...]:
    """Say what the originals among some copies bear on those that were made from them (A-N7)."""
    return tuple(_note(tell, item, copies))


def steps_of(tell: Teller, item: Item, record: Iterable[ProtectedEntryView]) -> tuple[ItemStep, ...]:
    """Show acts of a record, in the order in which they are given."""
    return tuple(_step(tell, item, entry) for entry in record)


def duty_row(tell: Teller, duty: Duty) -> DutyRow:
    """Show a duty with its calculation."""
    counted, running = duty.calculation, duty.state is DutyState.RUNNING
    return DutyRow(
        title=tell.word("duty_kind", duty.kind),
        article=tell.tongue.article(counted.rule),
        body=tell.body(duty.body.code),
        zone=counted.zone,
        state=duty.state,
        closed_at=duty.closed_at,
        due=tell.due(counted.due_at, counted.due_on, counted.zone) if running else None,
        steps=tell.explained(counted),
    )


def scope_words(tell: Teller, scope: Scope) -> str:
    """Say what exactly a consent is for."""
    t, told = tell.tongue.t, []
    if scope.copies:
        told.append(t("secret.item.scope_copies", numbers=", ".join(str(each) for each in scope.copies)))
    if scope.count:
        told.append(t("secret.item.scope_count", number=scope.count))
    if scope.language:
        told.append(t("secret.item.scope_language", language=scope.language))
    if scope.mark:
        told.append(t("secret.item.scope_mark", mark=tell.word("mark", scope.mark)))
    if scope.recipient:
        told.append(t("secret.item.scope_recipient", body=scope.recipient))
    return ", ".join(told)


def consent_state(consent: Consent) -> str:
    """Return where a consent stands, as one word of the catalogue."""
    if consent.used_by is not None:
        return "used"
    if consent.denied_by is not None:
        return "denied"
    if consent.withdrawn_by is not None:
        return "withdrawn"
    return "usable" if consent.complete else "waiting"


def _copy(tell: Teller, copy: NumberedCopy) -> CopyRow:
    t = tell.tongue.t
    path = [t("secret.item.from_body", body=each.giver.code, regimes=tell.regimes(each.regimes)) for each in copy.path]
    if copy.made_from is not None:
        path.append(t("secret.item.made_from", number=copy.made_from))
    return CopyRow(
        number=copy.number,
        kind=tell.word("copy_kind", copy.kind) + (f" ({copy.language})" if copy.language else ""),
        holder=tell.body(copy.holder.code),
        own=copy.holder.code == tell.own,
        state=copy.state,
        to=None if copy.transit is None else tell.body(copy.transit.recipient.code),
        own_number=copy.own_number,
        stamp=tell.stamp(copy.holder.party, copy.mark),
        path=tuple(path) or (t("secret.item.made_here"),),
    )


def _note(tell: Teller, item: Item, copies: Iterable[NumberedCopy]) -> Iterator[str]:
    """Yield what the originals among some copies bear on those that were made from them (A-N7)."""
    seen = {copy.number for copy in copies}
    for note in item.notes:
        if note.copy in seen:
            yield tell.tongue.t(
                "secret.item.note_line",
                copy=note.copy,
                made=", ".join(str(each) for each in note.made),
                count=len(note.made),
                to_whom=note.to_whom,
                made_by=note.made_by,
                at=tell.moment(note.at),
            )


def _release(tell: Teller, sight: Sight, release: Release) -> ReleaseRow:
    t = tell.tongue.t
    if release.used_by is not None:
        state = t("secret.item.release_used", seq=release.used_by)
    else:
        state = t("secret.item.release_open" if release.holds_on(tell.today) else "secret.item.release_over")
    lines = [t("secret.item.release_copies", number=release.copies), tell.moment(release.decided_at)]
    if release.until is not None:
        lines.append(t("secret.item.release_until", day=tell.tongue.day(release.until)))
    return ReleaseRow(
        title=t("secret.item.release_to", number=release.number, body=release.recipient.code),
        purpose=release.purpose if sight.purpose(release) else None,
        regimes=tell.regimes(release.regimes),
        lines=tuple(lines),
        state=state,
        procedure=release.outcome if release.by.code == tell.own else None,
    )


def _consent(tell: Teller, consent: Consent, allowed: set[ItemAct]) -> ConsentRow:
    t, said = tell.tongue.t, {each.body for each in consent.given}
    lines = [
        t("secret.item.consent_given", body=each.body, reference=each.reference, at=tell.moment(each.at))
        for each in consent.given
    ]
    if consent.denied_by is not None:
        lines.append(t("secret.item.consent_denied", body=consent.denied_by))
    if consent.withdrawn_by is not None:
        lines.append(t("secret.item.consent_withdrawn", body=consent.withdrawn_by))
    if consent.used_by is not None:
        lines.append(t("secret.item.consent_used", seq=consent.used_by))
    waits = [need for need in consent.needs if consent.open and not need.bodies & said]
    mine, gave = tell.own in consent.grantors and consent.open, tell.own in said
    answers = [ItemAct.WITHDRAW_CONSENT] if gave else [ItemAct.GRANT_CONSENT, ItemAct.DENY_CONSENT]
    return ConsentRow(
        number=consent.number,
        title=t("secret.item.consent_of", number=consent.number, kind=tell.word("consent_kind", consent.kind)),
        scope=scope_words(tell, consent.scope),
        asker=t("secret.item.consent_asker", body=consent.asker),
        state=consent_state(consent),
        lines=tuple(lines),
        waits=tuple((tell.bodies(need.bodies), tell.tongue.article(need.rule)) for need in waits),
        answers=tuple(act for act in answers if mine and act in allowed),
    )


def _breach(tell: Teller, breach: Breach) -> BreachRow:
    kinds = ", ".join(tell.word("breach_kind", kind) for kind in breach.report.kinds)
    return BreachRow(
        number=breach.number,
        title=tell.tongue.t("secret.item.breach_of", number=breach.number, kinds=kinds),
        state=breach.state,
        when=tell.tongue.t(
            "secret.item.breach_on", day=tell.tongue.day(breach.report.happened_on), body=breach.reporter.code
        ),
        disclosed=breach.report.disclosure,
        circumstances=breach.report.circumstances,
        findings=breach.findings,
        measures=breach.measures,
    )


def _step(tell: Teller, item: Item, entry: ProtectedEntryView) -> ItemStep:
    return ItemStep(
        seq=entry.seq,
        act=entry.act,
        title=act_title(tell, entry.act),
        article=tell.articles(tell.bound(ACTS[entry.act].rules, item)[:1]),
        author=tell.body(entry.author),
        at=entry.at,
        said=() if entry.body is None else said_of(tell, BODY, entry.body, ELSEWHERE),
        digest=entry.digest,
    )


def act_title(tell: Teller, kind: ItemAct) -> str:
    """Name an act, as a heading does."""
    return title_of(tell, "act", kind)


def _waits_first(duty: Duty) -> tuple[bool, datetime]:
    return duty.state is not DutyState.RUNNING, duty.due_at
