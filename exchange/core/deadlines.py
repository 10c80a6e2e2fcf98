"""Term + start + zone → due moment, with everything that explains it.

Days are counted in the local calendar and hours in UTC: across a change of zone the two differ.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tzdata import IANA_VERSION

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """A due moment and how it was reached; kept as it was made, never made again.

    `due_at` is exclusive: the first instant that is too late. Exactly one of `days` and `hours` is set;
    `suspended_days` are the whole days that postponements gave back. `zone_data` has no default: what is as it is by
    default is not kept, and a later release of the zones' data is not the one that a term was counted by.
    """

    started_at: datetime
    zone: str
    days: int | None = None
    hours: int | None = None
    suspended_days: int = 0
    due_on: date
    due_at: datetime
    rule: str
    profile: str
    zone_data: str


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day of an aware instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Return the UTC instant at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def shift_days(instant: datetime, days: int, zone: str) -> datetime:
    """Move an instant by local calendar days, keeping the hour on the wall; by none, the instant itself."""
    if days == 0:  # an hour that comes twice would else be taken for its first time
        return instant
    local = instant.astimezone(ZoneInfo(zone))
    return (local + timedelta(days=days)).astimezone(UTC)


def day_term(
    *, started_at: datetime, days: int, zone: str, rule: str, profile: str, suspended_days: int = 0
) -> Calculation:
    """Count whole local days; the day of the start is not counted, the last one ends at 24:00 (Article 7)."""
    due_on = local_day(started_at, zone) + timedelta(days=days + suspended_days)
    return Calculation(
        started_at=started_at,
        zone=zone,
        days=days,
        suspended_days=suspended_days,
        due_on=due_on,
        due_at=start_of_day(due_on + timedelta(days=1), zone),
        rule=rule,
        profile=profile,
        zone_data=IANA_VERSION,
    )


def hour_term(*, started_at: datetime, hours: int, zone: str, rule: str, profile: str) -> Calculation:
    """Count hours from the instant itself, to the second (Article 6: days of 24 hours)."""
    due_at = started_at + timedelta(hours=hours)
    return Calculation(
        started_at=started_at,
        zone=zone,
        hours=hours,
        due_on=local_day(due_at - _INSTANT, zone),
        due_at=due_at,
        rule=rule,
        profile=profile,
        zone_data=IANA_VERSION,
    )


def _wall(instant: datetime, zone: str) -> str:
    """Write an instant as its local time with the offset from UTC."""
    local = instant.astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")
    return f"{_written(local)} {local[11:19]} ({zone}, UTC{local[19:25]})"


def _written(iso: str) -> str:
    """Write a day as it is read aloud: day, month, year; after ISO 8601, which may go on to the time."""
    return f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}"


def explain(calculation: Calculation) -> tuple[str, ...]:
    """Put a calculation into words, step by step."""
    zone = calculation.zone
    start, due = _wall(calculation.started_at, zone), _wall(calculation.due_at, zone)
    if calculation.hours is not None:
        return (
            f"Передано по техническим средствам связи: {start}.",
            f"Прибавлено {calculation.hours} часа подряд (трое суток), от секунды до секунды.",
            f"Срок истекает: {due}.",
        )
    suspended = calculation.suspended_days
    return (
        f"Получено: {start}.",
        f"День получения {start[:10]} не считается.",
        f"Прибавлено календарных дней: {calculation.days}.",
        *([f"Прибавлено дней отсрочки исполнения: {suspended}."] if suspended else ()),
        f"Последний день: {_written(calculation.due_on.isoformat())}, до 24:00 местного времени.",
        f"Срок истекает: {due}.",
    )
