"""Who may do what, asked of a live node: every actor at every object with every verb, and with ids that are not theirs.

What is expected stands in the tables of this file alone, written from the Protocol and the contract, and knows nothing
of `exchange.core.access`. A part of the product adds its rows to `ROWS` and `PAGES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from exchange.api import examples
from schemas.vocabulary import ActKind, Role
from tests.api.house import NOW, SUBMISSION, Node
from tests.web.house import OWN, Reader

GRANTED: Final = 0
"""Anything but a refusal of the caller: what was sent may still be stale or unlawful."""

AUTHORITIES: Final = {
    "KZ-MVD": "requesting",
    "RU-FSB": "holder",
    "RU-MVD": "former",
    "KZ-NSC": "neighbour",
    "AM-POL": "stranger",
}
"""What each is to the request: it went to RU-MVD, which passed it on. The last two have no part in it."""

PARTIES: Final = {"requesting", "holder", "former"}
PEOPLE: Final = tuple(role for role in Role if role is not Role.SYSTEM)
OFFICERS: Final = {Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
SIGNERS: Final = {Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
ATTACHING: Final = OFFICERS | {Role.REGISTRAR}

REQUESTING_ACTS: Final = {
    ActKind.CONFIRM,
    ActKind.PROVIDE_INFORMATION,
    ActKind.ACCEPT_CONDITIONS,
    ActKind.DECLINE_CONDITIONS,
    ActKind.WITHDRAW,
    ActKind.ASK_PRESENCE,
    ActKind.ASK_OTHER_USE,
}
EITHER_ACTS: Final = {
    ActKind.PROPOSE_TERM,
    ActKind.AGREE_TERM,
    ActKind.OPEN_CONSULTATION,
    ActKind.CLOSE_CONSULTATION,
    ActKind.PROPOSE_COSTS,
    ActKind.AGREE_COSTS,
    ActKind.NOTE,
}

Expected = Callable[[str, Role], int]


@dataclass(frozen=True)
class Row:
    """One verb on one object; `address` may name gaps of the world, `expected` is asked with relation and role."""

    name: str
    method: str
    address: str
    expected: Expected
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def everybody(_of: str, _role: Role) -> int:
    return GRANTED


def nowhere(_of: str, _role: Role) -> int:
    return 404


def of_parties(of: str, _role: Role) -> int:
    return GRANTED if of in PARTIES else 404


def of_own(of: str, _role: Role) -> int:
    """Expect what is KZ-MVD's, for all of it."""
    return GRANTED if of == "requesting" else 404


def only(*roles: Role) -> Expected:
    return lambda _of, role: GRANTED if role in roles else 403


def own_only(*roles: Role, hidden: bool = False) -> Expected:
    """Expect what is KZ-MVD's, for some of its roles; `hidden`: others do not even learn that it is not theirs."""

    def expected(of: str, role: Role) -> int:
        if of != "requesting":
            return 403 if hidden and role not in roles else 404
        return GRANTED if role in roles else 403

    return expected


def foreign(*roles: Role) -> Expected:
    """Expect that those with the role find nothing, and that the others may not even look."""
    return lambda _of, role: 404 if role in roles else 403


def act(kind: ActKind) -> Expected:
    """Who may do an act on the request, whatever its state."""
    signed = kind is ActKind.CONFIRM
    roles = {Role.REGISTRAR, Role.SYSTEM} if kind is ActKind.RECEIVE else SIGNERS if signed else OFFICERS
    sides = {"requesting", "holder"}
    if kind not in EITHER_ACTS:
        sides = {"requesting"} if kind in REQUESTING_ACTS else {"holder"}

    def expected(of: str, role: Role) -> int:
        if of not in PARTIES:
            return 404
        return GRANTED if of in sides and role in roles else 403

    return expected


STALE: Final = {"If-Match": '"0"'}
"""An act that nobody is kept from comes too late: nothing is changed, and that is said after who may."""

ACTS: Final = tuple(
    Row(f"request: {kind}", "POST", "/v1/requests/{request}/acts", act(kind), examples.act(kind), STALE)
    for kind in sorted(set(ActKind) - {ActKind.SUBMIT})
)
LISTS: Final = tuple(
    Row(f"list: {path}", "GET", f"/v1/{path}", everybody)
    for path in ("requests", "obligations", "statistics", "events", "authorities", "parties", "agreements", "drafts")
)
OF_REQUEST: Final = {
    "request: read": "",
    "request: record": "/record",
    "request: letter": "/letter.pdf",
    "request: letter of an act": "/acts/1/letter.pdf",
    "request: attachment": "/attachments/{attachment}",
}
WRONG_IDS: Final = {"another's": "{foreign}", "malformed": "x", "unknown": "{unknown}"}
REQUESTS: Final = tuple(
    Row(name, "GET", f"/v1/requests/{{request}}{rest}", of_parties) for name, rest in OF_REQUEST.items()
) + tuple(
    Row(f"{name}, {which} id", "GET", f"/v1/requests/{gap}{rest}", nowhere)
    for name, rest in OF_REQUEST.items()
    for which, gap in WRONG_IDS.items()
)
FOREIGN_ACTS: Final = tuple(
    Row(f"request: note, {which} id", "POST", f"/v1/requests/{gap}/acts", nowhere, examples.act(ActKind.NOTE), STALE)
    for which, gap in WRONG_IDS.items()
)

DRAFTING: Final = tuple(OFFICERS)
DRAFTS: Final = (
    Row("draft: begin", "POST", "/v1/drafts", only(*DRAFTING), {"kind": "submit", "body": {"reference": "1"}}),
    Row("draft: read", "GET", "/v1/drafts/{draft}", of_own),
    Row("draft: save", "PUT", "/v1/drafts/{draft}", own_only(*DRAFTING), {"body": {}}, {"If-Match": '"99"'}),
    Row("draft: send", "POST", "/v1/drafts/{draft}/sendings", own_only(*DRAFTING), {"version": 99}),
    Row("draft: drop", "POST", "/v1/drafts/{draft}/drops", own_only(*DRAFTING), {"version": 99}),
    *(Row(f"draft: read, {which} id", "GET", f"/v1/drafts/{gap}", nowhere) for which, gap in
      {"another's": "{foreign_draft}", "malformed": "x", "unknown": "{unknown}"}.items()),
)  # fmt: skip

ATTACHMENTS: Final = (
    Row("attachment: upload", "POST", "/v1/attachments?name=a.txt", only(*ATTACHING), b"text"),
    Row("attachment: own", "GET", "/v1/attachments/{attachment}", of_own),
    Row("attachment: another's", "GET", "/v1/attachments/{foreign_attachment}", nowhere),
    Row("attachment: malformed", "GET", "/v1/attachments/x", nowhere),
)

TAKEN: Final = {"login": "kz-mvd.head", "name": "а", "post": "б", "role": "officer"}
ORDER: Final = {
    "absent": "nobody.nn",
    "substitute": "nobody.mm",
    "order_number": "1",
    "order_date": "2026-03-01",
    "since": "2026-03-01",
    "until": "2026-03-02",
}
OPERATOR, HEAD = Role.OPERATOR, Role.HEAD
DECIDING: Final = (OPERATOR, HEAD)
ADMINISTERING: Final = (
    Row("account: list", "GET", "/v1/accounts", only(OPERATOR)),
    Row("account: open", "POST", "/v1/accounts", only(OPERATOR), TAKEN),
    Row("account: read", "GET", "/v1/accounts/{login}", own_only(OPERATOR, hidden=True)),
    Row(
        "account: change", "POST", "/v1/accounts/{login}/changes", own_only(OPERATOR, hidden=True), {"change": "enable"}
    ),
    *(
        Row(f"account: {verb}, {which} login", method, f"/v1/accounts/{gap}{rest}", foreign(OPERATOR), value)
        for verb, method, rest, value in (
            ("read", "GET", "", None),
            ("change", "POST", "/changes", {"change": "disable"}),
        )
        for which, gap in {"another's": "{foreign_login}", "unknown": "nobody.nn"}.items()
    ),
    Row("account: read, malformed login", "GET", "/v1/accounts/%00", foreign(OPERATOR)),
    Row("account: change, malformed login", "POST", "/v1/accounts/%00/changes", nowhere, {"change": "disable"}),
    Row("token: list", "GET", "/v1/tokens", only(OPERATOR)),
    Row("token: give out", "POST", "/v1/tokens", only(OPERATOR), {"label": "а", "role": "system", "scopes": ["no"]}),
    Row("token: revoke", "POST", "/v1/tokens/{token}/revoke", own_only(OPERATOR, hidden=True), {}),
    *(
        Row(f"token: revoke, {which} number", "POST", f"/v1/tokens/{gap}/revoke", expected, {})
        for which, gap, expected in (
            ("another's", "{foreign_token}", foreign(OPERATOR)),
            ("malformed", "-1", nowhere),
            ("unknown", "999999", foreign(OPERATOR)),
        )
    ),
    Row("proposal: list", "GET", "/v1/proposals", only(OPERATOR, HEAD)),
    Row("proposal: make", "POST", "/v1/proposals", only(OPERATOR), {"change": "open", **TAKEN, "role": "head"}),
    Row("proposal: confirm, another's", "POST", "/v1/proposals/{foreign_proposal}/confirm", foreign(HEAD), {}),
    Row("proposal: decline, another's", "POST", "/v1/proposals/{foreign_proposal}/decline", foreign(*DECIDING), {}),
    Row("proposal: confirm", "POST", "/v1/proposals/{proposal}/confirm", own_only(HEAD, hidden=True), {}),
    Row("proposal: decline", "POST", "/v1/proposals/{proposal}/decline", own_only(OPERATOR, HEAD, hidden=True), {}),
    Row("substitution: list", "GET", "/v1/substitutions", everybody),
    Row("substitution: enter", "POST", "/v1/substitutions", only(HEAD), ORDER),
    Row("substitution: read", "GET", "/v1/substitutions/{substitution}", of_own),
    Row("substitution: revoke", "POST", "/v1/substitutions/{substitution}/revoke", own_only(HEAD), {}),
    *(
        Row(f"substitution: {verb}, {which} id", method, f"/v1/substitutions/{gap}{rest}", nowhere, value)
        for verb, method, rest, value in (("read", "GET", "", None), ("revoke", "POST", "/revoke", {}))
        for which, gap in {"another's": "{foreign_order}", "malformed": "x", "unknown": "{unknown}"}.items()
    ),
    Row("audit: search", "GET", "/v1/audit", only(Role.AUDITOR)),
    Row("audit: export", "GET", "/v1/audit/export", only(Role.AUDITOR)),
    Row("metrics", "GET", "/metrics", only(OPERATOR, Role.SYSTEM)),
    Row("registry: notices", "GET", "/v1/registry/notices", everybody),
    Row("registry: export", "GET", "/v1/registry/export", only(HEAD, Role.SYSTEM)),
    Row("registry: notice, malformed number", "GET", "/v1/registry/notices/x", nowhere),
    Row("registry: notice, unknown number", "GET", "/v1/registry/notices/999999", nowhere),
)
ROWS: Final = (*LISTS, *REQUESTS, *ACTS, *FOREIGN_ACTS, *DRAFTS, *ATTACHMENTS, *ADMINISTERING)

PAGES: Final = (
    Row("page: dashboard", "GET", "/", everybody),
    Row("page: list", "GET", "/requests", everybody),
    Row("page: request", "GET", "/requests/{request}", of_parties),
    Row("page: form of an act", "GET", "/requests/{request}/acts/note", of_parties),
    *(Row(f"page: request, {which} id", "GET", f"/requests/{gap}", nowhere) for which, gap in WRONG_IDS.items()),
    Row("page: own account", "GET", "/account", everybody),
    Row("page: accounts", "GET", "/accounts", only(OPERATOR)),
    Row("page: account", "GET", "/accounts/{login}", own_only(OPERATOR, hidden=True)),
    Row("page: another's account", "GET", "/accounts/{foreign_login}", foreign(OPERATOR)),
    Row("page: open an account", "POST", "/accounts", only(OPERATOR), TAKEN),
    Row("page: change another's account", "POST", "/accounts/{foreign_login}", foreign(OPERATOR), {"change": "reset"}),
    Row("page: tokens", "GET", "/tokens", only(OPERATOR)),
    Row("page: give out a token", "POST", "/tokens", only(OPERATOR), {"label": "а", "role": "system", "scopes": "no"}),
    Row("page: revoke another's token", "POST", "/tokens/{foreign_token}/revoke", foreign(OPERATOR), {}),
    Row("page: proposals", "GET", "/proposals", only(OPERATOR, HEAD)),
    Row("page: confirm another's proposal", "POST", "/proposals/{foreign_proposal}/confirm", foreign(HEAD), {}),
    Row("page: decline another's proposal", "POST", "/proposals/{foreign_proposal}/decline", foreign(*DECIDING), {}),
    Row("page: substitutions", "GET", "/substitutions", everybody),
    Row("page: enter a substitution", "POST", "/substitutions", only(HEAD), {**ORDER, "key": "1"}),
    Row("page: revoke another's substitution", "POST", "/substitutions/{foreign_order}/revoke", nowhere, {}),
    Row("page: letters to send", "GET", "/dispatch", everybody),
    Row("page: another's letter to send", "POST", "/dispatch/{foreign}/1", nowhere, {}),
    Row("page: audit", "GET", "/audit", only(Role.AUDITOR)),
)
SIZE: Final = len(AUTHORITIES) * (len(ROWS) * len(Role) + len(PAGES) * len(PEOPLE))


async def made(node: Node, path: str, by: str, role: Role, value: Any) -> dict[str, Any]:
    """Make an object and return it."""
    answer = await node.call("POST", path, by, role, value=value)
    assert answer.status_code == 201, (path, answer.text)
    return dict(answer.json())


async def world(node: Node) -> dict[str, str]:
    """Make an object of every kind of KZ-MVD's, and one of every kind of BY-MVD's, with which nobody here has to do."""
    found = {"unknown": str(uuid4())}
    for side, by, to in (("", "KZ-MVD", "RU-MVD"), ("foreign_", "BY-MVD", "TJ-MVD")):
        file = await node.upload(by.encode(), "a.txt", by=by)
        attachment = file.json()["id"]
        request = await made(node, "/v1/requests", by, Role.SYSTEM, SUBMISSION | {"requested_authority": to})
        await node.done(request, by, "note", text="а", attachments=[attachment])
        account = TAKEN | {"login": f"{by.lower()}.person"}
        order = ORDER | {"absent": f"{by.lower()}.head", "substitute": f"{by.lower()}.officer"}
        token = {"label": "а", "role": "auditor", "days": 1}
        proposal = {"change": "role", "login": account["login"], "role": "head", "post": "а"}
        draft = {"kind": "submit", "body": {"reference": "1"}}
        found |= {
            f"{side}attachment": attachment,
            f"{side}login": (await made(node, "/v1/accounts", by, OPERATOR, account))["login"],
            f"{side}token": str((await made(node, "/v1/tokens", by, OPERATOR, token))["number"]),
            f"{side}proposal": str((await made(node, "/v1/proposals", by, OPERATOR, proposal))["number"]),
            f"{side}draft": (await made(node, "/v1/drafts", by, Role.OFFICER, draft))["id"],
            "foreign_order" if side else "substitution": (await made(node, "/v1/substitutions", by, HEAD, order))["id"],
            "foreign" if side else "request": request["id"],
        }
        if not side:
            await node.done(request, to, "redirect", to_authority="RU-FSB", reason="а")
    return found


def told(answer: httpx.Response, expected: int) -> bool:
    """Tell whether an answer is as expected; a page that asks to sign in is no grant."""
    if expected != GRANTED:
        return answer.status_code == expected
    return (
        answer.status_code not in {401, 403, 404}
        and answer.status_code < 500
        and "/sign-in" not in answer.headers.get("location", "")
    )


async def call(node: Node, row: Row, by: str, role: Role, ids: Mapping[str, str]) -> httpx.Response:
    """Call as an actor."""
    path = row.address.format_map(ids)
    if isinstance(row.value, bytes):
        headers = {**await node.headers(by, role), "Content-Type": "text/plain"}
        return await node.http.request(row.method, path, content=row.value, headers=headers)
    return await node.call(row.method, path, by, role, value=row.value, headers=row.headers)


@pytest.mark.parametrize("authority", AUTHORITIES, ids=lambda code: f"{code} of {SIZE} cells")
async def test_every_actor_at_every_object_with_every_verb(node: Node, authority: str) -> None:
    await node.open_clock()
    ids, wrong = await world(node), []
    for role in Role:
        for row in ROWS:
            answer, expected = await call(node, row, authority, role, ids), row.expected(AUTHORITIES[authority], role)
            if not told(answer, expected):
                wrong.append((row.name, role.value, expected or "granted", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("authority", AUTHORITIES, ids=lambda code: f"{code} of {SIZE} cells")
async def test_every_person_at_every_page(node: Node, authority: str) -> None:
    await node.open_clock()
    ids, wrong = await world(node), []
    for role in PEOPLE:
        transport = httpx.ASGITransport(app=node.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://node", headers=OWN) as http:
            await http.post("/sign-in", data={"authority": authority, "role": role})
            token = Reader((await http.get("/account")).text).hidden()["token"]
            for row in PAGES:
                sent = None if row.value is None else {**row.value, "token": token}
                answer = await http.request(row.method, row.address.format_map(ids), data=sent)
                expected = row.expected(AUTHORITIES[authority], role)
                if not told(answer, expected):
                    wrong.append((row.name, role.value, expected or "granted", answer.status_code))
    assert wrong == []


async def test_who_is_not_signed_in_gets_nothing(node: Node) -> None:
    ids = await world(node)
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer px_{'a' * 43}"}):
        for row in ROWS:
            content = row.value if isinstance(row.value, bytes) else b"{}"
            answer = await node.http.request(row.method, row.address.format_map(ids), content=content, headers=headers)
            assert answer.status_code == 401, row.name
    for row in PAGES:
        answer = await node.http.request(row.method, row.address.format_map(ids), headers={"Accept": "text/html"})
        assert answer.status_code in {303, 401, 403, 415}, row.name


SCOPED: Final = {
    "read": {"list: requests": GRANTED, "request: read": GRANTED, "request: note": 403, "metrics": 403},
    "measure": {"list: requests": 403, "request: read": 403, "request: note": 403, "metrics": GRANTED},
    "act": {"list: requests": 403, "request: read": 403, "request: note": GRANTED, "draft: begin": 403},
    "attach": {"attachment: upload": GRANTED, "attachment: own": 403, "request: note": 403},
}
"""What a system's token may do that is narrowed to one right."""


@pytest.mark.parametrize("scope", SCOPED)
async def test_a_token_narrowed_to_one_right_has_no_other(node: Node, scope: str) -> None:
    await node.open_clock()
    ids = await world(node)
    wanted = {"label": "а", "role": "system", "scopes": [scope]}
    narrow = (await made(node, "/v1/tokens", "KZ-MVD", OPERATOR, wanted))["token"]
    for row in ROWS:
        content = row.value if isinstance(row.value, bytes) else None
        answer = await node.http.request(
            row.method,
            row.address.format_map(ids),
            content=content,
            json=None if content else row.value,
            headers={"Authorization": f"Bearer {narrow}", **row.headers},
        )
        expected = SCOPED[scope].get(row.name)
        if expected is not None:
            assert told(answer, expected), (row.name, answer.status_code)
        elif scope != "read" and row.method == "GET" and row.name != "metrics":
            assert answer.status_code in {403, 404}, row.name


async def test_a_token_tells_when_it_was_used_to_the_minute(node: Node) -> None:
    wanted = {"label": "а", "role": "system"}
    given = await made(node, "/v1/tokens", "KZ-MVD", OPERATOR, wanted)
    headers = {"Authorization": f"Bearer {given['token']}"}

    async def used() -> Any:
        return (await node.get("/v1/tokens", role=OPERATOR)).json()["items"][0]["used_at"]

    assert await used() is None
    await node.http.get("/v1/requests", headers=headers)
    first = await used()
    assert first == NOW.isoformat().replace("+00:00", "Z")
    node.clock.advance(seconds=59)
    await node.http.get("/v1/requests", headers=headers)
    assert await used() == first
    node.clock.advance(seconds=1)
    await node.http.get("/v1/requests", headers=headers)
    assert await used() == "2026-03-01T09:01:00Z"
    assert (await node.call("POST", f"/v1/tokens/{given['number']}/revoke", role=OPERATOR, value={})).status_code == 200
    assert (await node.http.get("/v1/requests", headers=headers)).status_code == 401
