"""Every address of the JSON interface, with the handlers of its methods."""

from collections.abc import Mapping, Sequence

from starlette.routing import Route

from exchange.api import (
    attachments,
    audit,
    drafts,
    letters,
    lists,
    operations,
    people,
    proposals,
    reference,
    registry,
    requests,
    sandbox,
)
from exchange.api.endpoint import Endpoint, Handler
from exchange.api.entrance import Entrance
from exchange.api.extension import Extension
from exchange.api.metrics import Figures
from exchange.runtime import Mode
from exchange.work import Work


def handlers(
    figures: Figures, mode: Mode, works: Sequence[Work], more: Extension | None = None
) -> Mapping[str, Mapping[str, Handler]]:
    """Return the addresses, with those that another house adds; a production node has no sandbox ones."""
    added = more or Extension()
    table: dict[str, Mapping[str, Handler]] = {
        "/v1/requests": {"POST": requests.submit, "GET": requests.listed},
        "/v1/requests/{id}": {"GET": requests.get},
        "/v1/requests/{id}/acts": {"POST": requests.act},
        "/v1/requests/{id}/record": {"GET": requests.record},
        "/v1/drafts": {"POST": drafts.start, "GET": drafts.listed},
        "/v1/drafts/{id}": {"GET": drafts.get, "PUT": drafts.save},
        "/v1/drafts/{id}/sendings": {"POST": drafts.send},
        "/v1/drafts/{id}/returns": {"POST": drafts.give_back},
        "/v1/drafts/{id}/signatures": {"POST": drafts.sign},
        "/v1/drafts/{id}/entries": {"POST": drafts.enter},
        "/v1/drafts/{id}/drops": {"POST": drafts.drop},
        "/v1/requests/{id}/letter.pdf": {"GET": letters.of_request},
        "/v1/requests/{id}/acts/{seq}/letter.pdf": {"GET": letters.of_act},
        "/v1/letters/{code}": {"GET": letters.verify},
        "/v1/requests/{id}/attachments/{attachment}": {"GET": attachments.of_request},
        "/v1/attachments": {"POST": attachments.upload},
        "/v1/attachments/{attachment}": {"GET": attachments.own},
        "/v1/obligations": {"GET": lists.obligations},
        "/v1/statistics": {"GET": lists.statistics},
        "/v1/events": {"GET": lists.events},
        "/v1/audit": {"GET": audit.searched},
        "/v1/audit/export": {"GET": audit.exported},
        "/v1/authorities": {"GET": lists.authorities},
        "/v1/parties": {"GET": lists.parties},
        "/v1/agreements": {"GET": lists.agreements},
        "/v1/accounts": {"GET": people.accounts_listed, "POST": people.account_opened},
        "/v1/accounts/{login}": {"GET": people.account},
        "/v1/accounts/{login}/changes": {"POST": people.account_changed},
        "/v1/substitutions": {"GET": people.substitutions_listed, "POST": people.substitution_entered},
        "/v1/substitutions/{substitution}": {"GET": people.substitution},
        "/v1/substitutions/{substitution}/revoke": {"POST": people.substitution_revoked},
        "/v1/tokens": {"GET": people.tokens_listed, "POST": people.token_made},
        "/v1/tokens/{number}/revoke": {"POST": people.token_revoked},
        "/v1/proposals": {"GET": proposals.listed, "POST": proposals.proposed},
        "/v1/proposals/{proposal}/confirm": {"POST": proposals.confirmed},
        "/v1/proposals/{proposal}/decline": {"POST": proposals.declined},
        **registry.handlers(),
        "/healthz": {"GET": operations.healthz},
        "/readyz": {"GET": operations.readyz(added.parts)},
        "/metrics": {"GET": operations.metrics(figures)},
    }
    if mode is Mode.SANDBOX:
        table |= sandbox.handlers(works)
    table |= added.handlers
    table |= reference.handlers(sandbox=mode is Mode.SANDBOX, more=added.operations)
    return table


def routes(entrance: Entrance, figures: Figures, works: Sequence[Work], more: Extension | None = None) -> list[Route]:
    """Return the routes of an application."""
    table = handlers(figures, entrance.runtime.mode, works, more)
    return [Route(path, Endpoint(path, methods, entrance)) for path, methods in table.items()]
