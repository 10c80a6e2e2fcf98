"""What brings an objection about, for tests of the objections."""

from tests.core.cases import Case, sent


def paper() -> Case:
    return sent(requested_authority="TJ-GKNB")
