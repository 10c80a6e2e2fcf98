"""Messages as they go out: what a reader sees is what was written."""

from email import message_from_bytes
from email.policy import default

from hypothesis import given
from hypothesis import strategies as st

from exchange.delivery.mail import line, subject

WORDS = st.text("абвгґёжқңөұһ RU-MVD/2026:—0Ω", min_size=1, max_size=300).map(line).filter(bool)


@given(WORDS)
def test_rfc_2047_a_subject_is_read_as_it_was_written(text: str) -> None:
    """No space is lost where a long subject is folded, and no line is longer than encoded words may be."""
    field = subject(text)
    assert str(message_from_bytes(field + b"\r\n", policy=default)["Subject"]) == text
    assert all(len(part) <= 78 for part in field.split(b"\r\n"))
