"""Who may do what, as tables: every object with every verb, and what each role of each authority is answered.

They are written from the Protocol and the contract, and know nothing of `exchange.core.access`. A part of the product
adds its rows to `ROWS` and `PAGES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from exchange.api import catalogue_registry, examples
from schemas.vocabulary import ActKind, Role

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

OF_KZ: Final = {"requesting", "neighbour"}


def of_its_party(*roles: Role) -> Expected:
    """Expect what only Kazakhstan's bodies may say to the registry, by those who speak for them (Article 4)."""
    return lambda of, role: GRANTED if of in OF_KZ and role in roles else 403


def forms_of(*roles: Role) -> Expected:
    """Expect that those with the role have a form, and that for the others there is none."""
    return lambda _of, role: GRANTED if role in roles else 404


NOTICES: Final = "/v1/registry/notices"

TOO_EARLY: Final = {**catalogue_registry.END, "until": "2000-01-01"}

REGISTRY: Final = (
    Row("registry: notify", "POST", NOTICES, of_its_party(HEAD, Role.SYSTEM), TOO_EARLY),
    Row("registry: acknowledge", "POST", f"{NOTICES}/{{notice}}/acknowledgements", only(HEAD, Role.SYSTEM), {}),
    *(
        Row(f"registry: acknowledge, {which} number", "POST", f"{NOTICES}/{number}/acknowledgements", nowhere, {})
        for which, number in {"unknown": "999999", "malformed": "x"}.items()
    ),
    Row("registry: treaty notice", "POST", "/v1/registry/treaty-notices", only(), catalogue_registry.WITHDRAWAL),
    Row("registry: agreement", "POST", "/v1/registry/agreements", only(), catalogue_registry.CHANNEL),
    Row("registry: a body over time", "GET", "/v1/registry/authorities/BY-MVD", everybody),
    Row("registry: notice", "GET", f"{NOTICES}/{{notice}}", everybody),
)

ROWS: Final = (*REGISTRY, *LISTS, *REQUESTS, *ACTS, *FOREIGN_ACTS, *DRAFTS, *ATTACHMENTS, *ADMINISTERING)

RETURNING: Final = {"version": "99", "remarks": "а"}

SIGNING: Final = {"version": "99", "digest": "0", "do": "sign"}

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
    Row("page: registry", "GET", "/registry", everybody),
    Row("page: a body of the registry", "GET", "/registry/authorities/BY-MVD", everybody),
    Row("page: notices", "GET", "/registry/notices", everybody),
    Row("page: notice", "GET", "/registry/notices/{notice}", everybody),
    Row("page: unknown notice", "GET", "/registry/notices/999999", nowhere),
    Row("page: acknowledge", "POST", "/registry/notices/{notice}/acknowledge", only(HEAD), {}),
    Row("page: form of a notice", "GET", "/registry/new/designation", forms_of(HEAD)),
    Row("page: notify", "POST", "/registry/new/end", forms_of(HEAD), {"key": "1"}),
    Row("page: form of the Secretariat's", "GET", "/registry/new/withdrawal", nowhere),
    Row("page: drafts", "GET", "/drafts", everybody),
    Row("page: new draft", "GET", "/drafts/new", only(*DRAFTING)),
    Row("page: draft", "GET", "/drafts/{draft}", of_own),
    Row("page: save a draft", "POST", "/drafts/{draft}", own_only(*DRAFTING), {"version": "99", "do": "save"}),
    Row("page: drop a draft", "POST", "/drafts/{draft}/drop", own_only(*DRAFTING), {"version": "99"}),
    Row("page: return a draft", "POST", "/drafts/{draft}/return", own_only(*DRAFTING), RETURNING),
    Row("page: what would be signed", "GET", "/drafts/{draft}/sign", of_own),
    Row("page: sign", "POST", "/drafts/{draft}/sign", own_only(*SIGNERS), SIGNING),
    *(
        Row(f"page: {verb} of {which} draft", method, f"/drafts/{gap}{rest}", nowhere, value)
        for verb, method, rest, value in (
            ("words", "GET", "", None),
            ("bytes", "GET", "/sign", None),
            ("signature", "POST", "/sign", {"version": "1", "digest": "0", "do": "sign"}),
            ("return", "POST", "/return", RETURNING),
            ("drop", "POST", "/drop", {"version": "1"}),
        )
        for which, gap in {"another's": "{foreign_draft}", "an unknown": "{unknown}"}.items()
    ),
    Row("page: letter", "GET", "/requests/{request}/letters/1.pdf", of_parties),
    *(
        Row(f"page: letter, {which} id", "GET", f"/requests/{gap}/letters/1.pdf", nowhere)
        for which, gap in WRONG_IDS.items()
    ),
    Row("page: code of a letter", "GET", "/verify-letter", everybody),
    Row("page: letters to send", "GET", "/dispatch", everybody),
    Row("page: another's letter to send", "POST", "/dispatch/{foreign}/1", nowhere, {}),
    Row("page: audit", "GET", "/audit", only(Role.AUDITOR)),
)

SCOPED: Final = {
    "read": {"list: requests": GRANTED, "request: read": GRANTED, "request: note": 403, "metrics": 403},
    "measure": {"list: requests": 403, "request: read": 403, "request: note": 403, "metrics": GRANTED},
    "act": {"list: requests": 403, "request: read": 403, "request: note": GRANTED, "draft: begin": 403},
    "attach": {"attachment: upload": GRANTED, "attachment: own": 403, "request: note": 403},
}
"""What a system's token may do that is narrowed to one right."""
