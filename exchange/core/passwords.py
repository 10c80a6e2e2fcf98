"""What a password must be: long, not made of the login, not one that everybody tries first."""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 256
FEWEST_DIFFERENT: Final = 5
"""Characters that a password has at least: twelve times the same one are no twelve."""

RUNS: Final = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
"""Rows of keyboards and alphabets."""

COMMON: Final = frozenset(
    {
        "administrator",
        "adminadminadmin",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyou",
        "letmeinletmein",
        "password",
        "passwordpassword",
        "passw0rd",
        "p@ssw0rd",
        "qwerty",
        "qwertyqwerty",
        "superadministrator",
        "superpassword",
        "welcome",
        "welcomewelcome",
        "администратор",
        "министерство",
        "мойпароль",
        "пароль",
        "парольпароль",
        "самыйсложныйпароль",
        "сложныйпароль",
    }
)
"""Words that are tried first; digits and marks around them make them no better. A short list: length does the rest."""

EDGES: Final = "0123456789!@#$%^&*()_-+=.,;:?/ №"


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    LOGIN = "login"
    COMMON = "common"


def weaknesses(password: str, login: str) -> Iterator[Weakness]:
    """Yield why a password is not taken."""
    if len(password) > LONGEST:
        yield Weakness.LONG
        return
    plain = unicodedata.normalize("NFC", password).casefold()
    if len(unicodedata.normalize("NFC", password)) < SHORTEST:
        yield Weakness.SHORT
    if login and login in plain:
        yield Weakness.LOGIN
    if len(set(plain)) < FEWEST_DIFFERENT or plain.strip(EDGES) in COMMON or any(plain in run * 2 for run in RUNS):
        yield Weakness.COMMON
