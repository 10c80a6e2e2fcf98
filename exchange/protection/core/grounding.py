"""The rule behind each field of an act on an item, named when what is typed there does not fit."""

from collections.abc import Mapping
from typing import Final

from exchange.protection.core.acts import ACTS
from schemas.secrecy import ItemAct

_WAY: Final = {"channel": "A-6.2", "means": "KA-5.7", "transport": "A-6.4"}
_MAKING: Final = {"made_by": "A-N1", "to_whom": "A-N7", "copy_number": "A-N7"}

FIELD_RULES: Final[Mapping[ItemAct, Mapping[str, str]]] = {
    ItemAct.REGISTER: {
        "mark": "A-7.1",
        "derived_from": "A-7.3",
        "joint_with": "A-7.6",
        "requirements": "A-5.6",
        "purpose": "A-5.2",
        "bulky": "A-6.4",
    },
    ItemAct.AUTHORISE_RELEASE: {
        "purpose": "A-5.2",
        "consent": "A-5.3",
        "own_consent": "KA-5.2",
        "recipient_cleared": "KA-5.3",
        "contract": "KA-7",
        "procedure": "R-11",
        "until": "R-5",
    },
    ItemAct.DISPATCH: {**_WAY, "release": "A-6.1"},
    ItemAct.CONFIRM_RECEIPT: {"own_mark": "A-7.2", "own_number": "A-7.4"},
    ItemAct.COPY: {**_MAKING, "count": "A-N7", "consent": "KA-6.5"},
    ItemAct.TRANSLATE: {**_MAKING, "consent": "KA-6.5", "language": "A-7.2"},
    ItemAct.EXTRACT: {**_MAKING, "consent": "KA-6.5"},
    ItemAct.DECLASSIFY: {"ground": "A-N8"},
    ItemAct.RETURN: _WAY,
    ItemAct.DESTROY: {
        "method": "A-7.9",
        "people": "A-7.9",
        "date": "A-7.9",
        "document": "A-7.9",
        "irrecoverable": "A-7.9",
        "crisis": "KL-7.8",
    },
    ItemAct.REPORT_BREACH: {"kinds": "KL-10", "disclosure": "KA-11", "circumstances": "A-N9"},
}
"""The fields that have a rule of their own; every other field is of its act's first rule."""

REGISTER_RULE: Final = "A-7.4"
"""What is kept of an item is of the register itself."""


def field_rule(act: ItemAct, field: str) -> str:
    """Return the rule behind a field of an act's body."""
    first = REGISTER_RULE if act is ItemAct.REGISTER else ACTS[act].rules[0]
    return FIELD_RULES.get(act, {}).get(field, first)


def rules_behind(act: ItemAct, field: str) -> tuple[str, ...]:
    """Return the rule behind a field and, where it may bind nobody here, the act's rules after it."""
    return (field_rule(act, field), *ACTS[act].rules)
