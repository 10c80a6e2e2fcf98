"""What another house adds to the interface: its addresses, their description, its parts of the node's health."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from exchange.api.endpoint import Handler
from exchange.api.operation import Operation
from exchange.service.health import Part

Parts = Callable[[], Awaitable[Mapping[str, Part]]]


async def no_parts() -> Mapping[str, Part]:
    """Add nothing to the node's health."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Addresses with their handlers, the calls in words, and parts that `readyz` tells of."""

    handlers: Mapping[str, Mapping[str, Handler]] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    parts: Parts = no_parts
