"""What operators do about the registry's ledger: accept a registry that came from a backup."""

from pathlib import Path

from exchange import rotation_commands
from exchange.operate import tell
from exchange.protection.service import ledger
from exchange.rotation_commands import Seat
from exchange.runtime import Mode, utc_now
from exchange.settings import Settings


def accept(settings: Settings, mode: Mode | None, data: Path, reference: str) -> int:
    """Accept a registry that is older than its anchor, by a document; it is noted in the ledger."""

    async def work(seat: Seat) -> None:
        async with seat.module.pool.transaction() as conn:
            told = await ledger.accept(conn, seat.module, reference, utc_now())
        if told is None:
            tell("nothing to accept: the registry follows its anchor")
            return
        await seat.module.ledger.accept(seat.module.pool)
        tell(f"accepted: {told.trouble}")
        if told.rows:
            tell(f"{told.rows} rows entered into the ledger")

    rotation_commands.seated(settings, mode, data, work)
    return 0
