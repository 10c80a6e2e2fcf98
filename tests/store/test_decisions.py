"""What is kept of a request and its duties: nothing is left out that may be otherwise in a later release."""

import json

from exchange.store.decisions import detail
from tests.core import cases


def test_a_duty_keeps_by_which_release_of_the_zones_data_its_term_was_counted() -> None:
    """A node with a newer release reads it as it was, and `verify` finds it as the record has it."""
    duty = cases.sent().duty()
    assert json.loads(detail(duty))["calculation"]["zone_data"] == duty.calculation.zone_data
