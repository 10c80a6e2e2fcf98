"""Every address of the module's pages; none of them carries anything but ids and opaque filters."""

from collections.abc import Mapping

from starlette.routing import Route

from exchange.protection.module import Module
from exchange.protection.web.chamber import SEEING, Chamber, Work
from exchange.protection.web.pages import (
    act,
    agreements,
    content,
    desk,
    entries,
    item,
    items,
    lists,
    new,
    papers,
    people,
    releases,
    visits,
)
from exchange.web.house import House
from exchange.web.page import Page

__all__ = ["SEEING", "routes"]


def works() -> Mapping[str, Mapping[str, Work]]:
    """Return the addresses with what they do."""
    return {
        "/protection": {"GET": desk.show},
        "/protection/items": {"GET": items.listed},
        "/protection/items/new": {"GET": new.show, "POST": new.send},
        "/protection/items/{item}": {"GET": item.show},
        "/protection/items/{item}/record": {"GET": lists.record},
        "/protection/items/{item}/copies": {"GET": lists.copies},
        "/protection/items/{item}/content": {"GET": content.show, "POST": content.read},
        "/protection/items/{item}/acts/{act}": {"GET": act.show, "POST": act.send},
        "/protection/items/{item}/papers/{kind}.pdf": {"GET": papers.of_item},
        "/protection/people": {"GET": people.show},
        "/protection/people/clearances": {"GET": people.CLEARANCE.empty, "POST": people.CLEARANCE.send},
        "/protection/people/clearances/{clearance}/end": {"POST": people.end_clearance},
        "/protection/people/grants": {"GET": people.new_grant, "POST": people.GRANT.send},
        "/protection/people/grants/{grant}/end": {"POST": people.end_grant},
        "/protection/releases": {"GET": releases.listed},
        "/protection/releases/new": {"GET": releases.new, "POST": releases.PROPOSE.send},
        "/protection/releases/{release}": {"GET": releases.show},
        "/protection/releases/{release}/record": {"GET": releases.RECORD.show},
        "/protection/releases/{release}/proposal.pdf": {"GET": papers.proposal},
        "/protection/releases/{release}/acts/{act}": {"GET": releases.ACT.empty, "POST": releases.ACT.send},
        "/protection/visits": {"GET": visits.listed},
        "/protection/visits/new": {"GET": visits.new, "POST": visits.LETTER.send},
        "/protection/visits/{visit}": {"GET": visits.show},
        "/protection/visits/{visit}/record": {"GET": visits.RECORD.show},
        "/protection/visits/{visit}/letter.pdf": {"GET": papers.letter},
        "/protection/visits/{visit}/acts/{act}": {"GET": visits.ANSWER.empty, "POST": visits.ANSWER.send},
        "/protection/entries": {"GET": entries.listed},
        "/protection/entries/new/{regime}/{kind}": {"GET": entries.ENTRY.empty, "POST": entries.ENTRY.send},
        "/protection/agreements": {"GET": agreements.show},
        "/protection/agreements/{kind}": {"GET": agreements.WORD.empty, "POST": agreements.WORD.send},
    }


def routes(house: House, module: Module, note: str) -> list[Route]:
    """Return the routes; `note` is where the scope keeps an address's pattern."""
    chamber = Chamber.of(house, module)
    return [
        Route(path, Page(path, {method: chamber.bound(work) for method, work in table.items()}, chamber.house, note))
        for path, table in works().items()
    ]
