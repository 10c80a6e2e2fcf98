"""What pages refuse by themselves, before a service is asked."""


class PageFault(Exception):
    """A call that no page can answer; `code` names its words under `fault`, `status` is the answer's."""

    def __init__(self, code: str, status: int) -> None:
        """Keep what the answer needs."""
        super().__init__(code)
        self.code = code
        self.status = status


class NotAllowed(PageFault):
    """A method that the address does not have."""

    def __init__(self, methods: str) -> None:
        """Keep the methods that it has."""
        super().__init__("method_not_allowed", 405)
        self.methods = methods


class UnknownPage(PageFault):
    """There is no such page."""

    def __init__(self) -> None:
        """Answer 404."""
        super().__init__("not_there", 404)


class BadQuery(PageFault):
    """A parameter of the address that does not fit."""

    def __init__(self) -> None:
        """Answer 422."""
        super().__init__("bad_query", 422)


class Forged(PageFault):
    """A form that was not made for this session, or came from elsewhere."""

    def __init__(self) -> None:
        """Answer 403."""
        super().__init__("forged", 403)
