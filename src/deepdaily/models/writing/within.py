"""Several requests side by side, within one wall."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from math import inf
from typing import Any, TypeVar

from deepdaily.core.errors import ModelError

T = TypeVar("T")


async def within(wall_s: float, work: Sequence[Coroutine[Any, Any, T]]) -> list[T | ModelError | None]:
    """What each gives, in order: its result, its ModelError, or None where the time was up. Other errors are raised."""
    tasks: list[asyncio.Task[T]] = [asyncio.ensure_future(one) for one in work]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=None if wall_s == inf else wall_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [_outcome(task) for task in tasks]


def _outcome(task: asyncio.Task[T]) -> T | ModelError | None:
    if task.cancelled():
        return None
    error = task.exception()
    if error is None or isinstance(error, ModelError):
        return error or task.result()
    raise error
