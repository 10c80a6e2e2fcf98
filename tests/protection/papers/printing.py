"""Papers of stories, printed and read back."""

from hashlib import sha256

from exchange.letters.letter import Letter
from exchange.protection.core.fold import fold
from exchange.protection.core.seeing import sight_of
from exchange.protection.papers import words
from exchange.protection.papers.compose import OF, compose
from exchange.protection.papers.source import Names, Proof, Source, known
from exchange.protection.service import views
from schemas.secrecy import PaperKind
from tests.letters.paper import KEY, Printed, press
from tests.protection.cases import BODIES, Story, law

NAMES = Names(law(), {code: f"Орган {code}" for code in BODIES})
WORDS = words.over(press().words)


def source_of(story: Story, kind: PaperKind, code: str) -> Source:
    """Return what the latest paper of a kind is made from, for a body."""
    acts = OF.get(kind)
    entry = next(each for each in reversed(story.entries) if acts is None or each.kind in acts)
    sight = sight_of(story.item, code, story.scene)
    return Source(
        sight=sight,
        view=views.item(sight, (), story.now),
        reader=BODIES[code],
        record=story.entries,
        entry=entry,
        before=fold(story.item.id, story.entries[: entry.seq - 1]) if entry.seq > 1 else None,
        names=NAMES,
        proof=Proof(
            author=known(story.item, BODIES[code], entry.author),
            number=story.item.number,
            seq=entry.seq,
            recorded_at=entry.recorded_at,
            digest=sha256(f"{entry.seq}".encode()).digest(),
            key=KEY,
        ),
        sample=False,
    )


def printed(story: Story, kind: PaperKind, code: str) -> Printed:
    """Print the latest paper of a kind, for a body."""
    source = source_of(story, kind, code)
    letter: Letter = compose(kind, source, WORDS)
    return Printed(letter, press().print(letter, source.entry.recorded_at))
