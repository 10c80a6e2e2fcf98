"""What somebody gains who changes rows of the module behind its back: nothing that is not found at the next use."""

import base64
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from exchange.protection.service import registering, verify
from schemas.vocabulary import Role
from tests.protection.hall import ROOT, Hall

OFFICER = "kz-mvd.officer"
SWAP = """
UPDATE protection.content c SET item = o.item
  FROM protection.content o WHERE o.id <> c.id AND o.item = ANY($1) AND c.item = ANY($1)
"""


async def held(hall: Hall, mark: str, plain: bytes) -> str:
    """Register an item with content."""
    content = base64.b64encode(plain).decode()
    return str((await hall.item(mark=mark, kind="electronic", content=content))["id"])


async def granted(hall: Hall, item: str) -> UUID:
    wanted = {"person": OFFICER, "item": item, "purpose": "розыск", "document": "план 4"}
    return UUID((await hall.made("grants", {**wanted, "until": "2026-06-01T00:00:00Z"}))["id"])


async def read(hall: Hall, item: str, role: Role = Role.OFFICER) -> tuple[int, Any]:
    answer = await hall.get(f"items/{item}/content", role=role)
    return answer.status_code, answer.content if answer.status_code == 200 else answer.json()["code"]


async def found(hall: Hall) -> list[str]:
    async with hall.module.pool.transaction() as conn:
        return [fault for _, faults in [one async for one in verify.proofs(conn, hall.module)] for fault in faults]


async def where(hall: Hall) -> list[str]:
    """Return the places where a proof finds something wrong."""
    async with hall.module.pool.transaction() as conn:
        return [str(place) async for place, faults in verify.proofs(conn, hall.module) if faults]


async def test_a_5_5_content_moved_to_another_item_is_not_given(hall: Hall, owner: asyncpg.Connection) -> None:
    low, top = await held(hall, "secret", b"low"), await held(hall, "top_secret", b"top")
    await granted(hall, low)
    assert await read(hall, low) == (200, b"low")
    await owner.execute("DROP INDEX protection.content_of_item")
    await owner.execute(SWAP, [UUID(low), UUID(top)])
    assert await read(hall, low) == (500, "content_broken")
    await owner.execute(SWAP, [UUID(low), UUID(top)])
    assert await read(hall, low) == (200, b"low")


@pytest.mark.parametrize(
    "change",
    ["person = 'kz-mvd.head'", "until = NULL", "until = until + interval '1 year'", "since = '2020-01-01Z'"],
)
async def test_a_5_5_a_grant_that_was_changed_opens_nothing(hall: Hall, owner: asyncpg.Connection, change: str) -> None:
    item = await held(hall, "secret", b"low")
    grant = await granted(hall, item)
    await owner.execute(f"UPDATE protection.access_grant SET {change} WHERE id = $1", grant)  # noqa: S608 - ours
    role = Role.HEAD if "head" in change else Role.OFFICER
    assert await read(hall, item, role) == (500, "content_broken")
    hall.spoilt = True


async def test_a_5_5_a_grant_moved_to_another_item_opens_nothing(hall: Hall, owner: asyncpg.Connection) -> None:
    low, top = await held(hall, "secret", b"low"), await held(hall, "top_secret", b"top")
    grant = await granted(hall, low)
    await owner.execute("UPDATE protection.access_grant SET item = $2 WHERE id = $1", grant, UUID(top))
    assert await read(hall, top) == (500, "content_broken")
    hall.spoilt = True


@pytest.mark.parametrize("change", ["person = 'kz-mvd.guest'", "until = NULL", "issuer = 'RU'"])
async def test_a_5_4_a_clearance_that_was_changed_is_none(hall: Hall, owner: asyncpg.Connection, change: str) -> None:
    wanted = {"person": "kz-guest", "mark": "top_secret", "until": "2026-03-02T00:00:00Z"}
    made = await hall.made("clearances", wanted)
    async with hall.module.pool.transaction() as conn:
        await registering.add_people(conn, hall.module, [("kz-mvd.guest", "KZ-MVD")])
    await owner.execute(f"UPDATE protection.clearance SET {change} WHERE id = $1", UUID(made["id"]))  # noqa: S608 - ours
    assert (await hall.get("clearances")).json()["code"] == "content_broken"
    hall.spoilt = True


REVIVED = ["revoked_at = NULL", "revoked_at = revoked_at + interval '1 year'", "revoked_at = NULL, until = NULL"]
"""What would let something that was ended hold again."""


@pytest.mark.parametrize("change", REVIVED)
async def test_a_5_5_a_revoked_grant_is_not_revived(hall: Hall, owner: asyncpg.Connection, change: str) -> None:
    item = await held(hall, "secret", b"low")
    grant = await granted(hall, item)
    assert (await hall.post(f"grants/{grant}/revoke", {})).status_code == 200
    assert await read(hall, item) == (403, "no_grant")
    await owner.execute(f"UPDATE protection.access_grant SET {change} WHERE id = $1", grant)  # noqa: S608 - ours
    assert await read(hall, item) == (500, "content_broken")
    assert (await hall.get("grants")).json()["code"] == "content_broken"
    assert await found(hall) == ["the grant was changed"]
    hall.spoilt = True


@pytest.mark.parametrize("change", REVIVED)
async def test_a_5_5_a_revoked_clearance_is_not_revived(hall: Hall, owner: asyncpg.Connection, change: str) -> None:
    item = await held(hall, "secret", b"low")
    await granted(hall, item)
    (own,) = await hall.all(f"clearances?person={OFFICER}")
    assert (await hall.post(f"clearances/{own['id']}/revoke", {})).status_code == 200
    assert await read(hall, item) == (403, "not_cleared")
    await owner.execute(f"UPDATE protection.clearance SET {change} WHERE id = $1", UUID(own["id"]))  # noqa: S608 - ours
    assert await read(hall, item) == (500, "content_broken")
    assert (await hall.post(f"clearances/{own['id']}/revoke", {})).status_code == 500
    assert await found(hall) == ["the clearance was changed"]
    hall.spoilt = True


@pytest.mark.parametrize(
    "change", ["agreed_at = proposed_at", "until = NULL", "sides = '{KZ-NSC,RU-FSB}'", "channel = 'x'"]
)
async def test_ka_5_7_an_agreement_that_was_changed_is_none(hall: Hall, owner: asyncpg.Connection, change: str) -> None:
    said = {"reference": {"reference": "12/345", "date": "2026-02-27"}, "since": "2026-03-01", "until": "2026-12-31"}
    await hall.made("means", {"code": "M-AM-2", "regime": "kz-am-2025", "other": "AM-NSS", **said}, "KZ-NSC")
    await owner.execute(f"UPDATE protection.agreement SET {change} WHERE code = 'M-AM-2'")  # noqa: S608 - ours
    answer = await hall.node.get(f"{ROOT}/means", "KZ-NSC", Role.SECRECY_OFFICER)
    assert (answer.status_code, answer.json()["code"]) == (500, "content_broken")
    assert await found(hall) == ["the agreement was changed"]
    hall.spoilt = True


@pytest.mark.parametrize(
    ("change", "back", "fault"),
    [
        (
            "UPDATE protection.access_grant SET person = 'kz-mvd.head'",
            "UPDATE protection.access_grant SET person = 'kz-mvd.officer'",
            "the grant was changed",
        ),
        (
            "UPDATE protection.clearance SET issuer = 'RU' WHERE person = 'kz-mvd.head'",
            "UPDATE protection.clearance SET issuer = 'KZ' WHERE person = 'kz-mvd.head'",
            "the clearance was changed",
        ),
    ],
)
async def test_a_5_5_a_proof_names_what_of_people_was_changed(
    hall: Hall, owner: asyncpg.Connection, change: str, back: str, fault: str
) -> None:
    item = await held(hall, "secret", b"low")
    await granted(hall, item)
    assert await read(hall, item) == (200, b"low")
    assert await found(hall) == []
    await owner.execute(change)
    assert await found(hall) == [fault]
    await owner.execute(back)


ENTERED = {
    "body": """
        INSERT INTO protection.body (code, party, zone, name, proof)
        SELECT 'KZ-FAKE', party, zone, name, proof FROM protection.body WHERE code = 'KZ-MVD'
    """,
    "person": """
        INSERT INTO protection.person SELECT 'fake', body, proof FROM protection.person WHERE code = 'kz-mvd.officer'
    """,
    "binding": """
        INSERT INTO protection.binding (regime, party, since, proof) VALUES ('kz-lt-2015', 'RU', '2001-01-01', '')
    """,
    "competent": """
        INSERT INTO protection.competent (regime, party, body, since, proof)
        SELECT regime, party, 'KZ-MVD', since, proof FROM protection.competent WHERE party = 'KZ' LIMIT 1
    """,
}
"""Rows that nobody entered through the module, with proofs of others."""

GONE = {
    "body": "DELETE FROM protection.body WHERE code = 'KZ-FAKE'",
    "person": "DELETE FROM protection.person WHERE code = 'fake'",
    "binding": "DELETE FROM protection.binding WHERE since = '2001-01-01'",
    "competent": "DELETE FROM protection.competent WHERE body = 'KZ-MVD'",
}
AM, LT = "party = 'AM' AND regime = 'kz-am-2025'", "party = 'LT'"
REGISTERED = {
    "body": ("party = 'LT'", "party = 'KZ'", "code = 'KZ-MVD'", "body KZ-MVD"),
    "body's zone": ("zone = 'UTC'", "zone = 'Asia/Almaty'", "code = 'KZ-MVD'", "body KZ-MVD"),
    "body's office": ("office = 'none'", "office = NULL", "code = 'KZ-MVD'", "body KZ-MVD"),
    "binding": ("left_on = '2099-01-01'", "left_on = NULL", AM, "binding kz-am-2025/AM/"),
    "binding's end": ("released_on = '2026-01-01'", "released_on = NULL", LT, "binding kz-lt-2015/LT/"),
    "competent": ("body = 'KZ-MVD'", "body = 'KZ-NSC'", "party = 'KZ' AND regime = 'csto-2004'", "competent body "),
    "competent's day": ("since = '2999-01-01'", "since = '2020-01-01'", LT, "competent body "),
    "person": ("body = 'KZ-NSC'", "body = 'KZ-MVD'", "code = 'kz-mvd.officer'", "person kz-mvd.officer"),
}
"""Rows in clear: what is changed, what takes it back, of which row, and where a proof finds it."""


@pytest.mark.parametrize("name", REGISTERED)
async def test_a_5_5_a_registry_that_was_changed_decides_nothing(
    hall: Hall, owner: asyncpg.Connection, name: str
) -> None:
    """A-4, A-14, KA-15, KL-14: who is bound, who is competent, and whose a person is, say the registry's own words."""
    item, (change, back, which, place) = await held(hall, "secret", b"low"), REGISTERED[name]
    await granted(hall, item)
    assert await read(hall, item) == (200, b"low")
    table = name.split("'", maxsplit=1)[0]
    await owner.execute(f"UPDATE protection.{table} SET {change} WHERE {which}")  # noqa: S608 - ours
    assert await read(hall, item) == (500, "content_broken")
    told = await hall.post("items", {"mark": "secret", "designation": "а", "kind": "document", "purpose": "б"})
    refused = told.status_code == 500 if table != "person" else told.status_code == 201
    assert refused, told.text
    found_in = await where(hall)
    assert [each.startswith(place) for each in found_in] == [True], found_in
    await owner.execute(f"UPDATE protection.{table} SET {back} WHERE {which}")  # noqa: S608 - ours


@pytest.mark.parametrize("table", ENTERED)
async def test_a_4_a_row_that_was_entered_in_the_database_alone_is_found(
    hall: Hall, owner: asyncpg.Connection, table: str
) -> None:
    await owner.execute(ENTERED[table])
    assert await found(hall) == ["it was changed in the registry"]
    await owner.execute(GONE[table])


async def test_ka_3_the_successor_that_an_entry_named_cannot_be_taken_out(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    wanted = {"kind": "competent_body", "regime": "kz-am-2025", "party": "AM", "date": "2026-03-01", "diplomatic": True}
    fields = {"body": "KZ-MVD", "since": "2026-03-10"}
    made = await hall.made("entries", {**wanted, "fields": fields}, "KZ-NSC")
    kept = await owner.fetchrow("SELECT id, proof FROM protection.competent WHERE entry = $1", UUID(made["id"]))
    assert kept is not None
    assert await where(hall) == []
    await owner.execute("CREATE TABLE public.kept AS SELECT * FROM protection.competent WHERE entry IS NOT NULL")
    await owner.execute("DELETE FROM protection.competent WHERE entry IS NOT NULL")
    assert await where(hall) == [made["id"], f"competent/{kept['id']}"]
    await owner.execute("INSERT INTO protection.competent OVERRIDING SYSTEM VALUE SELECT * FROM public.kept")
