"""Tasks with an owner: none is lost, none fails unseen, none outlives it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

#: A task that does not end when cancelled is told again after this long (s).
PATIENCE_S = 1.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel these tasks until they have ended."""
    running = [task for task in tasks if not task.done()]
    while running:
        for task in running:
            task.cancel()
        # Once is not enough: a wait that ends in the moment of its cancelling may
        # swallow it, and so do some calls of Redis clients.
        await asyncio.wait(running, timeout=PATIENCE_S)
        running = [task for task in running if not task.done()]


class Crew:
    """The tasks of one owner."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Start a task; a failure is logged, whoever else awaits it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def end(self) -> None:
        """Cancel what still runs, and what that starts on its way out."""
        while self._tasks:
            await end(*self._tasks)
            # One turn for the callbacks that strike the ended ones off.
            await asyncio.sleep(0)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("delivery task failed", exc_info=task.exception())
