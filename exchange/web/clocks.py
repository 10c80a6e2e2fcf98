"""How due moments are told: the day, how much is left or by how much it is late, and the steps of the calculation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.core.deadlines import Calculation, local_day
from exchange.tongues import Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due moment as it is shown; `tone` is one of overdue, soon, later, suspended and done."""

    day: date | None
    at: datetime | None
    left: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """What has a due moment while it runs, and the steps by which that was reached."""

    due: Due | None
    steps: tuple[str, ...]

    @property
    def tone(self) -> str:
        """What colour and mark it bears; the words beside it say the same."""
        return self.due.tone if self.due else "done"


_INSTANT = timedelta(microseconds=1)

SOON_DAYS = 3
"""What the dashboard's second and third columns hold is shown as near."""


def due(
    tongue: Tongue, now: datetime, *, at: datetime | None, on: date | None, zone: str, by_hours: bool
) -> Due | None:
    """Tell of a running due moment in days of a zone, or in hours where it is counted in them; None for none."""
    if at is None or on is None:
        return None
    days = (local_day(at - _INSTANT, zone) - local_day(now, zone)).days
    if now >= at:
        words = tongue.span(int((now - at).total_seconds())) if by_hours or not days else tongue.n("span.days", -days)
        return Due(day=on, at=at, left=tongue.t("due.overdue_by", span=words), tone="overdue")
    if by_hours:
        words = tongue.t("due.left", span=tongue.span(int((at - now).total_seconds())))
    else:
        words = tongue.t("due.today") if days == 0 else tongue.t("due.left", span=tongue.n("span.days", days))
    return Due(day=on, at=at, left=words, tone="soon" if days <= SOON_DAYS else "later")


def suspended(tongue: Tongue) -> Due:
    """Tell of a duty whose term does not run."""
    return Due(day=None, at=None, left=tongue.t("due.suspended"), tone="suspended")


def explanation(tongue: Tongue, of: Calculation) -> tuple[str, ...]:
    """Put a stored calculation into words, step by step; nothing is calculated anew (`deadlines.explain` likewise)."""
    start, end = tongue.second(of.started_at, of.zone), tongue.second(of.due_at, of.zone)
    if of.hours is not None:
        return (
            tongue.t("explain.transmitted", at=start),
            tongue.t("explain.hours", hours=of.hours),
            tongue.t("explain.expires", at=end),
        )
    steps = [
        tongue.t("explain.received", at=start),
        tongue.t("explain.not_counted", day=f"{local_day(of.started_at, of.zone):%d.%m.%Y}"),
        tongue.t("explain.days", days=of.days),
    ]
    if of.suspended_days:
        steps.append(tongue.t("explain.suspended", days=of.suspended_days))
    steps.append(tongue.t("explain.last", day=f"{of.due_on:%d.%m.%Y}"))
    steps.append(tongue.t("explain.expires", at=end))
    return tuple(steps)
