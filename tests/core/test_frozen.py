"""A changed copy of a frozen object is the one that `dataclasses` makes."""

import dataclasses

import pytest

from exchange.core.deadlines import Calculation
from exchange.core.frozen import replace
from tests.core.cases import sent


def test_a_copy_is_what_dataclasses_makes_of_it() -> None:
    request = sent().request
    assert replace(request, seq=7) == dataclasses.replace(request, seq=7)
    assert replace(request) == request
    assert replace(request) is not request


def test_a_copy_is_frozen() -> None:
    copy = replace(sent().request.obligations[0], due_version=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.due_version = 3  # type: ignore[misc]
    assert isinstance(copy.calculation, Calculation)
