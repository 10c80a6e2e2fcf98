"""A bare FastAPI endpoint: one validated INSERT of the same size, and one list; what the node is compared with."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

import asyncpg
from fastapi import FastAPI, Query
from pydantic import BaseModel

DSN = "BENCH_BARE_DSN"
POOL = 20

MAKE = """
CREATE TABLE IF NOT EXISTS bare (
    id uuid PRIMARY KEY,
    authority text NOT NULL,
    reference text NOT NULL,
    due_at timestamptz NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS bare_due ON bare (authority, due_at, id);
"""

INSERT = "INSERT INTO bare (id, authority, reference, due_at, body) VALUES ($1, $2, $3, now(), $4)"

SELECT = """
SELECT id, reference, due_at, body ->> 'purpose' AS purpose FROM bare
 WHERE authority = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT 51
"""


class Item(BaseModel):
    """An item of assistance."""

    form: str
    subject: str | None = None
    text: str
    citation: str | None = None


class Term(BaseModel):
    """The term of execution."""

    days: int
    basis: str


class Signatory(BaseModel):
    """Who signed."""

    name: str
    position: str
    acting_under: str | None = None


class Submission(BaseModel):
    """The fields of a request."""

    requested_authority: str
    reference: str
    purpose: str
    grounds: str
    substance: str
    matters: list[str]
    assistance: list[Item]
    execution_term: Term
    signatory: Signatory
    language: str


class Act(BaseModel):
    """The fields of an act."""

    act: str
    text: str = ""


def create() -> FastAPI:
    """Return the application; uvicorn calls it in each of its processes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async def nothing(_conn: Any) -> None:
            """Spare the round trip that the node spares too."""

        async with asyncpg.create_pool(os.environ[DSN], min_size=2, max_size=POOL, reset=nothing) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.post("/requests", status_code=201)
    async def submit(body: Submission) -> dict[str, str]:
        number = uuid4()
        async with app.state.pool.acquire() as conn:
            await conn.execute(INSERT, number, body.requested_authority, body.reference, body.model_dump_json())
        return {"id": str(number)}

    @app.post("/acts", status_code=201)
    async def act(body: Act) -> dict[str, str]:
        number = uuid4()
        async with app.state.pool.acquire() as conn:
            await conn.execute(INSERT, number, "", body.act, body.model_dump_json())
        return {"id": str(number)}

    @app.get("/requests")
    async def listed(authority: str, by: Annotated[datetime, Query()]) -> dict[str, Any]:
        async with app.state.pool.acquire() as conn:
            rows = await conn.fetch(SELECT, authority, by)
        return {"items": [dict(row) for row in rows]}

    return app
