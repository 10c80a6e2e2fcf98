"""Trouble with the mail is shown: what fails, and what reaches nobody."""

from exchange.service import health
from exchange.service.health import Part
from exchange.service.outbox import deliver_due
from tests.service.node import Node
from tests.service.office import NOW


async def test_a_notice_that_reaches_nobody_is_shown(node: Node) -> None:
    """An address that is missing or refused troubles the mail for a day, and is counted."""
    await node.rows("UPDATE authority SET mailbox = NULL WHERE code = 'RU-MVD' RETURNING code")
    await node.office.submit()
    await deliver_due(node.db, node.post, NOW)
    async with node.db.connection() as conn:
        assert (await health.waiting(conn, NOW)).undeliverable == 1
        assert (await health.parts(conn, NOW, mails=True))["mail"] is Part.DEGRADED
        assert (await health.parts(conn, NOW + 2 * health.LATELY, mails=True))["mail"] is Part.OK
        assert (await health.parts(conn, NOW, mails=False))["mail"] is Part.OFF
