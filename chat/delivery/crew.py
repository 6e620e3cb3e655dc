"""Tasks with an owner: none is lost, none fails unseen, none outlives it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

#: A task that does not end when cancelled is told again after this long (s).
PATIENCE_S = 1.0


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
            for task in self._tasks:
                task.cancel()
            # A wait that ends in the moment of its cancelling may swallow it.
            await asyncio.wait(list(self._tasks), timeout=PATIENCE_S)
            # One turn for the callbacks that strike the ended ones off.
            await asyncio.sleep(0)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("delivery task failed", exc_info=task.exception())
