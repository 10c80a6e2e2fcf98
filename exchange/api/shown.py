"""A request as its caller may see it."""

from exchange.api import tags
from exchange.api.entrance import Answer
from exchange.runtime import Call
from exchange.service import views
from exchange.store.requests import Loaded


def shown(loaded: Loaded, call: Call) -> bytes:
    """Return a request as JSON."""
    return views.request(loaded.request, call.actor, call.now).model_dump_json().encode()


def made(loaded: Loaded, call: Call) -> Answer:
    """Return the answer to a call that made a request, or acted on it."""
    headers = {"Location": f"/v1/requests/{loaded.request.id}", "ETag": tags.tag(loaded.head)}
    return Answer(201, shown(loaded, call), headers)
