"""What is kept of a request and its duties: nothing is left out that may be otherwise in a later release."""

import dataclasses
import json
from enum import Enum
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from exchange.core import deadlines, request
from exchange.store.decisions import detail
from schemas import acts, requests
from tests.core import cases


def defaults(of: ModuleType) -> dict[str, Any]:
    """Return what the shapes of a module have by default, by class and field."""
    found: dict[str, Any] = {}
    for shape in vars(of).values():
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            found |= {f"{shape.__name__}.{name}": field.default for name, field in shape.model_fields.items()}
        elif isinstance(shape, type) and dataclasses.is_dataclass(shape):
            found |= {f"{shape.__name__}.{field.name}": field.default for field in dataclasses.fields(shape)}
    return {name: value for name, value in found.items() if value not in (PydanticUndefined, dataclasses.MISSING)}


@pytest.mark.parametrize("of", [deadlines, request, acts, requests], ids=lambda of: of.__name__)
def test_nothing_that_is_left_out_depends_on_the_release(of: ModuleType) -> None:
    """Words and versions are written down; what is left out says that there is nothing, or counts from one."""
    told = {
        name: value for name, value in defaults(of).items() if isinstance(value, str) and not isinstance(value, Enum)
    }
    assert told == {}


def test_a_duty_keeps_by_which_release_of_the_zones_data_its_term_was_counted() -> None:
    """A node with a newer release reads it as it was, and `verify` finds it as the record has it."""
    duty = cases.sent().duty()
    assert json.loads(detail(duty))["calculation"]["zone_data"] == duty.calculation.zone_data
