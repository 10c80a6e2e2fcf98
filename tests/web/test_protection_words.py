"""The module's pages in every language: every key, every member of a vocabulary, every field of every form."""

import string
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest

from exchange import tongues
from exchange.profiles.secrecy import regimes
from exchange.protection.core.acts import ACTS, Standing
from exchange.protection.core.consents import SCOPE_FIELDS
from exchange.protection.core.objections import GROUNDS
from exchange.protection.web.desk import SHAPES, SURE
from exchange.protection.web.fields import Widget, fields_of, flat
from exchange.protection.web.pages import releases, visits
from exchange.protection.web.words import of_law, tongues_of
from exchange.web.house import TEMPLATES
from schemas import secrecy as words
from schemas.admission import AgreementWanted, ClearanceWanted, GrantWanted, WayWanted
from schemas.base import Shape
from schemas.calendar import DayKind
from schemas.protection import Register
from schemas.release import Propose, RequestVisit
from tests.web.house import keys_of
from tests.web.test_words import FORMS, RUSSIAN_ONLY, gaps, plain, strangers, told

ALL = tongues_of(tongues.load()).by_code
RUSSIAN, KAZAKH = ALL["ru"], ALL["kk"]
REGIMES = {code: kept.value for code, kept in regimes().items()}
VOCABULARIES: dict[str, Iterable[object]] = {
    "mark": [*words.Mark, "none"],
    "item_kind": words.ItemKind,
    "item_state": words.ItemState,
    "copy_kind": words.CopyKind,
    "copy_state": words.CopyState,
    "act": words.ItemAct,
    "consent_kind": words.ConsentKind,
    "channel": words.Channel,
    "receipt_form": words.ReceiptForm,
    "duty_kind": words.DutyKind,
    "duty_state": words.DutyState,
    "breach_kind": words.BreachKind,
    "breach_state": words.BreachState,
    "treaty_element": words.TreatyElement,
    "release_state": words.ReleaseState,
    "release_act": words.ReleaseAct,
    "release_duty": words.ReleaseDuty,
    "visit_state": words.VisitState,
    "visit_act": words.VisitAct,
    "entry_kind": words.EntryKind,
    "slip": words.AgreementKind,
    "paper_kind": words.PaperKind,
    "relation": Standing,
    "standing": Standing,
    "ground": GROUNDS,
    "day_kind": DayKind,
    "regime": REGIMES,
    "party": {party for regime in REGIMES.values() for party in regime.parties},
    "clause": {clause for regime in REGIMES.values() if regime.contract for clause in regime.contract.clauses},
    "field": {name for regime in REGIMES.values() for rule in regime.entries for name in rule.fields},
}
FORMS_OF: list[type[Shape]] = [
    *SHAPES.values(),
    *releases.SHAPES.values(),
    *visits.ANSWERS.values(),
    Register,
    Propose,
    RequestVisit,
    ClearanceWanted,
    GrantWanted,
    AgreementWanted,
    WayWanted,
]


def test_no_key_lacks_a_language() -> None:
    for tongue in ALL.values():
        assert plain(tongue) == plain(RUSSIAN), plain(tongue) ^ plain(RUSSIAN)


def test_gaps_are_filled_in_every_language() -> None:
    for key, text in RUSSIAN.words.items():
        if key.startswith("secret.") and not FORMS.search(key):
            assert all(gaps(text) == gaps(tongue.words[key]) for tongue in ALL.values()), key


def test_the_law_s_own_words_stand_in_no_catalogue() -> None:
    own = (Path(__file__).parents[2] / "exchange/protection/web/words/ru.toml").read_text("utf-8")
    assert "[ground]" not in own
    assert all(RUSSIAN.words[key] == text for key, text in of_law().items())


@pytest.mark.parametrize(("prefix", "members"), VOCABULARIES.items())
def test_every_member_of_a_vocabulary_has_its_words(prefix: str, members: Iterable[object]) -> None:
    for tongue, member in product(ALL.values(), members):
        assert tongue.words[f"secret.{prefix}.{member}"]


def test_every_key_that_a_template_names_is_there() -> None:
    for file in Path(TEMPLATES).glob("protection/*.html"):
        for key in keys_of(file.read_text("utf-8")):
            assert key in RUSSIAN.words or f"{key}.other" in RUSSIAN.words, (file.name, key)


@pytest.mark.parametrize("shape", FORMS_OF, ids=lambda shape: shape.__name__)
def test_every_field_of_every_shape_is_on_its_form_with_a_label(shape: type[Shape]) -> None:
    for tongue in ALL.values():
        fields = fields_of(shape, tongue)
        assert {field.name for field in fields} == set(shape.model_fields) - {"act"}
        assert all(field.label for field in flat(fields).values())


def test_every_act_has_a_form_and_what_cannot_be_undone_is_asked_twice() -> None:
    assert set(SHAPES) == set(ACTS) - {words.ItemAct.REGISTER}
    assert {f"secret.act.sure_{kind}" for kind in SURE} <= set(RUSSIAN.words)
    assert set(SCOPE_FIELDS) == set(words.ConsentKind)
    used = {field.widget for shape in FORMS_OF for field in flat(fields_of(shape, RUSSIAN)).values()}
    assert used == set(Widget)


def test_a_ground_fills_its_gaps_in_every_language() -> None:
    for code, ground in GROUNDS.items():
        named = {name for _, name, _, _ in string.Formatter().parse(ground.words) if name}
        assert all(named == gaps(tongue.words[f"secret.ground.{code}"]) for tongue in ALL.values()), code


SAME = {
    *("party.AM", "party.BY", "party.LT", "entry_kind.consultation", "field.code", "field.body", "field.route"),
    *("field.note", "field.sha256", "item.copy_number", "item.print", "item.from_body", "item.release_to"),
    *("item.consent_of", "item.breach_of", "act.needs_of", "act.copy_line", "act.consent_line", "act.breach_line"),
    *("content.size",),
}
"""What Kazakh says as Russian does: names, numbers, and words that both took from elsewhere."""


def test_nothing_russian_was_left_in_kazakh() -> None:
    own = {key.removeprefix("secret."): text for key, text in KAZAKH.words.items() if key.startswith("secret.")}
    assert {key for key, text in own.items() if RUSSIAN.words[f"secret.{key}"] == text} == SAME
    assert [(key, word) for key, word in told(own) if word in RUSSIAN_ONLY] == []


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_word_is_of_one_alphabet(language: str) -> None:
    assert strangers(ALL[language].words, language) == []
