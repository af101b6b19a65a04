"""Hugging Face: the papers of its daily list, and models that named organisations publish.

The answers are those of https://huggingface.co/docs/hub/api: `/api/daily_papers?date=`, `/api/models?author=`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deepdaily.core.errors import BadStatus, FetchError, RateLimited, SourceError
from deepdaily.core.types import Harvest, Snapshot, SourceKind, Window
from deepdaily.read.extract import fragment
from deepdaily.sources.listed_rows import ListedRow, ListPlace, PartFound, as_one, count, found, line, when
from deepdaily.sources.offering import json_of, parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

API = "https://huggingface.co/api/"
DAYS = 4
"""So many daily lists are asked for: on a Monday the newest one is Friday's."""

MOST_ROWS = 200
"""Of one answer; a daily list has some 50."""

MOST_MODELS = 30
"""Newest models of one organisation."""

_ARXIV_ID = re.compile(r"\d{4}\.\d{4,5}")
_MODEL_ID = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
_RESET = re.compile(r"\bt=(\d{1,6})")


def parse_papers(body: bytes) -> list[ListedRow]:
    """The papers of one day, in its order; runs in a worker. One without title, time or a number of arXiv is left out.

    Raises:
        SourceError: not an answer of this API.
    """
    rows = json_of(body)
    if not isinstance(rows, list):
        raise SourceError("the answer is no list of papers")
    return [row for raw in rows[:MOST_ROWS] if isinstance(raw, dict) and (row := _paper(raw))]


def _paper(raw: dict[str, Any]) -> ListedRow | None:
    paper = raw.get("paper")
    number = paper.get("id") if isinstance(paper, dict) else None
    if not isinstance(paper, dict) or not isinstance(number, str) or not _ARXIV_ID.fullmatch(number):
        return None
    written = when(paper.get("publishedAt")) or when(raw.get("publishedAt"))
    listed = when(paper.get("submittedOnDailyAt")) or when(raw.get("submittedOnDailyAt")) or written
    title = line(paper.get("title") or raw.get("title"))
    summary = paper.get("summary") or raw.get("summary")
    if not title or listed is None:
        return None
    authors = paper.get("authors")
    names = [line(one.get("name")) for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    return ListedRow(
        f"https://arxiv.org/abs/{number}",
        title,
        listed,
        line(summary, 20_000) if isinstance(summary, str) else "",
        number,
        author=", ".join(filter(None, names))[:200],
        votes=count(paper.get("upvotes")),
        written_at=written,
    )


def parse_models(body: bytes) -> list[ListedRow]:
    """The models of one organisation, in the order of the answer; runs in a worker. One without name or time is left out.

    Raises:
        SourceError: not an answer of this API.
    """
    rows = json_of(body)
    if not isinstance(rows, list):
        raise SourceError("the answer is no list of models")
    return [row for raw in rows[:MOST_ROWS] if isinstance(raw, dict) and (row := _model(raw))]


def _model(raw: dict[str, Any]) -> ListedRow | None:
    name, made = raw.get("id") or raw.get("modelId"), when(raw.get("createdAt"))
    if not isinstance(name, str) or not _MODEL_ID.fullmatch(name) or made is None or raw.get("private") is True:
        return None
    teaser = fragment(line(raw.get("pipeline_tag")).replace("-", " "))
    return ListedRow(f"https://huggingface.co/{name}", name, made, teaser=teaser, votes=count(raw.get("likes")))


class HuggingFace:
    """Daily papers and new models as one source; each day and each organisation costs only itself.

    Args:
        authors: organisations or persons whose models are followed.
        most: offers of one request.
    """

    kind: SourceKind = "huggingface"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, what: Sequence[str], authors: Sequence[str], most: int, fetcher: Fetcher, engine: Engine) -> None:
        self.name, self._what, self._authors, self._most = name, what, authors, most
        self._fetcher, self._engine = fetcher, engine
        self._place = ListPlace(name, self.kind, "huggingface", "huggingface/1")

    async def harvest(self, window: Window) -> Harvest:
        """The page at arXiv of each listed paper, with its abstract and upvotes; each new model's page, with its likes.

        Raises:
            RateLimited, SourceError, FetchError: no request was answered.
        """
        parts: dict[str, Callable[[], Awaitable[PartFound]]] = {}
        if "papers" in self._what:
            today = window.now.astimezone(UTC).date()
            days = [today - timedelta(days=ago) for ago in range(DAYS)]
            parts |= {f"papers of {day}": partial(self._papers, day, today, window) for day in days}
        if "models" in self._what:
            for author in self._authors:
                asked = f"author={quote(author, safe='')}&sort=createdAt&direction=-1&limit={MOST_MODELS}"
                parts[f"models of {author}"] = partial(self._models, f"{API}models?{asked}", author, window)
        return await as_one(self.name, self.kind, parts, empty="nothing in the window")

    async def _papers(self, day: date, today: date, window: Window) -> PartFound:
        try:
            snapshot = await self._asked(f"{API}daily_papers?date={day}")
        except BadStatus as error:
            if error.status == 400 and day == today:  # its list has not begun
                return PartFound()
            raise
        rows = await parsed(self._engine, parse_papers, self._fetcher.body(snapshot))
        return found(sorted(rows, key=lambda row: -(row.votes or 0)), self._place, window, snapshot, self._most)

    async def _models(self, url: str, author: str, window: Window) -> PartFound:
        snapshot = await self._asked(url)
        rows = await parsed(self._engine, parse_models, self._fetcher.body(snapshot))
        part = found(rows, self._place, window, snapshot, self._most)
        return part if rows else replace(part, note=f"models of {author}: none is listed; is the name right?")

    async def _asked(self, url: str) -> Snapshot:
        try:
            return await self._fetcher.get(url, conditional=True)
        except FetchError as error:
            raise _refusal(error) from error


def _refusal(error: FetchError) -> FetchError | SourceError:
    """What a failed request means; its limit is told as `RateLimit: "api";r=0;t=120`."""
    if not isinstance(error, BadStatus) or error.status != 429:
        return error
    reset = _RESET.search(error.headers.get("ratelimit", ""))
    wait = error.retry_after_s if error.retry_after_s is not None else float(reset[1]) if reset else None
    return RateLimited("Hugging Face was asked too often", "ask it for fewer organisations, or later", wait)
