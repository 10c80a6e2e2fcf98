"""Ticks the jobs: one run of each at a time, a failing one more and more seldom, none ever switched off."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from exchange.service.database import Database
from exchange.store import jobs as store
from exchange.store.jobs import JobState
from scheduler.jobs import Job

FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 60.0
"""Seconds that a failing job rests: doubled with each failure, and never longer than this."""

MOST_DOUBLINGS: Final = 10
SUCCESS_SHOWN_EVERY: Final = 30.0
"""Seconds between two writings of a success: a job that is well writes nothing at every tick."""

GRACE: Final = 10.0
"""Seconds that a running job gets to end when the ticker is stopped."""

log = logging.getLogger(__name__)


class Ticker:
    """Runs jobs until it is stopped; holds no state that a restart would lose.

    `now` reads the node's clock; real time is used for rests and for what is shown of the jobs.
    """

    def __init__(self, jobs: Sequence[Job], db: Database, now: Callable[[], Awaitable[datetime]]) -> None:
        self._jobs = jobs
        self._db = db
        self._now = now
        self._scheduler: Any = None
        self._running: set[asyncio.Task[Any]] = set()
        self._states = {job.work.name: JobState(job.work.name) for job in jobs}
        self._rests_until = dict.fromkeys(self._states, 0.0)
        self._shown_at = dict.fromkeys(self._states, float("-inf"))

    def start(self) -> None:
        """Begin to tick in the running loop; every job is run at once."""
        # It warns at each tick that finds the job still running, which is what one run at a time means.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job in self._jobs:
            first = datetime.now(UTC)
            self._scheduler.add_job(
                self._tick, IntervalTrigger(seconds=job.every, timezone=UTC), args=(job,), next_run_time=first
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Tick no more and let what runs end; cut it off when that takes too long (its leases then run out)."""
        if self._scheduler is None:
            return
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        self._scheduler.shutdown(wait=False)
        self._scheduler = None
        if self._running:
            await asyncio.wait(self._running, timeout=1)

    def states(self) -> tuple[JobState, ...]:
        """Return how this process' jobs fare, also while the database is away."""
        return tuple(self._states.values())

    async def _tick(self, job: Job) -> None:
        """Run a job unless it rests, and note how it went."""
        name, loop = job.work.name, asyncio.get_running_loop()
        if self._scheduler is None or loop.time() < self._rests_until[name]:
            return
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            trouble = (await job.work.run(await self._now())).trouble
        except Exception as error:  # noqa: BLE001 - whatever it is, the job goes on ticking
            trouble = type(error).__name__
        await (self._well(name) if trouble is None else self._failing(name, trouble))

    async def _well(self, name: str) -> None:
        """Note a success."""
        before = self._states[name]
        self._states[name] = JobState(name, last_success=datetime.now(UTC), last_failure=before.last_failure)
        if before.failures:
            log.warning("job %s is well again after %d failures", name, before.failures)
        if before.failures or asyncio.get_running_loop().time() - self._shown_at[name] > SUCCESS_SHOWN_EVERY:
            await self._show(name)

    async def _failing(self, name: str, trouble: str) -> None:
        """Note a failure and let the job rest."""
        before, real = self._states[name], datetime.now(UTC)
        rest = min(FIRST_DELAY * (1 << min(before.failures, MOST_DOUBLINGS)), LONGEST_DELAY)
        self._rests_until[name] = asyncio.get_running_loop().time() + rest
        self._states[name] = replace(
            before,
            failures=before.failures + 1,
            last_failure=real,
            last_error=trouble,
            next_try_at=real + timedelta(seconds=rest),
        )
        log.warning("job %s failed (%d in a row), next in %.0f s: %s", name, before.failures + 1, rest, trouble)
        await self._show(name)

    async def _show(self, name: str) -> None:
        """Write a job's state down for other processes; while the database is away, memory has to do."""
        try:
            async with self._db.transaction() as conn:
                await store.record(conn, self._states[name])
        except Exception as error:  # noqa: BLE001 - a failure to show is no failure of the job
            log.warning("the state of job %s could not be kept: %s", name, type(error).__name__)
            return
        self._shown_at[name] = asyncio.get_running_loop().time()
