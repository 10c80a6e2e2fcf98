"""The form of one act on an item: only the fields that it needs, each with what it may choose from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from exchange.protection.core.acts import ACTS
from exchange.protection.core.consents import SCOPE_FIELDS
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Consent, Item
from exchange.protection.core.regimes import order_of
from exchange.protection.web import offers as offered
from exchange.protection.web import stamps
from exchange.protection.web.card import scope_words
from exchange.protection.web.fields import Field, Layout, fields_of
from exchange.protection.web.offers import ChannelTable, Offers, RecipientRow
from exchange.protection.web.teller import Teller
from exchange.web.acts.desk import Choice
from schemas import protection as bodies
from schemas.base import Shape
from schemas.secrecy import BreachState, ConsentKind, ItemAct, ReceiptForm

SHAPES: Final[Mapping[ItemAct, type[Shape]]] = {
    ItemAct.AUTHORISE_RELEASE: bodies.AuthoriseRelease,
    ItemAct.DISPATCH: bodies.Dispatch,
    ItemAct.CONFIRM_RECEIPT: bodies.ConfirmReceipt,
    ItemAct.ASK_CONSENT: bodies.AskConsent,
    ItemAct.GRANT_CONSENT: bodies.GrantConsent,
    ItemAct.DENY_CONSENT: bodies.DenyConsent,
    ItemAct.WITHDRAW_CONSENT: bodies.WithdrawConsent,
    ItemAct.COPY: bodies.Copy,
    ItemAct.TRANSLATE: bodies.Translate,
    ItemAct.EXTRACT: bodies.Extract,
    ItemAct.REGRADE: bodies.Regrade,
    ItemAct.DECLASSIFY: bodies.Declassify,
    ItemAct.RETURN: bodies.Return,
    ItemAct.DESTROY: bodies.Destroy,
    ItemAct.REPORT_BREACH: bodies.ReportBreach,
    ItemAct.REPORT_INQUIRY: bodies.ReportInquiry,
    ItemAct.CLOSE_BREACH: bodies.CloseBreach,
}

SURE: Final = frozenset({ItemAct.DESTROY, ItemAct.DECLASSIFY})
"""Acts that are shown a second time before they stand: nothing brings back what they end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A consent that the act would need: of whom, under which regime, by which article."""

    who: str
    regime: str
    article: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """A kind of consent that can be asked for, and whether anybody must give it."""

    kind: ConsentKind
    words: str
    needed: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The form of an act as it is laid out; `presets` are what an empty one holds."""

    kind: ItemAct
    fields: tuple[Field, ...]
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    consent: ConsentKind | None = None
    needs: tuple[Need, ...] = ()
    recipients: tuple[RecipientRow, ...] = ()
    channels: tuple[ChannelTable, ...] = ()
    kinds: tuple[KindRow, ...] = ()


@dataclass(slots=True)
class _Laid:
    """What one act lays out."""

    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    presets: dict[str, tuple[str, ...]] = field(default_factory=dict)


def desk_of(tell: Teller, item: Item, kind: ItemAct, offers: Offers, asked: ConsentKind | None = None) -> Desk:
    """Lay out the form of an act on an item; `asked` is the kind of consent that is asked for."""
    laid = _Laid()
    consent = ACTS[kind].consent
    needs = _needs(tell, item, consent, offers)
    if consent is not None:
        laid.choices["consent"] = _usable(tell, item, consent)
        if not laid.choices["consent"] and not needs:
            laid.out.add("consent")
    if kind in _LAYOUTS:
        _LAYOUTS[kind](tell, item, offers, laid)
    if kind is ItemAct.ASK_CONSENT:
        _of_asking(tell, item, laid, asked)
    for name in ("copies", "copy_number"):
        if len(laid.choices.get(name, ())) == 1:
            laid.presets.setdefault(name, (laid.choices[name][0].value,))
    layout = Layout(
        choices=laid.choices,
        hints=laid.hints,
        left_out=frozenset(laid.out),
        required=frozenset(laid.required),
    )
    sends = kind in {ItemAct.DISPATCH, ItemAct.RETURN}
    releasing = kind is ItemAct.AUTHORISE_RELEASE
    return Desk(
        kind=kind,
        fields=fields_of(SHAPES[kind], tell.tongue, layout),
        presets=laid.presets,
        consent=consent,
        needs=needs,
        recipients=offered.recipients(tell, offers, mark_at(item, tell.own)) if releasing else (),
        channels=offered.channel_tables(tell, offers, item, kind) if sends else (),
        kinds=_kinds(tell, item, offers) if kind is ItemAct.ASK_CONSENT and asked is None else (),
    )


def _needs(tell: Teller, item: Item, kind: ConsentKind | None, offers: Offers) -> tuple[Need, ...]:
    found = () if kind is None else offered.needs_of(kind, item, offers, tell)
    return tuple(
        Need(who=tell.bodies(each.bodies), regime=tell.regime(each.regime), article=tell.tongue.article(each.rule))
        for each in found
    )


def _usable(tell: Teller, item: Item, kind: ConsentKind) -> tuple[Choice, ...]:
    """Return the consents that the caller's body asked for and can use."""
    return tuple(
        _line(tell, each) for each in item.consents if each.asker == tell.own and each.kind is kind and each.usable
    )


def _line(tell: Teller, of: Consent) -> Choice:
    words = tell.tongue.t(
        "secret.act.consent_line",
        number=of.number,
        kind=tell.word("consent_kind", of.kind),
        scope=scope_words(tell, of.scope) or "—",
    )
    return Choice(str(of.number), words)


def _kinds(tell: Teller, item: Item, offers: Offers) -> tuple[KindRow, ...]:
    """Return every kind of consent with who must give it, those that are needed first."""
    rows = []
    for kind in ConsentKind:
        needs = offered.needs_of(kind, item, offers, tell)
        rows.append(
            KindRow(
                kind=kind,
                words=tell.word("consent_kind", kind),
                needed="; ".join(dict.fromkeys(tell.bodies(need.bodies) for need in needs)),
                article=tell.articles(need.rule for need in needs),
            )
        )
    return tuple(sorted(rows, key=lambda row: not row.needed))


def _of_release(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    laid.choices["recipient"] = tuple(
        Choice(body.code, f"{body.code} — {tell.names(body.code)}")
        for body in sorted(offers.scene.bodies.values(), key=lambda each: each.code)
        if body.party != offers.own.party
    )
    laid.presets |= {"purpose": (item.purpose,), "copies": ("1",)}
    papers = offered.papers_asked(offers)
    for name in ("own_consent", "recipient_cleared"):
        if name in papers:
            laid.hints[name] = tell.articles(papers[name])
        else:
            laid.out.add(name)
    if order_of(offers.scene, offers.own, mark_at(item, tell.own)) is None:
        laid.out.add("procedure")
    else:
        laid.choices["procedure"] = offers.procedures
        laid.required.add("procedure")


def _of_dispatch(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    laid.choices["release"] = offered.releases(tell, item)
    _of_sending(tell, item, offers, laid, ItemAct.DISPATCH)


def _of_return(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    _of_sending(tell, item, offers, laid, ItemAct.RETURN)
    held = (copy.number for copy in item.held_by(tell.own) if copy.received)
    laid.choices["copies"] = offered.copies(tell, item, held)


def _of_sending(tell: Teller, item: Item, offers: Offers, laid: _Laid, act: ItemAct) -> None:
    laid.choices["copies"] = offered.copies(tell, item)
    laid.choices["means"] = offered.usable_means(tell, offers)
    if item.content is None:
        laid.out.add("means")
    if offered.transports(item, offers, act):
        laid.hints["transport"] = tell.tongue.t("secret.act.transport_hint")
    else:
        laid.out.add("transport")


def _of_receipt(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    numbers = offered.awaited(item, tell.own)
    laid.choices["copies"] = offered.copies(tell, item, iter(numbers))
    laid.presets["copies"] = tuple(str(number) for number in numbers)
    transits = [copy.transit for copy in item.copies if copy.number in numbers and copy.transit is not None]
    forms = {form for transit in transits for form in transit.forms}
    laid.choices["form"] = tuple(
        Choice(form, tell.word("receipt_form", form)) for form in ReceiptForm if form.value in forms
    )
    marks = tuple(dict.fromkeys(transit.mark for transit in transits))
    laid.choices["own_mark"] = tuple(
        Choice(stamp.tone, f"{stamp.words} — {stamp.name}")
        for stamp in stamps.stamps_of(tell.law, tell.tongue, tell.party)
    )
    laid.hints["own_number"] = tell.tongue.t("secret.act.own_number_hint")
    laid.hints["own_mark"] = tell.tongue.t("secret.act.own_mark_hint")
    if len(marks) == 1 and marks[0] is not None:
        laid.presets["own_mark"] = (marks[0].value,)
    laid.presets["received_at"] = (tell.local_now,)
    if forms == {ReceiptForm.WRITTEN.value}:
        laid.required.add("reference")
    _ = offers


def _of_asking(tell: Teller, item: Item, laid: _Laid, asked: ConsentKind | None) -> None:
    """Leave of the scope what the kind of consent names, exactly."""
    if asked is None:
        return
    wanted = SCOPE_FIELDS[asked]
    laid.out.add("kind")
    laid.out |= {f"scope.{name}" for name in bodies.Scope.model_fields if name not in wanted}
    laid.required |= {"scope", *(f"scope.{name}" for name in wanted)}
    if not wanted:
        laid.out.add("scope")
    laid.choices["scope.copies"] = offered.copies(tell, item)
    laid.choices["scope.mark"] = _marks(tell)


def _of_answer(tell: Teller, item: Item, _offers: Offers, laid: _Laid, *, given: bool) -> None:
    laid.choices["consent"] = tuple(
        _line(tell, each)
        for each in item.consents
        if each.open and tell.own in each.grantors and any(one.body == tell.own for one in each.given) is given
    )


def _of_copying(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    laid.choices["copy_number"] = offered.copies(tell, item)
    laid.choices["made_by"] = offers.people


def _of_regrade(tell: Teller, item: Item, _offers: Offers, laid: _Laid) -> None:
    laid.choices["mark"] = tuple(one for one in _marks(tell) if one.value != mark_at(item, tell.own))


def _of_destroy(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    laid.choices["copies"] = offered.copies(tell, item)
    laid.hints["people"] = tell.tongue.t("secret.act.people_hint")
    rules = offered.crisis_rules(item, offers)
    if rules:
        laid.hints["crisis"] = f"{tell.tongue.t('secret.act.crisis_hint')} ({tell.articles(rules)})"
    else:
        laid.out.add("crisis")


def _of_breach(tell: Teller, item: Item, _offers: Offers, laid: _Laid) -> None:
    laid.choices["breach"] = tuple(
        Choice(
            str(each.number),
            tell.tongue.t(
                "secret.act.breach_line",
                number=each.number,
                kinds=", ".join(tell.word("breach_kind", kind) for kind in each.report.kinds),
                day=tell.tongue.day(each.report.happened_on),
            ),
        )
        for each in item.breaches
        if each.state is not BreachState.CLOSED and each.reporter.party == tell.party
    )


def _marks(tell: Teller) -> tuple[Choice, ...]:
    """Return the marks of the caller's own scheme."""
    return tuple(
        Choice(stamp.tone, f"{stamp.words} — {stamp.name}" if stamp.words != stamp.name else stamp.words)
        for stamp in stamps.stamps_of(tell.law, tell.tongue, tell.party)
    )


def _given(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    _of_answer(tell, item, offers, laid, given=True)


def _not_given(tell: Teller, item: Item, offers: Offers, laid: _Laid) -> None:
    _of_answer(tell, item, offers, laid, given=False)


_LAYOUTS: Final[Mapping[ItemAct, Callable[[Teller, Item, Offers, _Laid], None]]] = {
    ItemAct.AUTHORISE_RELEASE: _of_release,
    ItemAct.DISPATCH: _of_dispatch,
    ItemAct.CONFIRM_RECEIPT: _of_receipt,
    ItemAct.GRANT_CONSENT: _not_given,
    ItemAct.DENY_CONSENT: _not_given,
    ItemAct.WITHDRAW_CONSENT: _given,
    ItemAct.COPY: _of_copying,
    ItemAct.TRANSLATE: _of_copying,
    ItemAct.EXTRACT: _of_copying,
    ItemAct.REGRADE: _of_regrade,
    ItemAct.RETURN: _of_return,
    ItemAct.DESTROY: _of_destroy,
    ItemAct.REPORT_INQUIRY: _of_breach,
    ItemAct.CLOSE_BREACH: _of_breach,
}
