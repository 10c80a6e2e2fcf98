"""The body of every error: RFC 9457 with the rule and the article behind it."""

from schemas.base import Shape


class ProblemItem(Shape):
    """One reason: where in the input (RFC 6901 pointer, empty for the whole), what, and by which rule."""

    pointer: str
    detail: str
    rule: str | None


class Problem(Shape):
    """An `application/problem+json` body; `errors` names every reason at once."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    rule: str | None
    article: str | None
    errors: tuple[ProblemItem, ...]
