"""Every act in writing, read back: what the Protocol wants of a letter stands in it."""

from typing import Any

import pytest

from exchange.core.acts import ACTS
from exchange.letters.code import code_of
from exchange.letters.source import Attached
from schemas.vocabulary import ActKind
from tests.core import cases
from tests.core.cases import HEAD, sent, sent_urgent
from tests.letters.paper import KEY, Printed, printed, source_of

SIGNATORY = {"name": "Сериков Б. Т.", "position": "deputy_head", "acting_under": "Приказ от 20 февраля 2026 года № 17"}
BODY = {"name": "Следственный комитет", "address": "105005, г. Москва, Технический переулок, д. 2"}


def test_p_6_2_the_letter_of_a_request_holds_all_that_is_mandatory_in_its_order() -> None:
    made = printed(sent(other_information="следователь на связи", signatory=SIGNATORY))
    request = printed(sent(other_information="следователь на связи", signatory=SIGNATORY), 1)
    assert made.letter != request.letter
    request.ordered(
        "Республика Казахстан",
        "1 марта 2026 года",
        "№ исх-KZ-MVD",
        "исх. 1/2-345",
        "Орган RU-MVD",
        "Запрос о содействии",
        "1. Запрашивающий орган",
        "Орган KZ-MVD",
        "2. Запрашиваемый орган",
        "Орган RU-MVD",
        "3. Цель запроса",
        "установить владельца сервера",
        "4. Обоснование запроса",
        "уголовное дело № 1",
        "5. Существо вопроса",
        "рассылка вредоносных программ",
        "6. Предмет запроса",
        "Преступления в сфере информационных технологий",
        "7. Содержание запрашиваемого содействия",
        "1.",
        "Обмен информацией о физических и юридических лицах",
        "данные владельца",
        "2.",
        "Исполнение запроса о проведении процессуальных действий",
        "допрос свидетеля",
        "Минская конвенция, ст. 6",
        "8. Срок исполнения",
        "30 дней со дня получения (статья 7 Протокола)",
        "9. Иные сведения",
        "следователь на связи",
    )


def test_p_6_5_a_letter_names_who_signed_with_position_and_authority_to_sign() -> None:
    request = printed(sent(signatory=SIGNATORY), 1)
    request.ordered("Заместитель руководителя", "Приказ от 20 февраля 2026 года № 17", "Сериков Б. Т.")
    request.ordered("Подписано электронной подписью узла", "Сериков Б. Т., заместитель руководителя", KEY)


def test_p_7_2_the_letter_of_a_received_request_bears_its_term_with_the_calculation() -> None:
    request = printed(sent(), 1)
    request.ordered(
        "Отметка о получении и сроки",
        "01.03.2026 12:00:00 (Europe/Moscow, UTC+03:00)",
        "вх-RU-MVD",
        "31 марта 2026 года, до 24:00",
        "День получения 01.03.2026 не считается.",
        "Прибавлено календарных дней: 30.",
        "Срок истекает: 01.04.2026 00:00:00",
    )
    waiting = printed(sent(requested_authority="TJ-GKNB"), 1)
    assert "Отметка о получении" not in waiting.text


def test_p_7_2_another_term_names_its_treaty() -> None:
    term = {"days": 45, "basis": "treaty", "citation": "Кишинёвская конвенция, ст. 9", "note": "арест до 15 апреля"}
    printed(sent(execution_term=term), 1).ordered("45 дней", "Кишинёвская конвенция, ст. 9", "арест до 15 апреля")


def test_p_6_4_an_urgent_request_names_its_grounds_and_when_its_confirmation_is_due() -> None:
    request = printed(sent_urgent(), 1)
    request.ordered(
        "Запрос о содействии, передаваемый в срочном порядке",
        "Основания срочной передачи",
        "Иванов И. И.",
        "готовится сегодня",
        "защищённая электронная почта",
        "постоянное соглашение о канале связи CH-1",
        "01.03.2026 13:00:00 (Asia/Almaty",
        "04.03.2026 13:00:00 (Asia/Almaty",
        "Запрос передан в срочном порядке без подписи руководителя",
    )


def test_p_6_4_the_confirmation_is_the_whole_request_in_writing_and_signed() -> None:
    letter = printed(sent_urgent().after(hours=20).does("confirm", signatory=HEAD))
    letter.ordered(
        "Официальное письменное подтверждение запроса",
        "По запросу № исх-KZ-MVD от 1 марта 2026 года",
        "переданный по техническим средствам связи: 01.03.2026 13:00:00",
        "1. Запрашивающий орган",
        "3. Цель запроса",
        "7. Содержание запрашиваемого содействия",
        "8. Срок исполнения",
        "Руководитель",
        "Ахметов А. А.",
        "Подтверждение отправлено",
        "02.03.2026 10:00:00",
        "(соблюдён)",
    )


def test_p_7_4_the_notice_of_a_redirect_goes_to_the_asking_authority_and_to_the_new_holder() -> None:
    letter = printed(sent().after(days=2).does("redirect", to_body=BODY, reason="не наша подследственность"))
    letter.ordered("Орган RU-MVD", "3 марта 2026 года", "вх-RU-MVD/3", "На № исх-KZ-MVD от 1 марта 2026 года")
    letter.ordered("Орган KZ-MVD", "Копия:", BODY["name"], "Технический переулок")
    letter.ordered("передан компетентному органу", "Кому передан запрос", BODY["name"], "не наша подследственность")
    letter.ordered("Срок передачи", "4 марта 2026 года", "(соблюдён)", "Прибавлено календарных дней: 3.")


def test_p_7_4_a_late_redirect_says_so() -> None:
    letter = printed(sent().after(days=5).does("redirect", to_authority="RU-FSB", reason="не наше"), 3)
    assert "(пропущен)" in letter.text


def test_p_7_3_the_notice_of_an_impediment() -> None:
    letter = printed(sent().does("report_impediment", circumstances="нет связи", expected_delay="десять дней"))
    letter.ordered("препятствующих исполнению", "Обстоятельства", "нет связи", "Ожидаемая задержка", "десять дней")


def test_p_7_6_the_notices_of_a_postponement_and_of_its_end() -> None:
    postponed = sent().after(days=2).does("postpone", reason="идёт следствие", until="2026-03-20")
    printed(postponed).ordered(
        "отсрочке исполнения", "идёт следствие", "Отсрочено до: 20 марта 2026 года", "приостановлен"
    )
    resumed = printed(postponed.after(days=10).does("resume"))
    resumed.ordered("возобновлении", "10 апреля 2026 года", "Прибавлено дней отсрочки исполнения: 10.")


def test_p_7_6_and_p_7_7_conditions_are_offered_and_bind_in_their_own_words() -> None:
    offered = sent().does("offer_conditions", conditions="имя не раскрывать", ground="дело 5", consultation="по связи")
    printed(offered).ordered("условиях исполнения", "имя не раскрывать", "дело 5", "по связи")
    accepted = printed(offered.does("accept_conditions"))
    accepted.ordered("обязуется соблюдать", "имя не раскрывать")
    declined = printed(offered.does("decline_conditions", reason="невыполнимо"))
    declined.ordered("не согласна", "имя не раскрывать", "невыполнимо")


def test_p_9_2_a_refusal_in_part_names_the_part_the_reasons_and_what_stays() -> None:
    letter = printed(sent().does("refuse", items=[2], reasons="нужен суд", national_law="ст. 165 УПК", signatory=HEAD))
    letter.ordered(
        "отказе в исполнении запроса в части",
        "Пункты, в которых отказано",
        "2.",
        "допрос свидетеля",
        "Основания отказа",
        "нужен суд",
        "Нормы национального законодательства",
        "ст. 165 УПК",
        "Пункты, которые остаются в исполнении",
        "1.",
        "данные владельца",
        "Ахметов А. А.",
    )


def test_p_9_2_a_refusal_in_whole_names_every_item() -> None:
    letter = printed(sent().does("refuse", items="all", reasons="нельзя", national_law="ст. 1"))
    assert "отказано полностью" in letter.text
    letter.ordered("Пункты, в которых отказано", "данные владельца", "допрос свидетеля", "нельзя", "ст. 1")
    assert "остаются в исполнении" not in letter.text


def test_p_7_8_and_p_10_2_results_bear_their_purposes_and_the_conditions_that_bind() -> None:
    case = sent().does("offer_conditions", conditions="имя не раскрывать", ground="дело 5", consultation="по связи")
    items = [{"number": 1, "outcome": "найден"}, {"number": 2, "outcome": "допрошен"}]
    case = case.does("accept_conditions").after(days=3).does("report_results", items=items, text="всё", final=True)
    scan = Attached(name="Протокол осмотра.pdf", size=182_733, sha256="ab" * 32)
    letter = printed(case, attached=(scan,))
    letter.ordered(
        "О результатах исполнения запроса",
        "Результаты по пунктам",
        "найден",
        "допрошен",
        "Цели, в которых могут быть использованы",
        "установить владельца сервера",
        "не используются без согласия",
        "Условия, соблюдение которых обязательно",
        "имя не раскрывать",
        "Приложения",
        "Протокол осмотра.pdf",
        "182733 байт",
    )
    assert "ab" * 32 in letter.text.replace(" ", "")


def test_p_10_2_results_given_later_name_the_purposes_consented_to_before() -> None:
    first: dict[str, Any] = {"items": [{"number": 1, "outcome": "найден"}], "text": "часть", "final": False}
    case = sent().does("report_results", **first)
    case = case.does("ask_other_use", purpose="новое дело 7").does("grant_other_use", other_use_number=1)
    printed(case).ordered("согласие на использование", "новое дело 7")
    case = case.does("report_results", items=[{"number": 2, "outcome": "ок"}], text="всё", final=True)
    printed(case).ordered("установить владельца сервера", "новое дело 7")
    assert "новое дело 7" not in printed(case, 3).text


def test_p_10_1_the_level_of_confidentiality_is_marked_on_every_page() -> None:
    letter = printed(sent(handling="official_use", substance="слово " * 3000), 1)
    assert all("Для служебного пользования" in page.extract_text() for page in letter.reader.pages)
    assert "Для служебного пользования" not in printed(sent(), 1).text


@pytest.mark.parametrize("kind", [kind for kind in ActKind if kind is not ActKind.SUBMIT])
def test_every_act_has_its_written_form(kind: ActKind) -> None:
    case = path_to(kind)
    by = case.requesting() if kind in cases.REQUESTING_ACTS else case.holder()
    fields = cases.lawful_fields(case.request, kind, by, case.now)
    letter = printed(case.does(kind, by, **fields), len(case.record) + 1)
    article = ACTS[kind].rule
    assert article is None or "Протокола" in (letter.letter.basis or "")
    for text in (value for value in fields.values() if isinstance(value, str) and not value[:4].isdigit()):
        assert text in letter.text or text == "all", (text, letter.text)
    assert letter.letter.code in letter.text
    assert 1 <= len(letter.reader.pages) <= 3


def path_to(kind: ActKind) -> cases.Case:
    """Return a case in which an act is the next."""
    before: dict[ActKind, tuple[str, ...]] = {
        ActKind.PROVIDE_INFORMATION: ("ask_information",),
        ActKind.RESUME: ("postpone",),
        ActKind.ACCEPT_CONDITIONS: ("offer_conditions",),
        ActKind.DECLINE_CONDITIONS: ("offer_conditions",),
        ActKind.DISCONTINUE: ("offer_conditions", "decline_conditions"),
        ActKind.GRANT_PRESENCE: ("ask_presence",),
        ActKind.DENY_PRESENCE: ("ask_presence",),
        ActKind.ASK_OTHER_USE: ("report_results",),
        ActKind.GRANT_OTHER_USE: ("report_results", "ask_other_use"),
        ActKind.DENY_OTHER_USE: ("report_results", "ask_other_use"),
        ActKind.CLOSE_CONSULTATION: ("open_consultation",),
    }
    if kind is ActKind.RECEIVE:
        return sent(requested_authority="TJ-GKNB").after(days=1)
    if kind in {ActKind.CONFIRM, ActKind.HOLD}:
        return sent_urgent()
    case = sent().after(hours=1)
    if kind is ActKind.AGREE_TERM:
        return case.does("propose_term", case.requesting(), days=45, citation="договор, ст. 5")
    if kind is ActKind.AGREE_COSTS:
        return case.does("propose_costs", case.requesting(), arrangement="пополам")
    for one in before.get(kind, ()):
        by = case.requesting() if one in cases.REQUESTING_ACTS else case.holder()
        case = case.does(one, by, **cases.lawful_fields(case.request, ActKind(one), by, case.now))
    return case


def test_an_answer_quotes_what_it_is_to() -> None:
    case = sent().does("ask_information", question="какой адрес?")
    letter = printed(case.does("provide_information", question_number=1, answer="192.0.2.5"))
    letter.ordered("На что даётся ответ: Вопрос № 1", "какой адрес?", "192.0.2.5")


def test_what_a_steward_enters_is_the_holders_letter_and_says_who_entered_it() -> None:
    case = sent().does("redirect", to_body=BODY, reason="не наше").after(days=3)
    case = case.does("receive", received_at=cases.stamp(case.now), register_number="вх. 77").does("accept")
    letter = printed(case)
    assert letter.letter.head.name == BODY["name"]
    letter.ordered("вх. 77/5", "Внесено в дело", "Орган RU-MVD")


def test_a_letter_says_by_what_it_is_proved() -> None:
    letter = printed(sent(), 1, sample=True)
    digest = source_of(sent(), 1).digest
    assert letter.letter.code == code_of(digest)
    letter.ordered("Отпечаток записи", digest.hex()[:32], "Код проверки:", code_of(digest))
    assert all("Образец. Песочница" in page.extract_text() for page in letter.reader.pages)
    assert "Образец" not in printed(sent(), 1).text


def test_every_page_is_numbered() -> None:
    letter = printed(sent(substance="слово " * 3000), 1)
    pages = letter.reader.pages
    assert 4 <= len(pages) <= 9
    for number, page in enumerate(pages, 1):
        assert f"Лист {number} из {len(pages)}" in page.extract_text()


def right_edge(letter: Printed) -> float:
    """Return how far to the right, in points, anything begins."""
    edges: list[float] = []
    for page in letter.reader.pages:
        page.extract_text(visitor_text=lambda _t, cm, tm, _f, _s: edges.append(cm[4] + tm[4]))
    return max(edges)


def test_a_long_word_stays_on_the_paper() -> None:
    letter = printed(sent(substance="ж" * 20_000, reference="9" * 200), 1)
    assert right_edge(letter) < 567  # 210 mm less the margin of 10 mm
    assert letter.text.replace(" ", "").count("ж") >= 20_000


def test_p_6_3_what_came_on_paper_bears_its_own_number_date_and_stamp() -> None:
    case = sent(requested_authority="TJ-GKNB").after(days=1)
    case = case.does("receive", received_at=cases.stamp(case.now)).after(days=2)
    paper = {"number": "17/4-22", "dated": "2026-03-02", "received_at": cases.stamp(case.now)}
    letter = printed(case.does("note", text="ответ", paper=paper))
    letter.ordered("2 марта 2026 года", "№ 17/4-22", "Внесено с бумажного документа", "17/4-22", "04.03.2026 14:00:00")
