"""The rules of sections 2 to 5 of the catalogue: what each asks of the software, or why it asks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks, and the module that answers; `nothing` says why it is no duty of software."""

    asks: str
    where: str = ""
    nothing: str = ""


RULES: Final[Mapping[str, Rule]] = {
    # The Agreement of 18 June 2004.
    "A-1": Rule("the terms", nothing="terms: they stand in the glossary and in the vocabularies"),
    "A-3": Rule("three degrees with equal marks in six states and the organisation", "marks"),
    "A-4": Rule("a competent body and its change, told through diplomatic channels", "entries"),
    "A-5.1": Rule("what was received is protected as one's own", "access"),
    "A-5.2": Rule("use only for the purpose stated at transfer", "access"),
    "A-5.3": Rule("no third party without prior written consent of the Party that gave it", "consents"),
    "A-5.4": Rule("clearances of another member state are recognised", "access"),
    "A-5.5": Rule("access for duties, with the matching clearance", "access"),
    "A-5.6": Rule("additional requirements of the sender", "handling"),
    "A-5.7": Rule("the Secretariat and the Joint Staff are bodies of the organisation", "regimes"),
    "A-6.1": Rule("the sender decides case by case", "giving"),
    "A-6.2": Rule("diplomatic channels, courier, other authorised services under agreements", "regimes"),
    "A-6.3": Rule("receipt is confirmed", "giving"),
    "A-6.4": Rule("means, route and escort of bulky carriers", "giving"),
    "A-6.5": Rule("visits with the consent of the host's competent body, the degree told before", "visits"),
    "A-7.1": Rule("the body that created it sets the degree", "handling"),
    "A-7.2": Rule("the recipient adds its comparable mark, also on copies and translations", "giving"),
    "A-7.3": Rule("what is derived is marked no lower than its source", "handling"),
    "A-7.4": Rule("it is registered as the recipient's own", "fold"),
    "A-7.5": Rule("a received mark changes with the giver's written permission only", "consents"),
    "A-7.6": Rule("a joint mark is set, changed and removed by mutual agreement", "consents"),
    "A-7.7": Rule("the giver tells the other side of a change", "notices"),
    "A-7.8": Rule("return or destruction with the giver's written permission", "consents"),
    "A-7.9": Rule("destruction documented, irrecoverable, and like return reported in writing", "handling"),
    "A-8": Rule("rules exchanged, consultations", "entries"),
    "A-10": Rule("inquiry into a breach, each other told of the result", "notices"),
    "A-11": Rule("other treaties go on beside it, and their channels are open", "regimes"),
    "A-12": Rule("disputes by consultations", nothing="done by people; consultations are entries, and stop no duty"),
    "A-14": Rule("in force for each Party from its day", "regimes"),
    "A-14¹": Rule("accession by decision of the Council", nothing="the registry's; a new Party is a row of the data"),
    "A-15": Rule("leaving takes notice", "regimes"),
    "A-16": Rule("protection lasts until the mark is removed", "regimes"),
    "A-17": Rule("the Secretary General tells of force and leaving", nothing="the registry's notices"),
    "A-N1": Rule("the necessary, limited number of people", "handling"),
    "A-N2": Rule("people named in writing beforehand", "entries"),
    "A-N3": Rule("people obey the host's secrecy rules", nothing="an undertaking of people"),
    "A-N4": Rule("things issued against receipt", "entries"),
    "A-N5": Rule("to meetings only people concerned", nothing="done by whoever holds the meeting"),
    "A-N6": Rule("nobody carries carriers across the border", "acts"),
    "A-N7": Rule("copies in the necessary number, noted on the original", "fold"),
    "A-N8": Rule("publication after declassification only; joint by agreement", "consents"),
    "A-N9": Rule("a leak or loss is told at once to authorised and competent bodies of the others", "notices"),
    "A-N10": Rule("control under each Party's own law", nothing="done by each Party"),
    # Kazakhstan – Armenia, 2025.
    "KA-2": Rule("three equal degrees; the recipient marks with the equal one", "marks"),
    "KA-3": Rule("competent bodies; changes of body and law told", "entries"),
    "KA-4": Rule("mark, purpose, third parties and access", "consents"),
    "KA-5.1": Rule("the competent bodies coordinate and are kept informed", "notices"),
    "KA-5.2": Rule("the own competent body's written consent before transfer", "giving"),
    "KA-5.3": Rule("the other competent body confirms that the recipient is cleared", "giving"),
    "KA-5.4": Rule("transfer is decided case by case", "giving"),
    "KA-5.6": Rule("diplomatic channels, courier or an agreed way; receipt in writing", "regimes"),
    "KA-5.7": Rule("electronic transfer with agreed means of encryption", "regimes"),
    "KA-6.1": Rule("marks added, carried over and not lowered", "giving"),
    "KA-6.2": Rule("registered and stored under the recipient's law", "fold"),
    "KA-6.3": Rule("the degree unchanged without the giver's consent; joint by agreement", "consents"),
    "KA-6.4": Rule("declassifying by agreement of both authorised bodies, and told", "consents"),
    "KA-6.5": Rule("copying and translating with the giver's written consent", "consents"),
    "KA-6.6": Rule("destruction and return with the giver's written permission, reported", "consents"),
    "KA-6.7": Rule("prior agreement of the authorised bodies, the competent bodies told", "giving"),
    "KA-7": Rule("the clauses of a contract", "entries"),
    "KA-8": Rule("consultations, rules exchanged", "entries"),
    "KA-9": Rule("the letter on a visit, a month before", "visits"),
    "KA-11": Rule("a breach that led to disclosure is told to the other competent body", "notices"),
    "KA-12": Rule("other treaties are untouched", "regimes"),
    "KA-15": Rule("force and end; protection until destruction or declassification", "regimes"),
    # Kazakhstan – Lithuania, 2015.
    "KL-3": Rule("how marks answer each other", "marks"),
    "KL-4": Rule("access, third parties, purposes, marks, declassifying", "consents"),
    "KL-5": Rule("competent bodies, contacts, changes of law", "entries"),
    "KL-6.1": Rule("transfer is decided case by case", "giving"),
    "KL-6.2": Rule("diplomatic channels, or ways agreed beforehand", "regimes"),
    "KL-6.3": Rule("receipt in writing or electronically, by the sender's mark", "giving"),
    "KL-6.4": Rule("bulky carriers case by case", "giving"),
    "KL-7.1": Rule("copying with the sender's consent; the first national translation free", "consents"),
    "KL-7.2": Rule("copies and translations by cleared people", "handling"),
    "KL-7.3": Rule("every copy carries the original's mark", "fold"),
    "KL-7.4": Rule("destruction irrecoverable, and told", "notices"),
    "KL-7.5": Rule("top secret is returned, never destroyed", "consents"),
    "KL-7.6": Rule("secret is destroyed after the sender's consent", "consents"),
    "KL-7.7": Rule("the restricted level is destroyed without permission", "consents"),
    "KL-7.8": Rule("in a crisis destroyed at once, the sender told", "consents"),
    "KL-8": Rule("the clauses of a contract; a legal person's clearance confirmed first", "entries"),
    "KL-9": Rule("the application for a visit, 30 days before", "visits"),
    "KL-10": Rule("every kind of breach, competent body to competent body", "notices"),
    "KL-14": Rule("force and end; protection until the Parties release each other", "regimes"),
    # Kazakhstan's Rules No. 1355.
    "R-3": Rule("the Government decides on the expert conclusion", "release"),
    "R-4": Rule("eight elements that the treaty must state", "release"),
    "R-5": Rule("six contents of the proposal; 20 working days of the classifying body; the term", "release"),
    "R-6": Rule("the materials go to the authorised body", "release"),
    "R-8": Rule("20 working days of the conclusion, one extension by up to 5", "release"),
    "R-9": Rule("the applicant submits to the Government", "release"),
    "R-10": Rule("a missing element takes a draft; no treaty, none", "release"),
    "R-11": Rule("the transfer follows the decision", "giving"),
    "R-12": Rule("diplomatic channels, courier, encrypted communication", "giving"),
    "R-13": Rule("every transport fixed and told", "giving"),
    "R-14": Rule("treaties may add protection", "handling"),
}
"""Rules by identifier, in the catalogue's order; `where` is a module of `exchange.protection.core`."""


def rules_page(tests: Mapping[str, tuple[str, ...]]) -> str:
    """Return the page that lists each rule with what it asks, the module that answers, and its tests."""
    rows = (_row(rule, row, tests.get(rule, ())) for rule, row in RULES.items())
    lines = (
        "<!-- Made from exchange/protection/core/rulebook.py and tests/protection; a test keeps it so. -->",
        "# Rules of protecting secrets, and their tests",
        "",
        "`A` is the Agreement of 18 June 2004, `KA` and `KL` Kazakhstan's treaties with Armenia and Lithuania, `R` the",
        "Rules No. 1355; the number is the article (of the Rules: the point), `N` a point of the annex. Modules are",
        "those of `exchange/protection/core/`. Beside them `tests/protection/test_lattice.py` tries every combination",
        "against a naive second reading, and `tests/protection/test_regimes.py` holds the regimes against section 6.",
        "",
        "| rule | asks | module | tests |",
        "| --- | --- | --- | --- |",
        *rows,
    )
    return "\n".join(lines) + "\n"


def _row(rule: str, row: Rule, tests: tuple[str, ...]) -> str:
    """Return one rule as a row of the table."""
    named = "<br>".join(f"`{name}`" for name in tests) if not row.nothing else f"no duty of software: {row.nothing}"
    return f"| {rule} | {row.asks} | {f'`{row.where}`' if row.where else '–'} | {named} |"
