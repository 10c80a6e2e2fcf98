"""What a hand-made address can say, and what becomes of it."""

import base64
import json
from uuid import UUID

import pytest
from starlette.requests import Request

from exchange.web.errors import BadQuery
from exchange.web.query import Query

NOBODY = str(UUID(int=0))


@pytest.mark.parametrize(
    "place",
    [["0001-01-01T00:00:00+23:59", NOBODY], ["2026-03-01T00:00:00", NOBODY], ["2026-03-01T00:00:00+00:00", "\ud800"]],
)
def test_a_cursor_that_the_node_never_gave_is_refused(place: list[str]) -> None:
    """It reaches no statement: PostgreSQL would stumble over it."""
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    request = Request({"type": "http", "query_string": f"after={cursor}".encode(), "headers": []})
    with pytest.raises(BadQuery):
        Query(request).cursor(str)
