"""GitHub: what named repositories release, write into their changelog or discuss, and which repositories trend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote

from deepdaily.core.errors import BadStatus, FetchError, NotAFeed, RateLimited, SourceError
from deepdaily.core.types import Harvest, Loss, Snapshot, SourceKind, Window
from deepdaily.sources.github_answers import parse_changelog, parse_issues, parse_releases, parse_trending
from deepdaily.sources.listed_rows import ListedRow, ListPlace, PartFound, address, as_one, found
from deepdaily.sources.offering import parsed
from deepdaily.sources.seen_before import KNOWN_AT_FIRST, Remembered, new_in

if TYPE_CHECKING:
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

API, RAW = "https://api.github.com", "https://raw.githubusercontent.com"
PER_ANSWER = 30

What = Literal["releases", "changelog", "issues", "trending"]

NewSections = dict[str, dict[str, None]]
"""New sections by changelog, in their order."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GitHubFollowed:
    """What is followed at GitHub."""

    repositories: tuple[str, ...] = ()
    """`vllm-project/vllm`"""
    what: tuple[What, ...] = ("releases",)
    prereleases: bool = False
    changelog: str = "CHANGELOG.md"
    """Path of the file in each repository."""
    labels: tuple[str, ...] = ()
    """Issues with one of these; without any, the issues most reacted to."""
    reactions: int = 10
    """Fewest of an issue that no label brings."""
    languages: tuple[str, ...] = ("",)
    """Whose trending repositories; an empty one for those of all."""
    most: int = 30
    """Offers of one request."""


class GitHub:
    """One account's view of GitHub as one source; each repository costs only itself.

    Args:
        token: sent to GitHub's API only; empty for sixty requests an hour.
        book: remembers which sections of a changelog were there.
    """

    kind: SourceKind = "github"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, followed: GitHubFollowed, token: str, fetcher: Fetcher, engine: Engine, book: Remembered) -> None:
        self.name, self._followed, self._token = name, followed, token
        self._fetcher, self._engine, self._book = fetcher, engine, book
        self._place = ListPlace(name, self.kind, "github", "github/1")

    async def harvest(self, window: Window) -> Harvest:
        """Releases, sections and issues with their texts, and trending repositories, in this order.

        Raises:
            RateLimited, SourceError, FetchError: nothing was answered.
        """
        seen: NewSections = {}
        parts = {name: part for what in self._followed.what for name, part in self._parts(what, window, seen)}
        harvest = await as_one(self.name, self.kind, parts, empty="nothing in the window")
        for changelog, sections in seen.items():  # a part that never ends would have lost them
            self._book.keep_seen(changelog, sections, window.slot.key)
        return harvest

    def _parts(self, what: What, window: Window, seen: NewSections) -> Iterator[tuple[str, Callable[[], Awaitable[PartFound]]]]:
        if what == "trending":
            for language in self._followed.languages:
                yield f"trending {language}".strip(), partial(self._trending, language, window)
            return
        ways: dict[str, Callable[[str, Window], Awaitable[PartFound]]] = {
            "releases": self._releases,
            "changelog": partial(self._changelog, seen=seen),
        }
        for repository in self._followed.repositories:
            if what == "issues":
                for label in self._followed.labels or ("",):
                    yield f"{repository} issues {label}".strip(), partial(self._issues, repository, label, window)
            else:
                yield f"{repository} {what}", partial(ways[what], repository, window)

    async def _releases(self, repository: str, window: Window) -> PartFound:
        snapshot = await self._asked(f"{API}/repos/{repository}/releases?per_page={PER_ANSWER}", window)
        releases = await self._parsed(parse_releases, self._fetcher.body(snapshot))
        rows = [row for row, early in releases if self._followed.prereleases or not early]
        part = found(rows, self._place, window, snapshot, self._followed.most)
        return replace(part, note=_moved(repository, [row for row, _ in releases]))

    async def _changelog(self, repository: str, window: Window, seen: NewSections) -> PartFound:
        """Sections that were not there last time; the first time those whose heading names a day of the window.

        `seen` gets the new ones by the name under which they are to be remembered.
        """
        path = quote(self._followed.changelog)
        snapshot = await self._fetcher.get(f"{RAW}/{repository}/HEAD/{path}", conditional=True)
        asked = (self._fetcher.body(snapshot), f"https://github.com/{repository}/blob/HEAD/{path}")
        rows = await self._parsed(parse_changelog, asked)
        if not rows:
            raise SourceError("no heading of it names a version", "name another file in `changelog`, or follow its releases")
        known = [replace(row, link=address(row.link)) for row in rows]
        name = f"{self.name} {repository}"
        fresh, first = new_in(self._book, name, [row.link for row in known], window.slot.key)
        seen[name] = fresh
        news = [row for row in known if row.link in fresh and (row.at or not first)]
        part = found(news, self._place, window, snapshot, self._followed.most)
        if not first:
            return part
        old = tuple(Loss(row.link, "collect", KNOWN_AT_FIRST) for row in known if row.link and not row.at)
        note = f"{repository}: {len(rows)} versions of its changelog are known from now on"
        return replace(part, losses=(*part.losses, *old), note=note)

    async def _issues(self, repository: str, label: str, window: Window) -> PartFound:
        since = window.since.astimezone(UTC)
        if label:
            wanted = f"labels={quote(label, safe='')}&state=all&sort=created&direction=desc&since={since:%Y-%m-%dT%H:%M:%SZ}"
            url = f"{API}/repos/{repository}/issues?{wanted}&per_page={PER_ANSWER}"
        else:
            wanted = quote(f"repo:{repository} is:issue created:>={since:%Y-%m-%d}", safe="")
            url = f"{API}/search/issues?q={wanted}&sort=reactions&order=desc&per_page={PER_ANSWER}"
        snapshot = await self._asked(url, window)
        rows = await self._parsed(parse_issues, self._fetcher.body(snapshot))
        least = 0 if label else self._followed.reactions
        return found([row for row in rows if (row.votes or 0) >= least], self._place, window, snapshot, self._followed.most)

    async def _trending(self, language: str, window: Window) -> PartFound:
        among = f"/{quote(language.lower(), safe='')}" if language else ""
        snapshot = await self._fetcher.get(f"https://github.com/trending{among}?since=daily")
        rows = await self._parsed(parse_trending, (self._fetcher.body(snapshot), snapshot.media_type), failed=NotAFeed)
        return found(rows, self._place, window, snapshot, self._followed.most)

    async def _parsed(self, parse: Callable[[Any], T], answer: object, failed: type[SourceError] = SourceError) -> T:
        return await parsed(self._engine, parse, answer, failed=failed)

    async def _asked(self, url: str, window: Window) -> Snapshot:
        """An answer of the API; one that says "not modified" takes nothing of the limit."""
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            return await self._fetcher.get(url, headers=headers, conditional=True)
        except BadStatus as error:
            raise _refusal(error, window.now, bool(self._token)) from error


def _refusal(error: BadStatus, now: datetime, has_token: bool) -> FetchError | SourceError:
    """What a status of the API means; its limits come as 403 or as 429."""
    left, reset = error.headers.get("x-ratelimit-remaining", ""), error.headers.get("x-ratelimit-reset", "")
    more = "" if has_token else "; with a token in GITHUB_TOKEN it allows far more"
    if error.status in (403, 429) and left == "0":
        until = float(reset) - _clock(error, now) if reset.isdecimal() and len(reset) < 12 else None
        wait = error.retry_after_s if error.retry_after_s is not None else until
        return RateLimited("GitHub's limit is used up", f"it is asked again at a later run{more}", wait and max(0.0, wait))
    if error.status in (403, 429) and (error.retry_after_s is not None or b"secondary rate limit" in error.body):
        return RateLimited("GitHub asks for a pause", f"follow fewer repositories in one source{more}", error.retry_after_s)
    if error.status == 401:
        return SourceError("GitHub refuses the token", "make a new one, or leave `token_env` empty")
    if error.status == 404:
        return SourceError("there is no such repository, or it is private", "look for its new name, and write it as owner/name")
    if error.status == 422:
        return SourceError("GitHub does not take the question", "is the repository's name right?")
    return error


def _clock(error: BadStatus, now: datetime) -> float:
    """Seconds since 1970 as the server counts them; a run's `now` may lie hours back."""
    try:
        return parsedate_to_datetime(error.headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return now.timestamp()


def _moved(repository: str, rows: Sequence[ListedRow]) -> str:
    named = "/".join(rows[0].link.split("/")[3:5]) if rows else ""
    return f"{repository} is called {named} now: write that" if named and named.lower() != repository.lower() else ""
