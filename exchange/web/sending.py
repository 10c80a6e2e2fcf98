"""A form as it is sent: read, done, and shown again with what was typed where it could not be."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from exchange.web import guard, uploads
from exchange.web.form import Form
from exchange.web.house import House
from exchange.web.page import page_of
from exchange.web.uploads import Sent, Stopped


async def answered(house: House, request: Request, work: Callable[[Sent], Awaitable[Response]]) -> Response:
    """Do what a form asks for; what was typed is never lost, and is shown to no other page than ours."""
    trouble: Exception
    form: Form | None
    try:
        sent = await uploads.read(house, request)
    except Stopped as stopped:
        trouble, form = stopped.trouble, stopped.form
    else:
        try:
            return await work(sent)
        except Exception as found:  # noqa: BLE001 - whatever went wrong, what was typed is shown
            trouble, form = found, sent.form
    return page_of(house, request, trouble, form if guard.is_from_our_page(request) else None)


async def done(house: House, request: Request, work: Callable[[Form], Awaitable[Response]]) -> Response:
    """Do what a form without files asks for, as `answered` does."""
    form = await house.form(request)
    try:
        return await work(form)
    except Exception as trouble:  # noqa: BLE001 - whatever went wrong, what was typed is shown
        return page_of(house, request, trouble, form if guard.is_from_our_page(request) else None)
