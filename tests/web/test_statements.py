"""A page makes at most 8 statements and an act's form at most 16, however long the record is."""

from tests.statements import recorded
from tests.web.house import Office

MOST_OF_A_PAGE, MOST_OF_AN_ACT, MANY = 9, 16, 30
PATHS = (
    "/", "/requests", "/requests?q=банк", "/duties?due=later", "/requests/{id}", "/requests/{id}/record",
    "/requests/{id}/acts/accept",
)  # fmt: skip


async def test_every_page_makes_few_statements_however_long_the_record(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD")
    pool = office.node.runtime.pool
    async with recorded(pool) as recorder:

        async def counted(path: str) -> list[str]:
            """Return the statements of a page; whatever a connection asks once in its life was asked before."""
            for _ in range(pool.raw.get_max_size()):
                await person.get(path.replace("{id}", made["id"]))
            recorder.taken()
            await person.get(path.replace("{id}", made["id"]))
            return recorder.taken()

        few = {path: await counted(path) for path in PATHS}
        for number in range(MANY):
            await office.node.done(made, "KZ-MVD", "note", text=f"сообщение {number}")
        for path, statements in few.items():
            assert 0 < len(statements) <= MOST_OF_A_PAGE, (path, statements)
            assert await counted(path) == statements, path


async def test_an_act_done_on_its_form_makes_few_statements(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD")
    own = await person.open_form(made["id"], "accept")
    async with recorded(office.node.runtime.pool) as recorder:
        assert (await person.post(f"/requests/{made['id']}/acts/accept", own)).status_code == 303
        assert 0 < len(statements := recorder.taken()) <= MOST_OF_AN_ACT, statements
