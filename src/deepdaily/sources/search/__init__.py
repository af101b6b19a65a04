"""Web search: what every provider has in common. `web_search` asks them, `budget` counts the questions of a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from deepdaily.core.errors import FetchError, SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Watch
from deepdaily.read.extract import fragment, moment

MAX_RESULTS = 20
MOST_FOLLOWED = 2
"""Open questions asked for a day: the other queries are what the quota is for."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Result:
    url: str
    title: str
    snippet: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """One answer, best first."""

    found: tuple[Result, ...]
    note: str = ""
    """What the provider says of itself, for the source's health."""
    complete: bool = True
    """Whether the provider's further question for the same query can be saved."""


@dataclass(frozen=True, slots=True)
class Span:
    """When the pages may be of that are asked for; providers take it as exactly as they can, and never narrower."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def days(self) -> int:
        """How many days back from now it begins, at least 1."""
        return max(1, -((self.since - self.now) // DAY))

    @property
    def open(self) -> bool:
        """Whether it reaches until now."""
        return self.until >= self.now


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One request. A key is in no address and no body: those are printed and stored."""

    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    """Sent by POST, where there is one."""


class Provider(Protocol):
    """How a search is asked, how its answers are read, and what its refusals mean."""

    unset: str
    """Why it cannot be asked, which is no trouble; empty where it can."""

    @property
    def parse(self) -> Callable[[bytes], Results]:
        """Reads an answer; a function of a module, for it runs in a worker. It raises SourceError."""
        ...

    def inquiries(self, query: str, span: Span) -> Sequence[Inquiry]:
        """What to ask for a query, one after the other until an answer is complete; at least one."""
        ...

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        """What a failed request means: QuotaSpent, RateLimited, or `error` with words of what to do."""
        ...

    def left(self, headers: Mapping[str, str]) -> tuple[int, float | None] | None:
        """How many questions are left of the month, and after how many seconds it begins anew (None: it does not say).

        None where the answer says nothing of it.
        """
        ...


def plain(markup: object) -> str:
    """A title or snippet on one line, without its marks."""
    return squeeze(fragment(str(markup or "")[:2_000]))


def results_in(rows: Sequence[object], snippet: str, *dates: str) -> tuple[Result, ...]:
    """The first MAX_RESULTS rows of an answer; of the keys in `dates` the first that holds a date counts."""
    return tuple(_result(row, snippet, dates) for row in rows[:MAX_RESULTS] if isinstance(row, dict))


def _result(raw: dict[str, object], snippet: str, dates: Sequence[str]) -> Result:
    stated = (_moment(str(raw.get(key) or "")[:100]) for key in dates)
    url, title = clean(str(raw.get("url") or "")), plain(raw.get("title"))[:300]
    return Result(url, title, plain(raw.get(snippet)), next(filter(None, stated), None))


def _moment(written: str) -> datetime | None:
    """A date of ISO 8601, or as mails have it."""
    try:
        return moment(written) or moment(parsedate_to_datetime(written).isoformat())
    except (ValueError, TypeError):
        return None


def asked_after(watches: Sequence[Watch]) -> list[str]:
    """The queries for open questions: what each asks of, by its names. Questions of one thing are one query."""
    named = (" ".join(watch.entities).strip("「」…")[:100] for watch in watches)
    return list(dict.fromkeys(filter(None, named)))[:MOST_FOLLOWED]
