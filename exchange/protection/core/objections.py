"""Every reason for which an act on protected things can be refused: its code, weight, rule and words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from exchange.core.errors import Weight
from exchange.protection.core.naming import in_words


@dataclass(frozen=True, slots=True)
class Ground:
    """A kind of objection: its weight, the rule it rests on unless the act's or a regime's stands in, its words."""

    weight: Weight
    rule: str | None
    words: str


_F, _T, _S, _C = Weight.FORBIDDEN, Weight.STALE, Weight.STATE, Weight.CONTENT

GROUNDS: dict[str, Ground] = {
    # Who may do it.
    "not_concerned": Ground(_F, None, "Орган не имеет отношения к этому предмету."),
    "wrong_body": Ground(_F, None, "Это действие совершает другой орган: {who}."),
    "role_may_not": Ground(_F, None, "Роль вызывающего не даёт права на это действие."),
    "not_asked": Ground(_F, None, "Согласие ждут не от этого органа."),
    "not_competent_body": Ground(_F, None, "По договору {regime} это делает компетентный орган."),
    # Access.
    "no_copy": Ground(_F, "A-5.5", "Орган этого лица не хранит ни одного экземпляра."),
    "not_cleared": Ground(_F, "A-5.5", "Нет действующего допуска не ниже степени экземпляра."),
    "no_grant": Ground(_F, "A-5.5", "Лицу не открыт доступ к этому предмету с указанием цели и документа."),
    "giving_over": Ground(_F, "R-5", "Срок, на который предмет передан для этой цели, истёк."),
    "other_purpose": Ground(_F, "A-5.2", "Цель доступа не та, для которой передан предмет."),
    "person_of_another": Ground(_F, "A-5.5", "Это лицо другого органа: допуск и доступ оформляет его орган."),
    "person_unknown": Ground(_C, "A-5.5", "Такого лица орган не учитывает."),
    "item_unknown": Ground(_C, "A-5.5", "Такого предмета орган не учитывает."),
    "admission_term": Ground(_C, "A-5.5", "Срок заканчивается раньше, чем начинается."),
    "issuer_not_recognised": Ground(_C, "A-5.4", "Допуск этого государства ни один договор не признаёт."),
    # The state it is in.
    "stale": Ground(_T, None, "Предмет изменился с тех пор, как он был прочитан."),
    "not_in_this_state": Ground(_S, None, "Действие в этом состоянии предмета невозможно: «{state}»."),
    "copy_unknown": Ground(_C, None, "Экземпляра с номером {number} нет."),
    "copy_twice": Ground(_C, None, "Экземпляр № {number} назван дважды."),
    "copy_not_held": Ground(_S, None, "Экземпляр № {number} у органа не находится."),
    "copy_not_awaited": Ground(_S, None, "Экземпляр № {number} этому органу не направлен."),
    "copy_not_received": Ground(_S, None, "Экземпляр № {number} создан самим органом: возвращать его некому."),
    "copies_together": Ground(_C, None, "Экземпляры прибыли разными отправками: подтвердите каждую отдельно."),
    # Marks.
    "mark_not_of_state": Ground(_C, "A-7.1", "Такого грифа в системе грифов государства этого органа нет."),
    "mark_below_source": Ground(_C, "A-7.3", "Гриф не ниже грифа источников: не ниже «{floor}»."),
    "source_unknown": Ground(_C, "A-7.3", "Источника с таким номером орган не хранит."),
    "no_counterpart": Ground(_C, None, "У получателя нет грифа, соответствующего этому: передать нельзя."),
    "own_mark_missing": Ground(_C, None, "Получатель дополнительно проставляет свой гриф."),
    "own_mark_wrong": Ground(_C, None, "Гриф получателя равен соответствующему грифу отправителя: «{mark}»."),
    "mark_same": Ground(_C, None, "Этот гриф уже стоит."),
    "joint_unknown": Ground(_C, "A-7.6", "Такого органа другой Стороны, связанного договором, нет."),
    # Regimes, release, channel.
    "body_unknown": Ground(_C, None, "Такого органа в реестре нет."),
    "own_state": Ground(_C, None, "Внутри государства предмет передают по его праву, а не по договору."),
    "no_regime": Ground(_C, "A-14", "Между этими Сторонами в этот день нет действующего договора о защите секретов."),
    "own_consent_missing": Ground(_C, "KA-5.2", "Нужно письменное согласие своего компетентного органа."),
    "recipient_not_confirmed": Ground(_C, "KA-5.3", "Нужно письменное подтверждение допуска получателя."),
    "decision_in_future": Ground(_C, None, "Решение или документ не может быть датирован будущим."),
    "procedure_missing": Ground(_C, "R-11", "Передача идёт по решению Правительства: укажите завершённую процедуру."),
    "procedure_other": Ground(_C, "R-11", "Решение Правительства принято не для этого предмета, получателя или цели."),
    "procedure_not_approved": Ground(_C, "R-11", "Решения Правительства о передаче нет."),
    "procedure_term": Ground(_C, "R-5", "Срок, на который разрешена передача, короче или истёк."),
    "purpose_not_given": Ground(_C, "A-5.2", "Предмет получен для другой цели: иную открывает только новое решение."),
    "release_unknown": Ground(_C, "A-6.1", "Решения о передаче с таким номером орган не принимал."),
    "release_used": Ground(_S, "A-6.1", "Это решение уже исполнено: на каждый случай нужно своё."),
    "release_over": Ground(_S, "A-6.1", "Срок решения о передаче истёк."),
    "copies_beyond_release": Ground(_C, "A-6.1", "Решение разрешает передать не более {copies} экз."),
    "regime_not_decided": Ground(
        _S, "A-6.1", "С решения о передаче вступил в силу договор {regime}: решение нужно новое."
    ),
    "channel_closed": Ground(_C, None, "Ни один действующий договор не открывает этот канал."),
    "channel_not_agreed": Ground(_C, None, "Этот канал компетентные органы между собой не согласовали."),
    "means_not_agreed": Ground(_C, None, "Средства шифрования не согласованы компетентными органами обеих Сторон."),
    "channel_narrowed": Ground(_C, None, "Порядок государства отправителя этого канала не допускает."),
    "transport_missing": Ground(_C, None, "Укажите согласованные способ перевозки, маршрут и сопровождение."),
    "no_content": Ground(_C, None, "Электронно передаётся только то, содержание чего хранит модуль."),
    "content_unknown": Ground(_C, "A-7.1", "Содержания с таким дайджестом и размером орган не передавал."),
    "oral_has_no_carrier": Ground(_C, None, "Устные сведения не имеют носителя: ни экземпляров, ни содержания."),
    "standing_missing": Ground(_C, None, "Уполномоченные органы прежде письменно согласовали постановку грифа и учёт."),
    "dispatched_later": Ground(_C, None, "Получение не может быть раньше отправления или в будущем."),
    "form_wrong": Ground(_C, None, "Получение здесь подтверждают так: {form}."),
    "reference_missing": Ground(_C, None, "Письменное подтверждение имеет номер и день."),
    # What two sides agree on.
    "agreement_not_known": Ground(_C, None, "Договор {regime} такого соглашения этих органов не предусматривает."),
    "agreement_side": Ground(_C, None, "С другой стороны это согласует компетентный орган: {who}."),
    "agreement_term": Ground(_C, None, "Соглашение заканчивается раньше, чем начинается."),
    "agreement_other": Ground(_C, None, "Под этим кодом стоит другое соглашение."),
    "agreement_made": Ground(_S, None, "Соглашение под этим кодом уже согласовано."),
    # Consents.
    "consent_missing": Ground(_C, None, "Нужно согласие ({regime}): {who}."),
    "consent_unknown": Ground(_C, None, "Согласия с таким номером нет."),
    "consent_not_whole": Ground(_S, None, "Согласие ещё не дали: {who} ({regime})."),
    "consent_denied": Ground(_S, None, "В согласии отказано."),
    "consent_withdrawn": Ground(_S, None, "Согласие отозвано."),
    "consent_used": Ground(_S, None, "Согласие уже использовано: оно даётся на один раз."),
    "consent_other": Ground(_C, None, "Согласие дано на другое."),
    "consent_not_needed": Ground(_C, None, "Для этого согласия никто не требует."),
    "consent_already_given": Ground(_S, None, "Этот орган уже дал согласие."),
    "scope_wrong": Ground(_C, None, "Для согласия этого вида укажите ровно: {fields}."),
    "nobody_can_consent": Ground(_C, None, "Реестр не знает компетентного органа по договору {regime}."),
    # Copies, return, destruction.
    "copies_beyond": Ground(_C, "A-5.6", "Отправитель допускает не более {most} экз. всего."),
    "maker_not_cleared": Ground(_C, "KL-7.2", "Копии и переводы делает лицо этого органа с действующим допуском."),
    "never_destroyed": Ground(_C, "KL-7.5", "С этим грифом не уничтожают: возвращают отправителю."),
    "destroyed_in_future": Ground(_C, "A-7.9", "День уничтожения ещё не наступил."),
    # Breaches.
    "breach_unknown": Ground(_C, "A-10", "Нарушения с таким номером нет."),
    "breach_not_yours": Ground(_F, "A-10", "Разбирательство ведёт Сторона, где произошло нарушение."),
    "breach_closed": Ground(_S, "A-10", "Разбирательство уже завершено."),
    "inquiry_missing": Ground(_S, "A-10", "Сначала сообщите результат разбирательства."),
    "inquiry_known": Ground(_S, "A-10", "Результат разбирательства уже сообщён."),
    "happened_in_future": Ground(_C, "A-10", "День нарушения ещё не наступил."),
    # The national order of release.
    "no_order": Ground(_C, "R-3", "Для этого государства порядок передачи не задан: решение принимается в один шаг."),
    "not_secret_here": Ground(_C, "KL-3", "Этот гриф степенью секретности не является: порядок к нему не применяется."),
    "content_missing": Ground(_C, "R-5", "В предложении нет обязательных сведений: {field}."),
    "expert_unknown": Ground(_C, "R-3", "Реестр не знает органа, который даёт экспертное заключение."),
    "no_treaty": Ground(_C, "R-10", "Договора с получателем нет: заявитель обеспечивает его заключение."),
    "treaty_element_missing": Ground(
        _C, "R-10", "Договор не содержит обязательного положения ({element}): приложите проект дополнения."
    ),
    "wrong_step": Ground(_S, None, "На этом шаге процедуры действие невозможно: «{state}»."),
    "reasons_missing": Ground(_C, "R-5", "Отрицательное решение мотивируется."),
    "extended_already": Ground(_S, "R-8", "Срок заключения уже продлевался."),
    "extension_too_long": Ground(_C, "R-8", "Срок заключения продлевается не более чем на {days} рабочих дней."),
    "term_over": Ground(_S, "R-8", "Срок заключения уже истёк."),
    # Visits and entries.
    "visit_field_missing": Ground(_C, None, "В обращении о визите нет обязательного: {field}."),
    "visitor_field_missing": Ground(_C, None, "О посетителе № {number} нет обязательного: {field}."),
    "visitor_not_cleared": Ground(
        _C, "A-5.5", "У посетителя № {number} нет допуска нужной степени на всё время визита."
    ),
    "not_the_host": Ground(_F, "A-6.5", "Согласие на визит даёт компетентный орган принимающей Стороны."),
    "visit_answered": Ground(_S, "A-6.5", "На обращение уже дан ответ."),
    "degree_missing": Ground(_C, "A-6.5", "Перед визитом органы сообщают друг другу степень секретности."),
    "entry_not_known": Ground(_C, None, "Договор {regime} такой записи не предусматривает."),
    "entry_field_missing": Ground(_C, None, "В записи нет обязательного: {field}."),
    "clause_missing": Ground(_C, None, "В контракте нет обязательного условия: {clause}."),
    "entry_field_wrong": Ground(_C, None, "Поле записи заполнено не так, как нужно: {field}."),
    "through_diplomats": Ground(_C, None, "Об этом сообщают по дипломатическим каналам."),
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against an act: where in the input (RFC 6901), the rule, and the words for it."""

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
        """Its words, gaps filled, members of vocabularies in words; nothing of a designation or content is in them."""
        told = {name: in_words(name, value) for name, value in self.gaps.items()}
        return GROUNDS[self.code].words.format(**told)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot stand: every objection, the first of them decisive."""

    objections: tuple[Objection, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, worst first."""
        return tuple(each.code for each in self.objections)

    @property
    def rules(self) -> frozenset[str]:
        """The rules that are named."""
        return frozenset(each.rule for each in self.objections if each.rule is not None)


def object_to(code: str, pointer: str = "", *, rule: str | None = None, **gaps: object) -> Objection:
    """Make an objection; a rule that is given stands in for the ground's own."""
    return Objection(code, pointer, rule or GROUNDS[code].rule, gaps)


def refuse(found: Iterable[Objection]) -> Refusal:
    """Order objections, each once: the lightest weight decides."""
    once = {(each.code, each.pointer, each.rule, each.detail): each for each in found}
    return Refusal(tuple(sorted(once.values(), key=lambda each: each.weight)))
