"""A second, deliberately naive reading of the catalogue: plain conditions, nothing from the product's data or code.

Each function says yes or no to one case, as sections 2 to 6 of the catalogue have it. `in_force` holds `A`, `KA`, `KL`.
"""

SIX = ("AM", "BY", "KZ", "KG", "RU", "TJ")
DEGREES = ("special_importance", "top_secret", "secret")
RANK = {"special_importance": 5, "top_secret": 4, "secret": 3, "confidential": 2, "restricted": 1}
SCHEMES = {
    "KZ": ("special_importance", "top_secret", "secret", "restricted"),
    "LT": ("top_secret", "secret", "confidential", "restricted"),
    **dict.fromkeys(("AM", "BY", "KG", "RU", "TJ", "CSTO"), DEGREES),
}


def regimes(one: str, other: str, in_force: frozenset[str]) -> frozenset[str]:
    """Section 2 to 4: who is bound by what; `CSTO-CLUB` is no standing working body, so no body of the organisation."""
    found = set()
    first, second = one.split("-", maxsplit=1)[0], other.split("-", maxsplit=1)[0]
    if first == second:
        return frozenset()
    bound = [body.split("-")[0] in SIX or body in {"CSTO-SEC", "CSTO-JS"} for body in (one, other)]
    if "A" in in_force and all(bound):
        found.add("A")
    if "KA" in in_force and {first, second} == {"KZ", "AM"}:
        found.add("KA")
    if "KL" in in_force and {first, second} == {"KZ", "LT"}:
        found.add("KL")
    return frozenset(found)


def markable(sender: str, mark: str, which: frozenset[str]) -> bool:
    """A-3, KA-2, KL-3: the recipient has an equal mark under everything that applies."""
    if which & {"A", "KA"} and mark not in DEGREES:
        return False
    if "KL" in which:
        if sender.startswith("KZ") and mark not in {"top_secret", "secret", "restricted"}:
            return False
        if sender.startswith("LT") and mark not in {"top_secret", "secret", "confidential", "restricted"}:
            return False
    return bool(which)


def may_release(
    sender: str,
    recipient: str,
    mark: str,
    in_force: frozenset[str],
    *,
    own_consent: bool,
    cleared: bool,
    procedure: str,
) -> bool:
    """A-6.1, KA-5.2, KA-5.3, KL-6.1, KL-8, R-3, R-11."""
    which = regimes(sender, recipient, in_force)
    if not markable(sender, mark, which):
        return False
    if "KA" in which and not (own_consent and cleared):
        return False
    if "KL" in which and recipient == "LT-FIRM" and not cleared:
        return False
    if sender.startswith("KZ") and mark != "restricted":
        return procedure == "approved"
    return True


def may_dispatch(  # noqa: PLR0911 - plain answers, one after another
    sender: str,
    recipient: str,
    mark: str,
    in_force: frozenset[str],
    *,
    channel: str,
    means: str,
    agreed: bool,
    standing: bool,
    transport: bool,
) -> bool:
    """A-6.2, A-11, KA-5.6, KA-5.7, KA-6.7, KL-6.2, R-12, R-13."""
    which = regimes(sender, recipient, in_force)
    if not markable(sender, mark, which):
        return False
    if "KA" in which and not standing:
        return False
    kazakh_secret = sender.startswith("KZ") and mark != "restricted"
    if kazakh_secret and channel == "authorised_service":
        return False
    if kazakh_secret and channel != "electronic" and not transport:
        return False
    if channel == "diplomatic":
        return True
    if channel == "courier":
        return bool(which & {"A", "KA"}) or agreed
    if channel == "authorised_service":
        return agreed
    return bool(which & {"KA", "KL"}) and means == "both"


def may_read(
    body: str,
    mark: str,
    which: frozenset[str],
    *,
    holds: bool,
    role_reads: bool,
    clearance: tuple[str, str] | None,
    ended: bool,
    grant: str,
    purpose_fits: bool,
) -> bool:
    """A-5.2, A-5.4, A-5.5, KA-4, KL-4: all of it must hold. `clearance` is its issuer and its mark."""
    if not holds or not role_reads or grant != "right" or not purpose_fits:
        return False
    if mark == "restricted":
        return True
    if clearance is None or ended:
        return False
    issuer, degree = clearance
    own = body.split("-", maxsplit=1)[0]
    recognised = issuer == own or ("A" in which and issuer in SIX and (own in SIX or own == "CSTO"))
    return recognised and RANK[degree] >= RANK[mark]


def may_use(  # noqa: PLR0911 - likewise
    act: str,
    mark: str,
    which: frozenset[str],
    said: str,
    *,
    crisis: bool = False,
    first_national: bool = False,
    recipient: str = "",
    parties: frozenset[str] = frozenset(),
) -> bool:
    """Section 6, row by row. `said` is who consented: `giver`, `competent` (of its Party) or something useless."""
    giver, party = said == "giver", said in {"giver", "competent"}
    if act == "copy":
        return not (needs_copy(mark, which) and not giver)
    if act == "translate":
        free = which == {"KL"} and first_national
        return not (needs_copy(mark, which) and not free and not giver)
    if act in {"regrade", "declassify"}:
        return not (which & {"A", "KA"} and not giver) and not ("KL" in which and not party)
    if act == "return":
        return not (which & {"A", "KA"} and not giver)
    if act == "destroy":
        if which & {"A", "KA"} and not giver:
            return False
        if "KL" in which and not crisis:
            return mark == "restricted" or (mark in {"secret", "confidential"} and giver)
        return True
    return _third_party(which, said, recipient, parties)


def needs_copy(mark: str, which: frozenset[str]) -> bool:
    """KA-6.5 for every mark; KL-7.1 for the two highest, and what was raised above them; A-N7 asks for no consent."""
    return "KA" in which or ("KL" in which and RANK[mark] >= RANK["secret"])


def _third_party(which: frozenset[str], said: str, recipient: str, parties: frozenset[str]) -> bool:
    """A-5.3, A-5.7, KA-4, KL-4."""
    if recipient.split("-", maxsplit=1)[0] in parties:
        return True
    office = recipient in {"CSTO-SEC", "CSTO-JS"}
    if "A" in which and not office and said not in {"giver", "competent"}:
        return False
    if "KA" in which and said not in {"giver", "competent"}:
        return False
    return not ("KL" in which and said != "competent")
