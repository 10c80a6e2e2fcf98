"""Who is told of an act, and who is reminded of a duty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.deadlines import start_of_day
from exchange.core.reminders import DUE, UNTIL, Step, following, passed, steps
from exchange.core.request import Entry, Obligation, Request
from schemas.profile import Profile
from schemas.vocabulary import ActKind, Mailbox, ObligationKind, ObligationState, Reach


@dataclass(frozen=True, slots=True)
class Addressee:
    """One mailbox of one authority."""

    authority: str
    mailbox: Mailbox


@dataclass(frozen=True, slots=True)
class Reminding:
    """One notice of a step to one addressee; `late` when its moment passed without it."""

    step: Step
    addressee: Addressee
    late: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What the steps that have come lead to; `through` is the moment of the last of them."""

    remindings: tuple[Reminding, ...]
    due_version: int
    through: datetime | None
    next_step_at: datetime | None


def concerned(request: Request) -> tuple[str, ...]:
    """Return the authorities that follow a request, each once: both sides, and the steward of a paper holder."""
    codes = (request.requesting.code, request.holder.code, request.steward)
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def feed_of(request: Request, entry: Entry) -> tuple[str, ...]:
    """Return the authorities whose event feed an act enters: who follows the request, and its author."""
    return tuple(dict.fromkeys((*concerned(request), entry.author)))


def told_of(request: Request, entry: Entry) -> tuple[Addressee, ...]:
    """Return who is told of an act: all who follow the request but its author; the steward for a paper holder.

    A holder whose intake is e-mail is written to as well, of the acts of the other side and of what made it the holder.
    """
    codes = [_reached(request, code) for code in concerned(request)]
    if request.holder.reach is Reach.EMAIL and (
        entry.kind is ActKind.REDIRECT or entry.author == request.requesting.code
    ):
        codes.append(request.holder.code)
    return tuple(Addressee(code, Mailbox.AUTHORITY) for code in dict.fromkeys(codes) if code != entry.author)


def counterpart(request: Request, duty: Obligation) -> str:
    """Return the side to which a duty is owed."""
    if duty.kind is ObligationKind.CONFIRMATION:
        return _reached(request, request.holder.code)
    return request.requesting.code


def remind(request: Request, duty: Obligation, profile: Profile, now: datetime) -> Plan:
    """Return the notices of all steps that have come, overtaken ones merged into the last for each addressee.

    The debtor is told of every step, its head from the due moment on, the other side once, at `due`; the day
    named in a postponement is told to both sides.
    """
    come = passed(_ladder(request, duty, profile), after=duty.reminded_through, now=now)
    through = come[-1].moment if come else duty.reminded_through
    following_step = following(_ladder(request, duty, profile), after=through)
    grace = timedelta(minutes=profile.late_after_minutes)
    last = {addressee: step for step in come for addressee in _addressees(request, duty, step)}
    return Plan(
        remindings=tuple(Reminding(step, to, late=now - step.moment > grace) for to, step in last.items()),
        due_version=_version(request, duty),
        through=through,
        next_step_at=following_step.moment if following_step else None,
    )


def next_step_at(request: Request, duty: Obligation, profile: Profile) -> datetime | None:
    """Return the moment of the first step that was not worked yet, or None."""
    step = following(_ladder(request, duty, profile), after=duty.reminded_through)
    return step.moment if step else None


def _version(request: Request, duty: Obligation) -> int:
    """Return what tells one due date's steps from another's; below zero the entry of the postponement."""
    if duty.state is ObligationState.SUSPENDED and request.postponement is not None:
        return -request.postponement.seq
    return duty.due_version


def _ladder(request: Request, duty: Obligation, profile: Profile) -> Iterator[Step]:
    """Return the steps of a running duty; for a suspended one the day named in the postponement, if any."""
    if duty.state is ObligationState.RUNNING and duty.due_at is not None:
        ladder, zone = profile.reminders[duty.kind], duty.authority.zone
        return steps(ladder, due_at=duty.due_at, zone=zone, started_at=duty.started_at)
    postponement = request.postponement
    if duty.state is ObligationState.SUSPENDED and postponement is not None and postponement.until is not None:
        moment = start_of_day(postponement.until, duty.authority.zone)
        return iter((Step(UNTIL, max(moment, postponement.at), after_due=False),))
    return iter(())


def _addressees(request: Request, duty: Obligation, step: Step) -> Iterator[Addressee]:
    """Yield who is told of a step."""
    debtor = _reached(request, duty.authority.code)
    yield Addressee(debtor, Mailbox.AUTHORITY)
    if step.after_due:
        yield Addressee(debtor, Mailbox.HEAD)
    if step.name in {DUE, UNTIL}:
        yield Addressee(counterpart(request, duty), Mailbox.AUTHORITY)


def _reached(request: Request, code: str) -> str:
    """Put the steward in the place of a holder without a node."""
    return request.steward if code == request.holder.code and request.steward is not None else code
