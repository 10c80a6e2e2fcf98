"""The examples that are made up for the law's tests: how long one takes proves nothing."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=1)
@given(st.just(0.3))
def test_an_example_may_take_its_time_on_a_loaded_machine(seconds: float) -> None:
    time.sleep(seconds)
    assert settings.get_profile("law").print_blob
