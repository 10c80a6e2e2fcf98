"""How results may be used, as it is shown beside them."""

from exchange.core.request import Request
from exchange.core.use import Binding, NotGranted, Purpose, use_of
from schemas import views


def show_use(request: Request) -> views.UseView:
    """Show the purposes and the conditions under which everything delivered under a request may be used."""
    use = use_of(request)
    return views.UseView(
        purposes=tuple(_purpose(purpose) for purpose in use.purposes),
        conditions=tuple(_binding(bound) for bound in use.conditions),
        not_granted=tuple(_not_granted(asked) for asked in use.not_granted),
    )


def _purpose(of: Purpose) -> views.PurposeView:
    return views.PurposeView(purpose=of.purpose, number=of.number, seq=of.since.seq, since=of.since.at, by=of.since.by)


def _binding(of: Binding) -> views.BindingView:
    return views.BindingView(
        conditions=of.conditions, ground=of.ground, seq=of.since.seq, since=of.since.at, by=of.since.by
    )


def _not_granted(of: NotGranted) -> views.NotGrantedView:
    answered = of.answered
    return views.NotGrantedView(
        purpose=of.purpose,
        number=of.number,
        state=of.state,
        asked_at=of.asked_at,
        answered_at=answered.at if answered else None,
        by=answered.by if answered else None,
        reason=of.reason,
    )
