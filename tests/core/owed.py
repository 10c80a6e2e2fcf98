"""Cases of duties, for their tests."""

from typing import Any

from schemas.vocabulary import ObligationState
from tests.core.cases import Case

RUNNING, SUSPENDED, MET, MET_LATE, VOID = ObligationState


CONDITIONS: dict[str, Any] = {"conditions": "а", "ground": "б", "consultation": "в"}


def refused(case: Case, items: Any = "all") -> Case:
    return case.does("refuse", items=items, reasons="а", national_law="б")
