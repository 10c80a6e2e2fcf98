"""Rows that tell of a secret, locked before they are stored: neither a dump nor a log of the database reads them."""

from exchange.protection.content.provider import RECORD, KeyProvider


class Safe:
    """Locks bytes under the record key of a provider; they open only for what they are bound to, `table/id`."""

    def __init__(self, provider: KeyProvider) -> None:
        """Stand on a provider, sealed or not."""
        self._provider = provider

    def lock(self, plain: bytes, bound: str) -> bytes:
        """Return bytes as they may be stored, 37 longer; raise ModuleSealed."""
        return self._provider.wrap(RECORD, plain, _row(bound))

    def open(self, locked: bytes, bound: str) -> bytes:
        """Return bytes that `lock` made; raise ModuleSealed, and Tampered for what is bound elsewhere or changed."""
        return self._provider.unwrap(locked, _row(bound))


def _row(bound: str) -> bytes:
    """Return what a row is bound to: no wrapped content key opens in its place."""
    return b"row\n" + bound.encode()
