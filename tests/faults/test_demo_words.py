"""The story's lines as an officer reads them: names with codes in brackets, terms and steps in words."""

from typing import Any

import pytest

from exchange import tongues
from exchange.demo.words import Words, term
from schemas.vocabulary import ActKind, State

REQUEST = "01990a1b-0000-7000-8000-000000000001"


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(tongues.load().by_code["ru"])


def mail(step: str | None, to: str, kind: str = "redirect-1") -> dict[str, Any]:
    notice = {"step": step, "obligation": f"{REQUEST}-{kind}"}
    return {"subject": "Запрос KG-GKNB/2026/O-00001: напоминание", "to": f"{to}@node.example", "notice": notice}


def test_every_act_and_state_has_a_name_before_its_code(words: Words) -> None:
    assert words.act("withdraw") == "отзыв запроса (withdraw)"
    assert words.state("withdrawn") == "отозван (withdrawn)"
    for code in ActKind:
        assert words.act(code) != f"{code} ({code})"
    for state in State:
        assert words.state(state) != f"{state} ({state})"


def test_a_refusal_names_what_it_speaks_of(words: Words) -> None:
    detail = "Состояние запроса: «withdrawn». Сейчас возможно: open_consultation, note."
    refusal = {"status": 409, "code": "not_in_this_state", "detail": detail}
    assert words.outcome(refusal) == (
        "не принято: Состояние запроса: «отозван (withdrawn)». Сейчас возможно: "
        f"{words.act('open_consultation')}, {words.act('note')}. (409 not_in_this_state)"
    )
    assert words.outcome({"state": "executing"}) == "исполняется (executing)"


def test_a_reminder_names_its_term_and_when_it_came(words: Words) -> None:
    items = [mail("-3d", "am-pol"), mail("due", "am-pol"), mail("+1d", "am-pol.head"), mail(None, "am-pol")]
    items.append(mail("-6h", "ru-fsb", "confirmation"))
    assert list(words.reminded(items)) == [
        "Запрос KG-GKNB/2026/O-00001 · срок передачи: за 3 дня, срок настал, просрочка 1 день → am-pol, am-pol.head",
        "Запрос KG-GKNB/2026/O-00001 · срок подтверждения: за 6 ч → ru-fsb",
    ]
    assert term(f"{REQUEST}-execution") == "срок исполнения"
