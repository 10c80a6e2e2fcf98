"""Every language has every key, every plural and the same gaps; Russian says what the law's tables say."""

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest

from exchange import tongues
from exchange.core.access import Verb
from exchange.core.acts import ACTS
from exchange.core.deadlines import day_term, explain, hour_term
from exchange.core.objections import GROUNDS
from exchange.core.passwords import Weakness
from exchange.core.rules import article
from exchange.core.treaty import WORDS as TREATY
from exchange.service.registry import samples
from exchange.tongues import Tongue
from exchange.web import clocks
from exchange.web.acts.fields import SHAPES, Widget, fields_of
from exchange.web.house import TEMPLATES
from schemas import vocabulary as words
from tests.web.house import keys_of

ALL = tongues.load().by_code
RUSSIAN, ENGLISH, KAZAKH = ALL["ru"], ALL["en"], ALL["kk"]
FORMS = re.compile(r"\.(zero|one|two|few|many|other)$")
VOCABULARIES: dict[str, Iterable[object]] = {
    "state": words.State,
    "act": words.ActKind,
    "role": words.Role,
    "duty": words.ObligationKind,
    "duty_state": words.ObligationState,
    "item_state": words.AssistanceState,
    "bucket": words.DueBucket,
    "handling": words.Handling,
    "position": words.Position,
    "form_of": words.Form,
    "subject": words.InformationSubject,
    "matter": words.Matter,
    "basis": words.TermBasis,
    "country": words.Country,
    "ground": GROUNDS,
    "ask": words.AskKind,
    "fact_kind": words.FactKind,
    "verb": Verb,
    "people.weak": Weakness,
    "registry_form": words.FactKind,
    "registry_hint": words.FactKind,
    "reach": words.Reach,
    "body_kind": words.AuthorityKind,
    "mail_language": words.Language,
    "treaty": TREATY,
    "use_state": words.UseState,
    "deed": words.Deed,
    "draft_state": words.DraftState,
    "draft_step": words.DraftStep,
}


def plain(tongue: Tongue) -> set[str]:
    return {FORMS.sub(".*", key) for key in tongue.words}


def test_no_key_lacks_a_language() -> None:
    for tongue in ALL.values():
        assert plain(tongue) == plain(RUSSIAN), tongue.code


def test_every_plural_has_every_form_of_its_language() -> None:
    for tongue in ALL.values():
        forms = tongue.locale.plural_form.tags | {"other"}
        stems = {
            FORMS.sub("", key) for key in tongue.words if FORMS.search(key) and FORMS.sub(".other", key) in tongue.words
        }
        stems = {stem for stem in stems if f"{stem}.one" in tongue.words}
        assert {"span.days", "span.hours", "span.minutes", "form.wrong", "mail.count", "draft.gaps"} == stems
        assert all(f"{stem}.{form}" in tongue.words for stem, form in product(stems, forms))
        whole = {stem: set.union(*(gaps(tongue.words[f"{stem}.{form}"]) for form in forms)) for stem in stems}
        assert all(gaps(tongue.words[f"{stem}.{form}"]) == whole[stem] for stem, form in product(stems, forms))


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_gaps_are_filled_in_every_language() -> None:
    for key, text in RUSSIAN.words.items():
        if not FORMS.search(key) and key != "ground.wrong_side":
            assert all(gaps(text) == gaps(tongue.words[key]) for tongue in ALL.values()), key


@pytest.mark.parametrize(("prefix", "members"), VOCABULARIES.items())
def test_every_member_of_a_vocabulary_has_its_words(prefix: str, members: object) -> None:
    for tongue, member in product(ALL.values(), members):  # type: ignore[call-overload]
        assert tongue.words[f"{prefix}.{member}"]


def test_every_key_that_a_template_names_is_there() -> None:
    for file in Path(TEMPLATES).glob("**/*.html"):
        if file.parent.name in {"pages", "macros"} or file.name == "base.html":
            for key in keys_of(file.read_text("utf-8")):
                assert key in RUSSIAN.words or f"{key}.other" in RUSSIAN.words, (file.name, key)


def test_every_field_of_every_act_is_on_its_form_and_has_a_label() -> None:
    assert set(SHAPES) == set(ACTS) - {words.ActKind.SUBMIT}
    for kind, shape in SHAPES.items():
        fields = fields_of(kind)
        assert {field.name for field in fields} == set(shape.model_fields) - {"act"}
        assert all(f"field.{field.name}" in RUSSIAN.words for field in fields)
    assert {field.widget for kind in SHAPES for field in fields_of(kind)} == set(Widget)


def test_the_russian_explanation_is_the_law_s_own() -> None:
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    for term in (
        day_term(started_at=start, days=30, zone="Asia/Almaty", rule="P-7.2", profile="p 1"),
        day_term(started_at=start, days=30, zone="Asia/Almaty", rule="P-7.2", profile="p 1", suspended_days=4),
        hour_term(started_at=start, hours=72, zone="Asia/Yerevan", rule="P-6.4", profile="p 1"),
    ):
        assert clocks.explanation(RUSSIAN, term) == explain(term)
        assert all(len(clocks.explanation(tongue, term)) == len(explain(term)) for tongue in ALL.values())


@pytest.mark.parametrize("rule", ["P-7.4", "A-N8", "A-5.3", "KA-9", "KL-3", "R-5", "R-8¹", None])
def test_the_russian_article_is_the_law_s_own(rule: str | None) -> None:
    assert RUSSIAN.article(rule) == article(rule)


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        (None, "", "ru"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "ru;q=0.3,en;q=0.8", "en"),
        (None, "fr,hy;q=0.9,ru;q=0.1", "ru"),
        (None, "kk-KZ,kk;q=0.9,ru;q=0.8", "kk"),
        (None, "fr,kk;q=0.9,ru;q=0.1", "kk"),
        ("kk", "ru", "kk"),
        ("en", "ru", "en"),
        ("xx", "en;q=x, ;q=,,", "ru"),
        (None, "en;q=0", "ru"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browser_s(chosen: str | None, accepted: str, code: str) -> None:
    assert tongues.load().of(chosen, accepted).code == code


def test_numbers_take_their_form() -> None:
    assert [RUSSIAN.n("span.days", number) for number in (1, 3, 5, 21, 112)] == [
        "1 день", "3 дня", "5 дней", "21 день", "112 дней"
    ]  # fmt: skip
    assert RUSSIAN.span(90_061) == "1 день 1 ч"
    assert ENGLISH.span(59) == "0 min"
    assert [KAZAKH.n("span.days", number) for number in (1, 2, 30)] == ["1 күн", "2 күн", "30 күн"]
    assert KAZAKH.span(90_061) == "1 күн 1 сағ"


def test_kazakh_writes_days_as_its_locale_does() -> None:
    assert KAZAKH.day(date(2026, 11, 21)) == "2026 ж. 21 қараша"
    assert KAZAKH.moment(datetime(2026, 11, 21, 4, 5, tzinfo=UTC), "Asia/Almaty") == "2026 ж. 21 қар., 09:05"
    assert KAZAKH.article("P-7.4") == "Хаттаманың 7-бабы"
    assert KAZAKH.article("R-8¹") == "№ 1355 қағидалардың 8¹-тармағы"
    assert KAZAKH.title("refuse") == "Орындаудан бас тарту"


def test_the_languages_are_those_of_mails_and_accounts_russian_first() -> None:
    assert list(ALL) == list(words.Language)
    assert [tongue.words["language.name"] for tongue in ALL.values()] == ["Русский", "English", "Қазақша"]


def test_every_body_of_the_sandbox_has_a_name_in_every_language() -> None:
    for body in samples():
        assert set(body.name) >= set(ALL), body.code


LETTERS = re.compile(r"[^\W\d_]+")
ALPHABETS = {"ru": "а-яё", "kk": "а-яёәғқңөұүһі"}
RUSSIAN_ONLY = {
    *("и", "для", "по", "от", "или", "это", "нет", "что", "как", "если", "до", "на", "с", "к", "о"),
    *("из", "за", "под", "при", "уже", "ещё", "только", "его"),
}
"""Words that Russian cannot do without, and Kazakh does not have."""


def strangers(words: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """Return each word of a catalogue in letters that its language lacks, or in those of two alphabets."""
    known = re.compile(rf"[{ALPHABETS[language]}]+|[a-z]+", re.IGNORECASE)
    return [(key, word) for key, word in told(words) if not known.fullmatch(word)]


def told(words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each word of a catalogue, gaps left out, with its key."""
    for key, text in words.items():
        yield from ((key, word.lower()) for word in LETTERS.findall(re.sub(r"\{\w+\}", " ", text)))


SAME = {
    *(
        "format.second",
        "country.AM",
        "country.BY",
        "span.minutes.one",
        "span.minutes.other",
        "draft.digest",
        "ask.line",
    ),
    *("size.b", "size.kb", "size.mb", "size.gb", "audit_detail.sha256", "audit_detail.agent", "audit_detail.file"),
    *("audit_filters.authority", "people.authority", "registry.code", "people.login", "people.field.login"),
    *("people.code", "people.field.code"),
}
"""What Kazakh says as Russian does: names, units, numbers, and words that both took from elsewhere."""


def test_nothing_russian_was_left_in_kazakh() -> None:
    assert {key for key, text in KAZAKH.words.items() if RUSSIAN.words.get(key) == text} == SAME
    assert [(key, word) for key, word in told(KAZAKH.words) if word in RUSSIAN_ONLY] == []


@pytest.mark.parametrize("language", ALPHABETS)
def test_a_word_is_of_one_alphabet(language: str) -> None:
    assert strangers(ALL[language].words, language) == []
