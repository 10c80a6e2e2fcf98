"""Signing power proposed by an operator and confirmed by the head, always of the caller's own authority.

What confirms gives out a secret (a set-up code, a token), which is not kept for a retry: it takes no Idempotency-Key.
"""

import re
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.entrance import Answer, Entrance, Incoming
from exchange.api.once import once
from exchange.api.problems import Fault
from exchange.core.access import Verb, may
from exchange.core.errors import NotThere
from exchange.runtime import Mode, new_token, token_digest
from exchange.service import proposals
from exchange.service.proposals import PROPOSED
from schemas.proposals import ProposalProof, ProposalView

PROOF: Final = TypeAdapter(ProposalProof)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")


async def listed(entrance: Entrance, request: Request) -> Response:
    """List the proposals, the latest first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        before, limit = asked.placed(int), asked.limit()
        asked.done()
        items, following = await proposals.listed(conn, call.actor, before=before, limit=limit)
        return query.page(items, query.place_of(str(following)) if following else None, limit)


async def proposed(entrance: Entrance, request: Request) -> Response:
    """Propose signing power."""
    async with entrance.writing(request) as incoming:
        wanted, call = shape.shaped(PROPOSED, incoming.document, tagged=True), incoming.call
        sandbox = entrance.runtime.mode is Mode.SANDBOX

        async def work() -> Answer:
            return _kept(await proposals.propose(incoming.conn, call.actor, wanted, call.now, sandbox=sandbox), 201)

        return await once(incoming, work, entitled=may(call.actor, Verb.ADMINISTER))


async def confirmed(entrance: Entrance, request: Request) -> Response:
    """Confirm a proposal; the answer alone bears what it gives out."""
    async with entrance.writing(request) as incoming:
        proof, call, runtime = shape.shaped(PROOF, incoming.document), incoming.call, entrance.runtime
        token, number = new_token(runtime.mode), _number(request)
        view = await proposals.confirm(
            incoming.conn, runtime.gate, call.actor, number, proof, token_digest(token), call.now, runtime.clock()
        )
        return _kept(proposals.bearing(view, token)).response()


async def declined(entrance: Entrance, request: Request) -> Response:
    """Decline a proposal, or take it back."""
    async with entrance.writing(request) as incoming:
        call, number = incoming.call, _number(request)
        _nothing(incoming)

        async def work() -> Answer:
            return _kept(await proposals.decline(incoming.conn, call.actor, number, call.now))

        entitled = may(call.actor, Verb.ADMINISTER) or may(call.actor, Verb.SUBSTITUTE)
        return await once(incoming, work, entitled=entitled)


def _number(request: Request) -> int:
    """Return the number that the address names; raise NotThere for what is none."""
    text = str(request.path_params["proposal"])
    if not _NUMBER.fullmatch(text):
        raise NotThere
    return int(text)


def _nothing(incoming: Incoming) -> None:
    """Raise Fault unless the body is an empty object."""
    if incoming.document.value != {}:
        raise Fault("invalid_shape", shape.NOTHING)


def _kept(view: ProposalView, status: int = 200) -> Answer:
    return Answer(status, view.model_dump_json().encode())
