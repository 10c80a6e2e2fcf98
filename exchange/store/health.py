"""What operators watch beside the jobs and the outbox."""

from datetime import datetime

from exchange.store.database import Connection

COUNT_OVERDUE = "SELECT count(*) FROM obligation WHERE state = 'running' AND due_at <= $1"


async def overdue(conn: Connection, now: datetime) -> int:
    """Count the running duties that are past their due moment."""
    number: int = await conn.fetchval(COUNT_OVERDUE, now)
    return number
