"""Every reason for which an act can be refused: its code, weight, rule and words."""

from dataclasses import dataclass, field
from typing import Any

from exchange.core.errors import Weight


@dataclass(frozen=True, slots=True)
class Ground:
    """A kind of objection: its weight, the rule it rests on, and its words with named gaps."""

    weight: Weight
    rule: str | None
    words: str


_F, _T, _S, _C = Weight.FORBIDDEN, Weight.STALE, Weight.STATE, Weight.CONTENT

NOW = " Состояние запроса: «{state}». Сейчас возможно: {allowed}."
"""Added to every objection to the state once it is known what the caller could do instead."""

GROUNDS: dict[str, Ground] = {
    # Who may do it.
    "not_a_competent_authority": Ground(_F, "P-4.1", "Запросы направляют только назначенные компетентные органы."),
    "wrong_side": Ground(_F, None, "Это действие совершает {side} орган."),
    "former_holder": Ground(_F, "P-7.4", "Запрос передан по компетенции: прежний исполнитель действий не совершает."),
    "role_may_not": Ground(_F, None, "Роль вызывающего не даёт права на это действие."),
    "signature_needed": Ground(_F, "P-6.5", "Действие подписывает руководитель органа или его заместитель."),
    "own_proposal": Ground(_F, None, "Согласие на предложение даёт другая сторона."),
    "own_words": Ground(_F, "P-6.5", "Составлял и подписывает не один человек: автор своих слов не подписывает."),
    # The state it is in.
    "stale": Ground(_T, None, "Запрос изменился с тех пор, как он был прочитан."),
    "draft_changed": Ground(_T, None, "Черновик изменился с тех пор, как он был прочитан."),
    "other_bytes": Ground(_T, "P-6.5", "Подпись относится к показанным байтам, а теперь они были бы иными."),
    "not_in_this_state": Ground(_S, None, "Действие в этом состоянии запроса невозможно."),
    "receipt_not_entered": Ground(
        _S,
        "P-7.4",
        "Новый исполнитель ещё не получил запрос: до этого возможны только receive (получение) и note (переписка).",
    ),
    "already_received": Ground(_S, "P-7.2", "Получение запроса уже внесено."),
    "not_urgent": Ground(_S, "P-6.4", "Запрос передан не в срочном порядке."),
    "already_confirmed": Ground(_S, "P-6.4", "Срочный запрос уже подтверждён."),
    "no_open_question": Ground(_S, "P-7.5", "Нет вопроса, который ждёт ответа."),
    "no_open_term": Ground(_S, "P-7.2", "Нет предложения другой стороны об ином сроке."),
    "no_open_presence": Ground(_S, "P-8", "Нет просьбы о присутствии представителей, которая ждёт ответа."),
    "no_open_other_use": Ground(_S, "P-10.2", "Нет просьбы об использовании в иных целях, которая ждёт ответа."),
    "no_open_consultation": Ground(_S, "P-11", "Нет открытых консультаций."),
    "no_open_costs": Ground(_S, "P-12", "Нет предложения другой стороны о расходах."),
    "no_results": Ground(_S, "P-10.2", "Результаты ещё не сообщались."),
    "nothing_left": Ground(_S, "P-9.1", "Открытых пунктов, в которых можно отказать, не осталось."),
    "draft_not_in_this_state": Ground(_S, None, "Сейчас это невозможно: состояние черновика — {draft_state}."),
    "nothing_to_sign": Ground(_S, "P-6.5", "Это действие не подписывают: его вносят без подписи."),
    # What it carries: drafts.
    "draft_request": Ground(_C, None, "Черновик действия называет запрос, к которому оно относится, новый — никакого."),
    "draft_field_unknown": Ground(_C, None, "Поля с таким именем в этом действии нет."),
    "draft_value": Ground(_C, None, "Значение такого вида здесь стоять не может, или оно слишком велико."),
    "draft_too_large": Ground(_C, None, "Черновик слишком велик."),
    "signatory_by_node": Ground(_C, "P-6.5", "Кто подписывает, вносит сам узел в момент подписания."),
    # What it carries: the request.
    "authority_unknown": Ground(_C, "P-4.1", "Такого назначенного компетентного органа в реестре нет."),
    "designation_ended": Ground(
        _C, "P-4.1", "Назначение этого органа окончилось: с {until} запросы ему не направляют."
    ),
    "own_state": Ground(_C, "P-16", "Запрос направляется органу другой Стороны."),
    "not_in_force": Ground(_C, "P-16", "Протокол в этот день не действует для Стороны {country}."),
    "matter_needed": Ground(_C, "P-3", "Укажите хотя бы один предмет статьи 3: он нужен для этой формы содействия."),
    "matter_twice": Ground(_C, "P-3", "Предмет указан дважды."),
    "crime_needed": Ground(_C, "P-6.4", "Срочный запрос называет готовящееся преступление статьи 3."),
    "subject_needed": Ground(_C, "P-5", "Для обмена информацией укажите её предмет."),
    "subject_out_of_place": Ground(_C, "P-5", "Предмет информации указывается только для обмена информацией."),
    "citation_needed": Ground(_C, "P-5", "Такое содействие оказывается по договору: сошлитесь на него."),
    "item_number_wrong": Ground(_C, "P-6.2", "Номера пунктов содействия идут по порядку с 1."),
    "protocol_term_is_fixed": Ground(_C, "P-7.2", "Срок по Протоколу составляет ровно {days} дней."),
    "term_citation_needed": Ground(_C, "P-7.2", "Иной срок даёт только договор: сошлитесь на него."),
    "signatory_needed": Ground(_C, "P-6.5", "Письменный запрос подписывает руководитель или его заместитель."),
    "transmitted_in_future": Ground(_C, "P-6.4", "Момент передачи ещё не наступил."),
    "transmitted_before_force": Ground(_C, "P-16", "В день передачи Протокол для Стороны {country} ещё не действовал."),
    "agreement_unknown": Ground(_C, "P-6.4", "Такого постоянного соглашения о канале связи в реестре нет."),
    "agreement_not_in_force": Ground(_C, "P-6.4", "Соглашение о канале связи не действовало в день передачи."),
    "agreement_of_others": Ground(_C, "P-6.4", "Соглашение о канале связи заключено не этими Сторонами."),
    "agreement_in_future": Ground(_C, "P-6.4", "Соглашение о передаче не может быть позже самой передачи."),
    "protected_unknown": Ground(_C, "P-10.3", "Модуль защиты не знает такого предмета."),
    "state_secret_in_open_field": Ground(
        _C, "P-10.3", "Здесь стоит гриф секретности: такие сведения передаются только через модуль защиты."
    ),
    "protected_not_here": Ground(
        _C, "P-10.3", "Содержание с грифом принимает только модуль защиты, а не открытый обмен."
    ),
    # What it carries: acts.
    "received_in_future": Ground(_C, "P-7.2", "День получения ещё не наступил."),
    "received_before_dispatch": Ground(_C, "P-7.2", "Получение не может быть раньше отправления."),
    "number_of_the_node": Ground(
        _C, "P-7.2", "Номера этого вида присваивает сам узел: укажите номер с бумаги или никакого."
    ),
    "paper_not_entered": Ground(
        _C, "P-6.3", "Реквизиты бумаги указывает только тот, кто вносит действие органа, не подключённого к узлу."
    ),
    "paper_in_future": Ground(_C, "P-6.3", "Бумага не может поступить в будущем."),
    "paper_before_dispatch": Ground(_C, "P-6.3", "Ответ на запрос не может быть раньше его отправления."),
    "paper_dated_after_receipt": Ground(_C, "P-6.3", "Бумага не может быть датирована позже, чем поступила."),
    "redirect_one_target": Ground(_C, "P-7.4", "Укажите либо орган реестра (to_authority), либо иной орган (to_body)."),
    "redirect_unknown": Ground(_C, "P-7.4", "Такого органа в реестре нет."),
    "redirect_other_state": Ground(_C, "P-7.4", "Запрос передаётся только органу своего государства."),
    "redirect_ring": Ground(_C, "P-7.4", "Этот орган уже исполнял запрос."),
    "sent_in_future": Ground(_C, "P-6.4", "Подтверждение не может быть отправлено в будущем."),
    "sent_before_transmission": Ground(_C, "P-6.4", "Подтверждение не может быть раньше самой передачи."),
    "until_in_past": Ground(_C, "P-7.6", "День, до которого исполнение отсрочено, уже прошёл."),
    "item_unknown": Ground(_C, "P-9.1", "Пункта с таким номером в запросе нет."),
    "item_refused": Ground(_C, "P-9.1", "В этом пункте уже отказано."),
    "item_reported": Ground(_C, "P-9.1", "По этому пункту уже сообщены результаты."),
    "item_twice": Ground(_C, "P-9.1", "Пункт назван дважды."),
    "report_empty": Ground(_C, "P-7.8", "Назовите хотя бы один пункт: без пунктов бывает только заключительный отчёт."),
    "report_incomplete": Ground(
        _C, "P-7.8", "До заключительного отчёта нужны результат или отказ по пунктам: {items}."
    ),
    "executed_in_future": Ground(_C, "P-7.8", "День исполнения ещё не наступил."),
    "executed_before_receipt": Ground(_C, "P-7.8", "Исполнение не может быть раньше получения запроса."),
    "attachment_unknown": Ground(_C, "P-6.3", "Такого вложения у органа нет."),
    "attachment_twice": Ground(_C, "P-6.3", "Вложение названо дважды."),
    # A file, before any act carries it.
    "file_name_needed": Ground(_C, None, "У файла нет имени."),
    "file_name_path": Ground(_C, None, "Имя файла содержит путь: «/», «\\» или «..» в нём не допускаются."),
    "file_name_unseen": Ground(
        _C, None, "Имя файла содержит невидимые знаки: управляющие или меняющие направление письма."
    ),
    "file_name_long": Ground(_C, None, "Имя файла длиннее {bytes} байт."),
    "file_empty": Ground(_C, None, "Файл пуст."),
    "file_type_wrong": Ground(_C, None, "Файл назван видом {declared}, а по содержанию это {found}."),
    "file_digest_differs": Ground(_C, None, "Дайджест полученных байтов не тот, что назван."),
    "number_unknown": Ground(_C, None, "Под этим номером ничего не ждёт ответа."),
    # Who signs, and for whom.
    "person_needed": Ground(_F, "P-6.5", "Подписывает человек со своей учётной записью, а не программа."),
    "account_disabled": Ground(_F, "P-6.5", "Учётная запись отключена."),
    "substitution_of_nobody": Ground(_F, "P-6.5", "Замещаемый больше не руководитель органа и не его заместитель."),
    "substitution_not_begun": Ground(_F, "P-6.5", "Замещение ещё не началось."),
    "substitution_expired": Ground(_F, "P-6.5", "Замещение окончилось."),
    "substitution_revoked": Ground(_F, "P-6.5", "Замещение отменено."),
    "substitution_out_of_scope": Ground(_F, "P-6.5", "Замещение не распространяется на это действие."),
    "absent_signs_not": Ground(_C, "P-6.5", "Замещают руководителя органа или его заместителя."),
    "person_unknown": Ground(_C, None, "Действующей учётной записи с таким логином у органа нет."),
    "substitute_self": Ground(_C, "P-6.5", "Никто не замещает самого себя."),
    "substitute_role": Ground(_C, "P-6.5", "Замещает тот, кто совершает действия органа: сотрудник или заместитель."),
    "days_reversed": Ground(_C, None, "Последний день раньше первого."),
    "days_over": Ground(_C, None, "Последний день уже прошёл."),
    "order_later": Ground(_C, "P-6.5", "Приказ не может быть позже первого дня замещения."),
    "act_unsigned": Ground(_C, "P-6.5", "Это действие не подписывают."),
    # Who may sign in, and with what.
    "own_account": Ground(_F, None, "Собственную учётную запись оператор не меняет: это делает другой оператор."),
    "sample_account": Ground(_F, None, "Учётная запись образца входит без пароля: настраивать в ней нечего."),
    "head_confirms": Ground(
        _F, "P-6.5", "Право подписи даёт руководитель органа: предложите это ему на подтверждение."
    ),
    "proposal_decided": Ground(_S, "P-6.5", "По этому предложению уже решено."),
    "own_proposal_of_power": Ground(_F, "P-6.5", "Предлагает и подтверждает не один человек."),
    "login_taken": Ground(_C, None, "Такой логин на узле уже есть."),
    "login_of_samples": Ground(_C, None, "Такие логины в песочнице у образцов."),
    "person_role_needed": Ground(_C, None, "Роль system бывает только у программы."),
    "token_of_signatory": Ground(_F, "P-6.5", "Руководитель подписывает сам: токенов этой роли на узле не бывает."),
    "bearer_needed": Ground(_C, "P-6.5", "Назовите, чья это программа: её черновики этот человек не подписывает."),
    "token_too_long": Ground(_C, None, "Срок токена: от 1 до {days} дней."),
    "scope_not_of_role": Ground(_C, None, "Этого права у роли нет."),
}


REGISTRY_GROUNDS: dict[str, Ground] = {
    # Who may enter and acknowledge it.
    "not_your_party": Ground(_F, "P-4.2", "Сторона сообщает только о своих органах."),
    "secretariat_only": Ground(_F, "P-16", "Полученное депозитарием и соглашения Сторон вносит только Секретариат."),
    "domestic_of_others": Ground(_F, "P-7.4", "Национальные органы вносит только само государство."),
    "not_relayed_to_you": Ground(_F, "P-4.3", "Получение подтверждает Сторона, которой уведомление направлено."),
    "acknowledged_already": Ground(_S, "P-4.3", "Получение этого уведомления уже подтверждено."),
    # What it says.
    "authority_known": Ground(_C, "P-4.2", "Этот код уже носит действующая запись реестра."),
    "authority_not_known": Ground(_C, "P-4.2", "Такого органа в реестре нет."),
    "designation_over": Ground(_C, "P-4.2", "Окончание этой записи уже внесено."),
    "entry_not_after_last": Ground(_C, "P-4.2", "История не переписывается: день должен быть позже {day}."),
    "code_of_other_state": Ground(_C, "P-4.2", "Код органа начинается с кода его государства: {country}-."),
    "code_of_a_state": Ground(_C, "P-4.2", "С кода государства начинаются только коды его органов."),
    "code_reserved": Ground(_C, "P-7.4", "Такие коды получают только органы, названные при передаче запроса."),
    "country_needed": Ground(_C, "P-4.2", "Укажите государство органа."),
    "country_out_of_place": Ground(_C, "P-4.2", "У Секретариата нет государства."),
    "nothing_changes": Ground(_C, "P-4.2", "Укажите, что изменяется."),
    "notice_in_future": Ground(_C, "P-16", "День получения уведомления ещё не наступил."),
    "completion_known": Ground(_C, "P-16", "Уведомление этого государства уже внесено."),
    "not_a_party": Ground(_C, "P-18", "В день получения уведомления государство не было Стороной."),
    "withdrawal_known": Ground(_C, "P-18", "Уведомление о выходе этой Стороны уже внесено."),
    "leaving_too_early": Ground(
        _C, "P-18", "Уведомление получают не позднее чем за {months} месяцев до выхода: не раньше {earliest}."
    ),
    "agreement_known": Ground(_C, "P-6.4", "Соглашение с этим кодом уже внесено."),
    "agreement_party_twice": Ground(_C, "P-6.4", "Сторона соглашения названа дважды."),
    "agreement_ends_early": Ground(_C, "P-6.4", "Соглашение не может окончиться раньше, чем началось."),
    "agreement_over": Ground(_C, "P-6.4", "Окончание этого соглашения уже внесено."),
    "told_twice": Ground(_C, "P-4.2", "Об этом на этот день уже сообщено в самом файле."),
    "told_otherwise": Ground(_C, "P-4.2", "Реестр говорит об этом иное: «{known}»."),
}
"""The objections to what is notified to the registry (Articles 4, 6, 16 and 18)."""

GROUNDS |= REGISTRY_GROUNDS


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against an act: where in the input (RFC 6901), and the words for it."""

    code: str
    pointer: str = ""
    rule: str | None = None
    gaps: dict[str, Any] = field(default_factory=dict)

    @property
    def weight(self) -> Weight:
        """What it is about."""
        return GROUNDS[self.code].weight

    @property
    def detail(self) -> str:
        """Its words, gaps filled; nothing of the input is in them."""
        words = GROUNDS[self.code].words
        if self.weight is Weight.STATE and "allowed" in self.gaps:
            words += NOW
        return words.format(**self.gaps)


def object_to(code: str, pointer: str = "", *, rule: str | None = None, **gaps: object) -> Objection:
    """Make an objection; its rule is the ground's own unless the act's stands in for it."""
    return Objection(code, pointer, GROUNDS[code].rule or rule, gaps)
