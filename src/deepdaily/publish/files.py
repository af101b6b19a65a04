"""Channels that are files in a folder: the Hugo post, the feeds, the page."""

from __future__ import annotations

import asyncio
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition, Issue, Language
from deepdaily.publish import Publication, edition_of
from deepdaily.publish.site_languages import SiteLanguages, site_languages
from deepdaily.render.html import page
from deepdaily.render.markdown import post
from deepdaily.render.proofs import evidence_json
from deepdaily.render.syndication import FeedPlace, atom, json_feed
from deepdaily.settings import without_day
from deepdaily.words import of

FEED_ISSUES = 30
"""Issues a feed carries: a month, so that a reader back from holidays misses nothing."""


@dataclass(frozen=True, slots=True)
class Hugo:
    """A page bundle in the content of a Hugo site; the site's own files are not touched.

    Other languages stand beside the post as Hugo looks for them: the language before the ending makes one post of both files.
    On a site of one language they are posts of their own, `2026-02-11-en`: Hugo would take them for files of the first, or for it.
    """

    dir: Path
    channel: str = "hugo"

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`; the proof comes before the post that needs it."""
        own, found = publication.issue.draft.language, dict[str, bytes]()
        site = site_languages(self.dir) if publication.also else None
        for suffix, one in publication.by_suffix():
            name, ending = _named(one.issue, suffix, own, site)
            found[f"content/posts/{name}/evidence{ending}.json"] = evidence_json(one.issue).encode()
            found[f"content/posts/{name}/index{ending}.md"] = post(one.issue, name).encode()
        return found

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        posts = self.dir / "content" / "posts"
        await asyncio.to_thread(_refuse_foreign_post, posts, publication.issue)
        return await _written(self.dir, self.channel, publication.issue, self.files(publication))


def _named(issue: Issue, suffix: str, own: Language, site: SiteLanguages | None) -> tuple[str, str]:
    """The folder of a post, and what the names of its files end in."""
    if site is None:
        return issue.day, suffix
    ending = site.suffix(issue.draft.language)
    if ending is None or site.suffix(own) is None:
        return issue.day + suffix.replace(".", "-"), ""
    return issue.day, ending


@dataclass(frozen=True, slots=True)
class Feeds:
    """The last issues as Atom and JSON Feed."""

    dir: Path
    title: str
    base_url: str = ""
    channel: str = "feeds"

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`."""
        found, site = dict[str, bytes](), site_languages(self.dir) if publication.also else None
        for suffix, one in publication.by_suffix():
            place = FeedPlace(self.base_url, suffix, apart=bool(suffix) and site is not None and not site.keys)
            latest = one.recent[:FEED_ISSUES] or [one.issue]
            title = without_day(of(one.issue.draft.language).daily) if suffix else self.title
            found[f"feeds/atom{suffix}.xml"] = atom(latest, title=title, place=place)
            found[f"feeds/feed{suffix}.json"] = json_feed(latest, title=title, place=place)
        return found

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await _written(self.dir, self.channel, publication.issue, self.files(publication))


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page a day, and the newest of them as `page/index.html`."""

    dir: Path
    channel: str = "page"

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`; an older issue brought out again leaves the index alone."""
        found = dict[str, bytes]()
        for suffix, one in publication.by_suffix():
            day = page(one.issue, one.documents).encode()
            newest = all(one.issue.slot.due >= other.slot.due for other in publication.recent)
            found |= {f"page/{one.issue.day}{suffix}.html": day, **({f"page/index{suffix}.html": day} if newest else {})}
        return found

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await _written(self.dir, self.channel, publication.issue, self.files(publication))


def _refuse_foreign_post(posts: Path, issue: Issue) -> None:
    """Raise PublishError where the day's address belongs to a post that is not this slot's."""
    day = issue.day
    single, ours = posts / f"{day}.md", posts / day / "index.md"
    try:
        if single.exists():
            raise PublishError(f"{single} has the address of the new post", "Move or remove that file, then run again.")
        text = ours.read_text("utf-8") if ours.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"cannot read {ours}: {error}", f"Mend or move {ours}, then run again.") from error
    if text and _slot_of(text) != issue.slot.stamp:  # an empty file is what a full disk leaves behind
        raise PublishError(
            f"{ours} was not written for the slot {issue.slot.stamp}", f"Move {ours.parent} away, or give [[publish]] another dir."
        )


def _slot_of(text: str) -> str | None:
    """The slot in the `[deepdaily]` table of a post's front matter; None where it is not a post of ours."""
    opening, _, rest = text.partition("+++\n")
    front, found, _ = rest.partition("\n+++\n")
    if opening or not found:
        return None
    try:
        table = tomllib.loads(front).get("deepdaily")
    except tomllib.TOMLDecodeError:
        return None
    slot = table.get("slot") if isinstance(table, dict) else None
    return slot if isinstance(slot, str) else None


async def _written(folder: Path, channel: str, issue: Issue, files: Mapping[str, bytes]) -> tuple[Edition, ...]:
    await asyncio.to_thread(_write, folder, files)
    return tuple(edition_of(issue, channel, location, content) for location, content in files.items())


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for location, content in files.items():
        path = folder / location
        try:
            if not (path.is_file() and path.read_bytes() == content):
                _replace(path, content)
            for left in path.parent.glob(f".{path.name}.*"):  # by a run that was killed while it wrote
                left.unlink(missing_ok=True)
        except OSError as error:
            raise PublishError(
                f"cannot write {path}: {error.strerror or error}",
                f"Make {folder} a folder this user may write to, or give [[publish]] another dir.",
            ) from error


def _replace(path: Path, content: bytes) -> None:
    """Old bytes or new ones, never half: a full disk or a kill leaves at most a hidden temporary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp gives 0600, which no web server may read
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
