"""A form of the module as it is shown: its fields, what was typed, what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from exchange.core.errors import Refused, Weight
from exchange.protection.web.chamber import Room
from exchange.protection.web.fields import Field
from exchange.protection.web.filling import rows_of
from exchange.tongues import offset_of
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form

STATUS: Final[Mapping[Weight, int]] = {
    Weight.FORBIDDEN: 403,
    Weight.STALE: 412,
    Weight.STATE: 409,
    Weight.CONTENT: 422,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form; `stale` says that what it is about changed since it was made."""

    fields: tuple[Field, ...]
    form: Form
    zone: str
    offset: str
    remarks: tuple[Remark, ...] = ()
    stale: bool = False

    @property
    def key(self) -> str:
        """A new key for the form: whoever sends it twice has one effect."""
        return str(uuid4())

    def rows(self, of: Field) -> int:
        """Return how many rows a field of rows shows."""
        return rows_of(of, self.form)


class Again(Exception):
    """A form is to be shown again, with remarks; `refused` is what the law said to it."""

    def __init__(
        self, remarks: Sequence[Remark], status: int, *, stale: bool = False, refused: Refused | None = None
    ) -> None:
        """Keep what the page needs."""
        super().__init__(status)
        self.remarks = tuple(remarks)
        self.status = status
        self.stale = stale
        self.refused = refused


def sheet_of(
    room: Room,
    fields: tuple[Field, ...],
    form: Form,
    again: Again | None = None,
    presets: Mapping[str, tuple[str, ...]] | None = None,
) -> Sheet:
    """Lay a form out; one that nobody has filled in yet holds the presets."""
    shown = form if form.raw or presets is None else Form({**presets, **form.values})
    return Sheet(
        fields=fields,
        form=shown,
        zone=room.turn.zone,
        offset=offset_of(room.turn.now, room.turn.zone),
        remarks=again.remarks if again else (),
        stale=again is not None and again.stale,
    )


def status_of(refused: Refused) -> int:
    """Return the answer's status: the lightest weight decides."""
    return STATUS[min(one.weight for one in refused.objections)]
