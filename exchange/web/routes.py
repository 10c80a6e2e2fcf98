"""Every address of the pages, and how their house is put up."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exchange import tongues
from exchange.protection.gateway import open_watch
from exchange.runtime import Runtime
from exchange.web.errors import UnknownPage
from exchange.web.form import Limits
from exchange.web.house import House, environment
from exchange.web.page import Handler, Page, page_of
from exchange.web.pages import (
    account,
    accounts,
    act,
    attachments,
    audit,
    dashboard,
    dispatch,
    door,
    draft,
    draft_steps,
    drafts,
    duties,
    letters,
    mail,
    programs,
    proposals,
    registry,
    requests,
    sign_in,
    substitutions,
)
from exchange.web.pages import request as one_request
from exchange.web.static import Shelf

OWN = frozenset({"/sign-out", "/account", "/account/password", "/account/second", "/account/sessions"})
"""What everybody who is signed in does for themselves."""

MACHINES = ("/v1/", "/openapi.json", "/healthz", "/readyz", "/metrics")
"""Addresses of programs: whoever is wrong there gets a problem body, never a page."""


def open_house(runtime: Runtime, limits: Limits, outline: Callable[[BaseException], str]) -> House:
    """Read templates, catalogues and files."""
    return House(
        runtime=runtime,
        limits=limits,
        tongues=tongues.load(),
        shelf=Shelf.read(),
        templates=environment(),
        outline=outline,
        watch=open_watch(),
    )


def handlers(*, sandbox: bool) -> Mapping[str, Mapping[str, Handler]]:
    """Return the addresses; a production node has no caught mails."""
    table: dict[str, Mapping[str, Handler]] = {
        "/": {"GET": dashboard.show},
        "/sign-in": {"GET": sign_in.show, "POST": sign_in.sign_in},
        "/sign-in/password": {"GET": door.show, "POST": door.sign_in},
        "/sign-out": {"POST": sign_in.sign_out},
        "/audit": {"GET": audit.listed},
        "/audit/export": {"GET": audit.exported},
        "/set-up": {"GET": door.show_set_up, "POST": door.set_up},
        "/set-up/second": {"GET": door.show_second, "POST": door.confirm_second},
        "/account": {"GET": account.show},
        "/account/password": {"POST": account.change_password},
        "/account/second": {"POST": account.change_second},
        "/account/sessions": {"POST": account.end_sessions},
        "/accounts": {"GET": accounts.listed, "POST": accounts.open_account},
        "/accounts/{login}": {"GET": accounts.show, "POST": accounts.change},
        "/tokens": {"GET": programs.listed, "POST": programs.give_out},
        "/tokens/{number}/revoke": {"POST": programs.revoke},
        "/proposals": {"GET": proposals.listed},
        "/proposals/{proposal}/confirm": {"POST": proposals.confirm},
        "/proposals/{proposal}/decline": {"POST": proposals.decline},
        "/substitutions": {"GET": substitutions.listed, "POST": substitutions.enter},
        "/substitutions/{substitution}/revoke": {"POST": substitutions.revoke},
        "/duties": {"GET": duties.listed},
        "/requests": {"GET": requests.listed},
        "/requests/{id}": {"GET": one_request.show},
        "/requests/{id}/record": {"GET": one_request.record},
        "/drafts": {"GET": drafts.listed},
        "/drafts/new": {"GET": draft.new, "POST": draft.create},
        "/drafts/{id}": {"GET": draft.show, "POST": draft.save},
        "/drafts/{id}/return": {"POST": draft_steps.give_back},
        "/drafts/{id}/drop": {"POST": draft_steps.drop},
        "/drafts/{id}/sign": {"GET": draft_steps.show, "POST": draft_steps.sign},
        "/requests/{id}/attachments/{attachment}": {"GET": attachments.of_request},
        "/attachments/{attachment}": {"GET": attachments.own},
        "/requests/{id}/acts/{act}": {"GET": act.show, "POST": act.send},
        "/requests/{id}/letters/{seq}.pdf": {"GET": letters.print_act},
        "/dispatch": {"GET": dispatch.show},
        "/dispatch/{id}/{seq}": {"POST": dispatch.sent},
        "/registry": {"GET": registry.show},
        "/registry/authorities/{authority}": {"GET": registry.body},
        "/registry/notices": {"GET": registry.listed},
        "/registry/notices/{notice}": {"GET": registry.notice},
        "/registry/notices/{notice}/acknowledge": {"POST": registry.acknowledge},
        "/registry/new/{kind}": {"GET": registry.open_form, "POST": registry.send},
        "/verify-letter": {"GET": letters.verify},
        "/static/{version}/{name}": {"GET": _file},
    }
    return {**table, "/mail": {"GET": mail.show}} if sandbox else table


def routes(house: House, note: str) -> list[Route]:
    """Return the routes; `note` is where the scope keeps an address's pattern."""
    table, for_all = handlers(sandbox=house.sandbox), replace(house, for_all=True)
    return [
        Route(path, Page(path, methods, for_all if path in OWN else house, note)) for path, methods in table.items()
    ]


def is_for_people(request: Request) -> bool:
    """Tell whether a call to an unknown address comes from somebody who wants a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(MACHINES)


def unknown_page(house: House, request: Request) -> Response:
    """Say in a page that there is none."""
    return page_of(house, request, UnknownPage())


async def _file(house: House, request: Request) -> Response:
    """Answer with one of the pages' own files."""
    return house.shelf.answer(str(request.path_params["version"]), str(request.path_params["name"]))
