"""What operators enter into the protection module of its treaties: a file of their days and first competent bodies."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from exchange import opening, protecting
from exchange.core.errors import NodeError
from exchange.keys_commands import passphrase
from exchange.opening import Place
from exchange.operate import tell, with_place
from exchange.protection.service import force
from exchange.runtime import Mode
from exchange.settings import Settings
from schemas.force import ForceFile


def take_in(settings: Settings, mode: Mode | None, data: Path, file: Path) -> int:
    """Enter a file (TOML) into the module's registry; what is there already stays.

    Every row is vouched for under the module's keys: the passphrase (or the token's PIN) is needed.
    """
    wanted = read(file)

    async def work(place: Place, known: Mode, key: bytes) -> None:
        where = opening.module_place(place, settings, known)
        dsn = settings.protection.database_url if where is None else where.app
        if dsn is None:
            raise NodeError("this node has no protection module: see PROTECTION")
        word = passphrase(settings, known) or (key.hex() if known is Mode.SANDBOX else None)
        if word is None:
            raise NodeError("the passphrase is needed: PROTECTION_PASSPHRASE_FILE, or a terminal")
        async with (
            protecting.open_module(dsn, settings, known, data, word) as module,
            module.transaction() as conn,
        ):
            bodies, bindings, competent = await force.take_in(conn, module, wanted)
        tell(f"bodies: {bodies}, bindings: {bindings}, competent: {competent}")

    with_place(settings, mode, data, work)
    return 0


def read(file: Path) -> ForceFile:
    """Return what a file says; raise NodeError for one that cannot be read, without quoting it."""
    try:
        return ForceFile.model_validate(tomllib.loads(file.read_text("utf-8")), strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NodeError(f"the file cannot be read ({type(error).__name__})") from None
    except ValidationError as wrong:
        places = sorted({".".join(map(str, each["loc"])) for each in wrong.errors(include_input=False)})
        raise NodeError(f"the file does not fit at: {', '.join(places)}") from None
