"""What the store must hold of a request, rebuilt from its record act by act, and how what it does hold differs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import cast

from exchange.core.decide import Decision
from exchange.core.errors import RecordBroken
from exchange.core.fold import apply, begin
from exchange.core.notices import next_step_at
from exchange.core.record import Sealed
from exchange.core.request import Entry, Request
from exchange.service.acts import register_label
from exchange.store import decisions
from exchange.store.decisions import Registered, Row
from exchange.store.proof import DOCUMENTS, Duty, renewed
from schemas.acts import Receive
from schemas.profile import Profile
from schemas.requests import Submission
from schemas.vocabulary import ActKind, AuthorityKind, Direction

KEPT_ON_CONFLICT = frozenset({"box", "urgent"})
"""What a participant's row keeps from the first decision that wrote it."""


@dataclass(frozen=True, slots=True)
class Held:
    """The rows that the store holds of a request beside its own and its duties."""

    participants: Sequence[Row]
    lines: Sequence[Row]
    events: Sequence[Row]
    uses: Sequence[Row]


@dataclass(slots=True)
class Rebuilt:
    """The rows that a record leads to; `labels` are the register numbers that it bears, true for those given here."""

    final: Request
    request: Row
    participants: dict[str, Row] = field(default_factory=dict)
    duties: dict[str, Row] = field(default_factory=dict)
    events: dict[tuple[str, int], Row] = field(default_factory=dict)
    labels: dict[str, bool] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The words by which it is found."""
        return str(self.request["words"])

    def differences(self, held: Row, duties: Sequence[Duty], rows: Held, counted: frozenset[str]) -> Iterator[str]:
        """Yield what the store holds otherwise, by row and column; `counted` are the authorities that have a feed."""
        told = {column: value for column, value in self.request.items() if column in held}
        submitted = self.final.submitted
        yield from _columns("request", told, held, submitted)
        participants = {str(row["authority"]): row for row in rows.participants}
        yield from _rows("participant", self.participants, participants, submitted)
        yield from _rows("obligation", self.duties, {str(duty.row["id"]): duty.row for duty in duties}, submitted)
        yield from _lines(self.labels, rows.lines)
        yield from _uses(self.final, rows.uses)
        feedless = _without_feed(self.final) - counted
        yield from _events({key: row for key, row in self.events.items() if key[0] not in feedless}, rows.events)

    def reminders(self, duties: Sequence[Duty], profile: Profile) -> Iterator[str]:
        """Yield the duties whose reminders were not told as far as their rows say, or do not go on from there."""
        told = {duty.id: duty for duty in self.final.obligations}
        for kept in duties:
            name = str(kept.row["id"])
            if name not in told:
                continue
            through = kept.reminded_through
            if through is not None and (kept.told_at is None or kept.told_at < through):
                yield f"obligation {name}: column reminded_through: nothing was told then"
                continue
            duty = replace(told[name], reminded_through=through)
            moment = next_step_at(self.final, duty, profile)
            if kept.row["next_step_at"] != moment:
                yield f"obligation {name}: column next_step_at"


def rebuild(request_id: str, entries: Sequence[Entry], sealed: Sequence[Sealed], profile: Profile) -> Rebuilt:
    """Decide again what a record tells, decision by decision; raise RecordBroken when it tells of no request."""
    if not entries:
        raise RecordBroken("the record is empty")
    stages = tuple(accumulate(entries[1:], apply, initial=begin(request_id, entries[0])))
    first, last = decisions.request_row(None, stages[0], b""), decisions.request_row(stages[0], stages[-1], b"")
    rebuilt = Rebuilt(stages[-1], first | last | {"head": sealed[-1].digest})
    before: Request | None = None
    for part in _decided(entries, stages):
        decision = Decision(tuple(entries[part]), stages[part])
        for row in decisions.participant_rows(before, decision, tuple(sealed[part])):
            _put(rebuilt.participants, str(row["authority"]), row, KEPT_ON_CONFLICT)
        for row in decisions.obligation_rows(before, decision.request, profile):
            moved = {"reminded_through", "next_step_at"}  # by the scheduler: `reminders` proves them
            rebuilt.duties[str(row["id"])] = {name: value for name, value in row.items() if name not in moved}
        for code, events in decisions.feeds(decision).items():
            rebuilt.events |= {(code, cast("int", event["seq"])): event for event in events}
        before = decision.request
    rebuilt.labels = dict(_labels(entries, stages))
    return rebuilt


def _decided(entries: Sequence[Entry], stages: Sequence[Request]) -> Iterator[slice]:
    """Yield which entries were decided together: what is sent to a node is received in the same breath (Article 7)."""
    start = 0
    while start < len(entries):
        sent = entries[start].kind in {ActKind.SUBMIT, ActKind.REDIRECT} and stages[start].holder.on_node
        end = start + (2 if sent else 1)
        yield slice(start, end)
        start = end


def _put(rows: dict[str, Row], key: str, row: Row, kept: frozenset[str]) -> None:
    """Write a row as the database does: over the one that is there, but for the columns that it keeps."""
    former = rows.get(key, {})
    rows[key] = row | {column: value for column, value in former.items() if column in kept}


def _labels(entries: Sequence[Entry], stages: Sequence[Request]) -> Iterator[tuple[str, bool]]:
    """Yield the register numbers that a record bears, and whether they were surely given by a register of this node.

    The number that somebody read off a paper may be one of them by accident.
    """
    for entry, stage in zip(entries, stages, strict=True):
        if entry.kind is ActKind.SUBMIT:
            yield stage.number, True
        elif isinstance(entry.body, Receive) and stage.received_number is not None:
            yield stage.received_number, stage.holder.on_node or entry.body.register_number is None


def _without_feed(request: Request) -> frozenset[str]:
    """Return the bodies that came to be known by a redirect: they are counted nowhere."""
    holders = (*request.past_holders, request.holder)
    return frozenset(body.code for body in holders if body.kind is AuthorityKind.DOMESTIC and not body.on_node)


def _rows(table: str, told: Mapping[str, Row], held: Mapping[str, Row], submitted: Submission) -> Iterator[str]:
    for key in sorted(told.keys() | held.keys()):
        if key not in held:
            yield f"{table} {key}: missing"
        elif key not in told:
            yield f"{table} {key}: the record tells of none"
        else:
            yield from _columns(f"{table} {key}", told[key], held[key], submitted)


def _columns(name: str, told: Row, held: Row, submitted: Submission) -> Iterator[str]:
    for column, value in told.items():
        kept = held[column]
        if not _same(column, value, kept) and not _same(column, value, renewed(column, kept, submitted)):
            yield f"{name}: column {column}"


def _same(column: str, told: object, held: object) -> bool:
    """Tell whether two values of a column are the same; in a document 1 is not true."""
    if column not in DOCUMENTS or not isinstance(told, str) or not isinstance(held, str):
        return told == held
    return json.dumps(json.loads(told), sort_keys=True) == json.dumps(json.loads(held), sort_keys=True)


def _events(told: Mapping[tuple[str, int], Row], held: Iterable[Row]) -> Iterator[str]:
    """Compare a request's events, in the order of their feeds, with its entries and who followed it at each."""
    left, last = dict(told), dict[str, int]()
    for row in held:
        code, seq, name = str(row["authority"]), cast("int", row["seq"]), f"event {row['number']} of {row['authority']}"
        event = left.pop((code, seq), None)
        if event is None:
            yield f"{name}: the record tells of none"
            continue
        yield from (f"{name}: column {column}" for column, value in event.items() if value != row[column])
        if seq < last.get(code, 0):
            yield f"{name}: out of order"
        last[code] = seq
    yield from (f"event of {code}: the one of entry {seq} is missing" for code, seq in left)


def _lines(labels: Mapping[str, bool], lines: Iterable[Row]) -> Iterator[str]:
    """Compare the register lines of a request with the numbers that it bears."""
    held = {_label(line) for line in lines}
    for label in sorted(label for label, given in labels.items() if given and label not in held):
        yield f"register: the line of {label} is missing"
    for label in sorted(held - labels.keys()):
        yield f"register: the record tells of no {label}"


def _uses(request: Request, held: Iterable[Row]) -> Iterator[str]:
    """Compare what the acts of a record carry with the rows that keep it from being swept."""
    told = {(one.seq, one.file.id) for one in request.attachments}
    rows = {(cast("int", row["seq"]), str(row["attachment"])) for row in held}
    yield from (f"attachment {name} of entry {seq}: the row that binds it is missing" for seq, name in told - rows)
    yield from (f"attachment {name} of entry {seq}: the record tells of none" for seq, name in rows - told)


def _label(line: Row) -> str:
    direction, year, number = Direction(str(line["direction"])), cast("int", line["year"]), cast("int", line["number"])
    return register_label(str(line["authority"]), Registered(direction, year, number))
