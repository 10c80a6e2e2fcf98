"""What an operator enters of the treaties: their days, first competent bodies, bodies that only the module knows."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from exchange import cli, force_commands, protecting
from exchange.core.errors import NodeError, Tampered
from exchange.force_commands import read
from exchange.protection.module import Module
from exchange.protection.service import force
from exchange.protection.service.vouching import require_all
from exchange.protection.store.facts import facts
from exchange.runtime import Mode
from exchange.settings import Settings
from schemas.force import ForceFile
from tests.conftest import Database
from tests.protection.content.keys import PHRASE

WHOLE = """
[[body]]
code = "LT-VSD"
party = "LT"
zone = "Europe/Vilnius"
name = { ru = "Орган", lt = "Institucija" }

[[binding]]
regime = "kz-lt-2015"
party = "LT"
since = 2026-01-30

[[competent]]
regime = "kz-lt-2015"
party = "LT"
body = "LT-VSD"
since = 2026-01-30
"""


def file(folder: Path, text: str = WHOLE) -> Path:
    path = folder / "force.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
async def module(database: Database, tmp_path: Path) -> AsyncIterator[Module]:
    async with protecting.open_module(database.dsn, Settings(), Mode.SANDBOX, tmp_path, PHRASE) as opened:
        yield opened


async def entered(owner: "asyncpg.Connection", module: Module, wanted: ForceFile) -> tuple[int, int, int]:
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE protection_app")
        return await force.take_in(owner, module, wanted)


async def test_kl_14_a_treaty_is_in_force_from_the_day_that_the_registry_holds(
    owner: "asyncpg.Connection", module: Module, tmp_path: Path
) -> None:
    wanted = read(file(tmp_path))
    assert await entered(owner, module, wanted) == (1, 1, 1)
    assert await entered(owner, module, wanted) == (1, 1, 1), "again, and nothing changes"
    floor = module.ledger.seq
    known = await facts(owner, ("LT-VSD",), ())
    assert [(each.row.regime, each.row.party, each.row.since) for each in known.bindings] == [
        ("kz-lt-2015", "LT", date(2026, 1, 30))
    ]
    assert [(each.row.regime, each.row.party, each.row.body) for each in known.competent] == [
        ("kz-lt-2015", "LT", "LT-VSD")
    ]
    await require_all(owner, module, known, floor)
    left = read(
        file(
            tmp_path,
            WHOLE.replace("since = 2026-01-30\n\n[[comp", "since = 2026-01-30\nleft_on = 2026-09-01\n\n[[comp"),
        )
    )
    await entered(owner, module, left)
    await entered(owner, module, wanted)
    (binding,) = (await facts(owner, (), ())).bindings
    assert binding.row.left_on == date(2026, 9, 1), "what was told of leaving stays"


async def test_everything_that_cannot_stand_is_named_at_once(owner: "asyncpg.Connection", module: Module) -> None:
    wrong: dict[str, Any] = {
        "binding": [
            {"regime": "kz-lt-2015", "party": "RU", "since": "2026-01-30"},
            {"regime": "csto-2004", "party": "RU", "since": "2026-01-30", "left_on": "2026-01-01"},
        ],
        "competent": [
            {"regime": "kz-1355", "party": "LT", "body": "LT-CB", "since": "2026-01-30"},
        ],
    }
    with pytest.raises(NodeError) as told:
        await entered(owner, module, ForceFile.model_validate(wrong, strict=False))
    assert str(told.value).split("; ") == [
        "RU is no Party to kz-lt-2015",
        "RU cannot leave csto-2004 before it is bound",
        "LT is no Party to kz-1355",
        "LT-CB is no body of LT that the module knows",
    ]


async def test_what_was_entered_behind_the_module_is_not_built_upon(
    owner: "asyncpg.Connection", module: Module, tmp_path: Path
) -> None:
    wanted = read(file(tmp_path))
    await entered(owner, module, wanted)
    await owner.execute("UPDATE protection.binding SET left_on = '2026-12-01'")
    with pytest.raises(Tampered):
        await entered(owner, module, wanted)
    await owner.execute("UPDATE protection.binding SET left_on = NULL")
    await owner.execute(
        "INSERT INTO protection.body (code, party, zone, name, proof) VALUES ('LT-X', 'LT', 'UTC', '{}', '')"
    )
    with pytest.raises(Tampered):
        await entered(owner, module, wanted)


@pytest.mark.parametrize(
    "text", ["[[binding]]\nregime = 1", "{", "[[binding]]\nregime = 'x'\nparty = 'KZ'\nsince = 'x'"]
)
def test_a_file_that_does_not_fit_is_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(NodeError, match="the file"):
        read(file(tmp_path, text))
    with pytest.raises(NodeError, match="FileNotFoundError"):
        read(tmp_path / "nothing")


def test_the_command_enters_a_file(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = cli.parser().parse_args(["protection", "force", str(file(tmp_path)), "--data", str(tmp_path)])
    settings = Settings(database_url=database.dsn)
    assert force_commands.take_in(settings, asked.mode, asked.data, asked.file) == 0
    assert "bodies: 1, bindings: 1, competent: 1" in capsys.readouterr().out
