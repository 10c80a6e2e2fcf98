"""What all papers have alike: the letterhead, the stamp of the signature, the way copies and bodies are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exchange.letters.code import code_of
from exchange.letters.letter import Letter, Part, Seal, Signer
from exchange.letters.words import Words
from exchange.protection.core.scene import Body
from exchange.protection.papers.source import Names, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A paper before it is laid out: what is its own. `mark` is the stamp that it bears; an open one has none."""

    heading: str
    author: Body
    number: str
    date: str
    rules: Iterable[str | None]
    lead: str
    parts: Sequence[Part]
    addressees: Sequence[Body] = ()
    signed: bool = True
    mark: str | None = None


def laid(sheet: Sheet, proof: Proof, names: Names, words: Words, *, sample: bool) -> Letter:
    """Return a paper as it is printed."""
    heading = words.of("heading", sheet.heading)
    head = names.party(sheet.author)
    basis = dict.fromkeys(filter(None, (words.tongue.article(rule) for rule in sheet.rules)))
    return Letter(
        title=f"{heading}. {sheet.number}",
        author=head.name,
        heading=heading,
        basis=", ".join(basis) or None,
        head=head,
        number=sheet.number,
        date=sheet.date,
        refers=(),
        addressees=tuple(names.party(each) for each in sheet.addressees),
        copies=(),
        lead=(sheet.lead,),
        parts=tuple(sheet.parts),
        signer=Signer(words.say("name_here"), words.say("sign_here"), None) if sheet.signed else None,
        seal=_seal(proof, names, words),
        code=code_of(proof.digest),
        running=f"№ {sheet.number}, {sheet.date}",
        mark=sheet.mark,
        sample=words.of("seal", "sample") if sample else None,
        remarks=(),
    )


def copies(numbers: Iterable[int], words: Words) -> str:
    """Write copies with how many they are: «№ 1–3, 7 (всего 4)»."""
    ordered = sorted(set(numbers))
    return words.say("copies", numbers=f"№ {ranges(ordered)}", count=len(ordered))


def ranges(numbers: Iterable[int]) -> str:
    """Write ascending numbers with runs drawn together: «1–3, 7»."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def body(code: str, names: Names, words: Words) -> str:
    """Write a body with its code."""
    return words.say("body", name=names.name(code), code=code)


def _seal(proof: Proof, names: Names, words: Words) -> Seal:
    own = words.own["seal"]
    rows = (
        (own["authority"], body(proof.author.code, names, words)),
        (own["key"], proof.key),
        (own["digest"], f"{proof.digest.hex()[:32]}…"),
        (own["entry"], f"{proof.number}, № {proof.seq}"),
        (own["at"], words.moment(proof.recorded_at, proof.author.zone)),
    )
    return Seal(own["title"], rows, own["code"], own["where"])
