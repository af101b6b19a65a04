"""What every kind of source does alike: read an answer, in a worker, and offer a link."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from deepdaily.core.errors import DeepdailyError, SourceError
from deepdaily.core.text import squeeze
from deepdaily.core.to_machines import told_title
from deepdaily.core.types import Offer, Votes, Window
from deepdaily.core.urls import canonical, sponsored_link
from deepdaily.read.paid import marked_address, marked_title

if TYPE_CHECKING:  # a worker that reads an answer passes here
    from deepdaily.engine import Engine

TEASER_CHARS = 300

T = TypeVar("T")
R = TypeVar("R")


def json_of(body: bytes | str) -> Any:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


async def parsed(
    engine: Engine,
    parse: Callable[[T], R],
    answer: T,
    *,
    limits: tuple[float, int] = (10.0, 256),
    failed: type[SourceError] = SourceError,
) -> R:
    """What `parse` makes of an answer, in a worker.

    Args:
        limits: seconds, and megabytes of memory.

    Raises:
        SourceError: as `parse` raises it; or `failed`, where the worker did not come to an end.
    """
    wall_s, memory_mb = limits
    [outcome] = await engine.map(parse, [answer], wall_s=wall_s, memory_mb=memory_mb)
    if isinstance(outcome, SourceError):
        raise outcome
    if isinstance(outcome, DeepdailyError):
        raise failed(f"the answer could not be read: {outcome}") from outcome
    return outcome


def offer(
    source: str,
    link: str,
    title: str,
    window: Window,
    *,
    published_at: datetime | None = None,
    teaser: str = "",
    votes: Votes | None = None,
    paid: bool = False,
) -> Offer | None:
    """The offer of a link; None where there is nothing to offer: no title, no address of the web, or older than the window.

    Args:
        link: as found; whether somebody is paid for a click is seen before it is made canonical.
        published_at: one that is ahead counts as now.
        paid: whether the source itself says so.
    """
    if published_at and published_at < window.since:
        return None
    title = told_title(title)
    if not title:
        return None
    try:
        url = canonical(link)
    except ValueError:
        return None
    at = min(published_at, window.now) if published_at else None
    sponsored = paid or sponsored_link(link) or marked_address(link) or marked_title(title)
    return Offer(url, source, title, squeeze(teaser)[:TEASER_CHARS], votes, at, sponsored)
