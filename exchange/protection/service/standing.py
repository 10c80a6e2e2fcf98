"""Who may ask the module for anything at all: a body that its registry knows, a role that may see."""

from exchange.core.errors import Refused
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import object_to
from exchange.protection.core.scene import Body, Caller, Scene


def known(scene: Scene, caller: Caller) -> Body:
    """Return the caller's body; raise Refused for one that the module's registry does not know."""
    body = scene.bodies.get(caller.body)
    if body is None:
        raise Refused((object_to("not_concerned", rule="A-7.1"),))
    return body


def require(caller: Caller, verb: Verb = Verb.SEE) -> None:
    """Raise Refused unless the caller's role is entitled to a verb."""
    if verb not in MAY[caller.role]:
        raise Refused((object_to("role_may_not", rule="A-5.5"),))
