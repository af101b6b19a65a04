"""Channels that are files in a folder: the Hugo post, the feeds, the page."""

from __future__ import annotations

import asyncio
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from yaml import YAMLError

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition, Issue, Language
from deepdaily.publish import Publication, edition_of
from deepdaily.publish.card_png import can_draw, png_of
from deepdaily.publish.hugo_site import HugoSite
from deepdaily.publish.site_address import is_known, path_of
from deepdaily.publish.site_config import yaml_of
from deepdaily.render.card import card
from deepdaily.render.front_matter import PostForm
from deepdaily.render.html import page
from deepdaily.render.markdown import post
from deepdaily.render.proofs import evidence_json
from deepdaily.render.syndication import FeedPlace, atom, json_feed
from deepdaily.settings import without_day
from deepdaily.settings.channel_tables import DEFAULT_DIR, HugoTable
from deepdaily.words import of

USUAL_SECTION = "posts"
"""Where posts went before a site was asked for its section: those that are there stay there."""

FEED_ISSUES = 30
"""Issues a feed carries: a month, so that a reader back from holidays misses nothing."""


@dataclass(frozen=True, slots=True)
class Hugo:
    """A page bundle in the content of a Hugo site; the site's own files are not touched.

    Other languages stand beside the post as Hugo looks for them: the language before the ending makes one post of both files, and
    where a language has a content folder of its own the post stands there. On a site of one language they are posts of their own,
    `2026-02-11-en`: Hugo would take them for files of the first, or for it.
    """

    dir: Path
    channel: str = "hugo"
    table: HugoTable = field(default_factory=HugoTable)
    """What the settings say of sections, front matter and tags; where they say nothing, what the site says."""

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`; the proof comes before the post that needs it."""
        site, found = HugoSite.at(self.dir), dict[str, bytes]()
        for place in self.places(publication, site):
            form, picture = self._form(site, place), card(place.issue) if self.table.card else ""
            drawn = png_of(picture, place.issue.draft.language) if picture else None
            if picture:
                found[f"{place.folder}/card{place.ending}.svg"] = picture.encode()
            if drawn:  # a theme shows an SVG nowhere, so it is not named to one
                found[f"{place.folder}/card{place.ending}.png"] = drawn
                form = replace(form, card=f"card{place.ending}.png")
            found[f"{place.folder}/evidence{place.ending}.json"] = evidence_json(place.issue).encode()
            found[f"{place.folder}/index{place.ending}.md"] = post(place.issue, form).encode()
        return found

    def places(self, publication: Publication, site: HugoSite) -> list[PostPlace]:
        """Where each language of the issue goes, the issue's own first."""
        own = publication.issue.draft.language
        return [self.place(one.issue, own, site, suffix) for suffix, one in publication.by_suffix()]

    def place(self, issue: Issue, own: Language, site: HugoSite, suffix: str) -> PostPlace:
        """Where an issue goes; `own` is the digest's language, `suffix` what the names of others end in where no site says."""
        name, ending = _named(issue, suffix, own, site)
        content = site.content(issue.draft.language)
        return PostPlace(issue, content, self._section(site, content, name), name, ending)

    def _section(self, site: HugoSite, content: str, name: str) -> str:
        """That of the settings, or the one where the post is already, or the site's own."""
        there = (site.folder / content / USUAL_SECTION / name).glob("evidence*.json")
        return self.table.section or (USUAL_SECTION if any(there) else site.section(content))

    def _form(self, site: HugoSite, place: PostPlace) -> PostForm:
        table, path = self.table, place.path(site) or ""
        # A page that is a file has its own files in a folder of its name.
        beside = path.rpartition("/")[2].removesuffix(".html") + "/" if path.endswith(".html") else ""
        return PostForm(
            slug=place.name,
            proofs=f"{beside}evidence{place.ending}.json",
            front_matter=table.front_matter or site.front_matter(place.content, place.section),
            tags=table.tags,
            tags_from_topics=table.tags_from_topics,
            path=path,
            params=table.params,
        )

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        site = HugoSite.at(self.dir)
        places = self.places(publication, site)
        await asyncio.to_thread(_refuse_unbuilt, site, places)
        for place in places:
            await asyncio.to_thread(_refuse_foreign_post, self.dir, place)
        return await written(self.dir, self.channel, publication.issue, self.files(publication))


@dataclass(frozen=True, slots=True)
class PostPlace:
    """Where an issue's post lies in a site."""

    issue: Issue
    content: str
    section: str
    name: str
    """Of its folder."""
    ending: str
    """What its files' names end in: `.en`, mostly nothing."""

    @property
    def folder(self) -> str:
        """Below the site's own: `content/posts/2026-02-11`."""
        return f"{self.content}/{self.section}/{self.name}"

    def path(self, site: HugoSite) -> str | None:
        """Where readers find it below the site's address; None where that cannot be told."""
        return path_of(site, self.issue, self.section, self.name)


def _named(issue: Issue, suffix: str, own: Language, site: HugoSite) -> tuple[str, str]:
    """The folder of a post, and what the names of its files end in."""
    if not site.is_site:
        return issue.day, suffix
    ending = site.languages.suffix(issue.draft.language)
    if ending is None or site.languages.suffix(own) is None:
        return issue.day + suffix.replace(".", "-"), ""
    return issue.day, "" if site.has_folder_of_its_own(issue.draft.language) else ending


@dataclass(frozen=True, slots=True)
class Feeds:
    """The last issues as Atom and JSON Feed, below the static folder where `dir` is a Hugo site."""

    dir: Path
    title: str
    base_url: str = ""
    channel: str = "feeds"
    posts: Hugo | None = None
    """Whose posts the entries lead to; None: those that a Hugo site has below `dir`."""

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`."""
        site, found = HugoSite.at(self.dir), dict[str, bytes]()
        folder = f"{site.static}/feeds" if site.static else "feeds"
        posts = self.posts or Hugo(self.dir)
        home = HugoSite.at(posts.dir)
        for suffix, one in publication.by_suffix():
            latest = one.recent[:FEED_ISSUES] or [one.issue]
            title = without_day(of(one.issue.draft.language).daily) if suffix else self.title
            place = self._place(publication, suffix, posts, home, latest)
            found[f"{folder}/atom{suffix}.xml"] = atom(latest, title=title, place=place)
            found[f"{folder}/feed{suffix}.json"] = json_feed(latest, title=title, place=place)
        return found

    def _place(self, publication: Publication, suffix: str, posts: Hugo, site: HugoSite, latest: Sequence[Issue]) -> FeedPlace:
        own, language = publication.issue.draft.language, latest[0].draft.language
        below = f"/{suffix[1:]}" if suffix and not site.is_site else ""  # as Hugo has it where a site knows both languages
        paths = {one.day: posts.place(one, own, site, suffix).path(site) for one in latest}
        return FeedPlace(
            self.base_url or site.base_url(language),
            suffix,
            home=below + site.home(language),
            paths={day: below + path for day, path in paths.items() if path},
            feed_id=publication.feed_id,
        )

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await written(self.dir, self.channel, publication.issue, self.files(publication))


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page a day, and the newest of them as `page/index.html`, below the static folder where `dir` is a Hugo site."""

    dir: Path
    channel: str = "page"

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below `dir`; an older issue brought out again leaves the index alone."""
        static, found = HugoSite.at(self.dir).static, dict[str, bytes]()
        folder = f"{static}/page" if static else "page"
        for suffix, one in publication.by_suffix():
            day = page(one.issue, one.documents).encode()
            newest = all(one.issue.slot.due >= other.slot.due for other in publication.recent)
            found |= {f"{folder}/{one.issue.day}{suffix}.html": day, **({f"{folder}/index{suffix}.html": day} if newest else {})}
        return found

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await written(self.dir, self.channel, publication.issue, self.files(publication))


def _refuse_unbuilt(site: HugoSite, places: Sequence[PostPlace]) -> None:
    """Raise PublishError where the site would not build the post, as far as it plainly says so."""
    around = None if site.is_site or site.folder.name == DEFAULT_DIR else HugoSite.around(site.folder)
    if around:
        raise PublishError(
            f"{site.folder} lies in the Hugo site {around.folder}, which would not look there for posts",
            f'Set dir = "{around.folder}" at [[publish]] hugo.',
        )
    for place in places:
        why = site.unbuilt(f"{place.folder}/index{place.ending}.md", place.issue.draft.language)
        if why:
            raise PublishError(
                f"{place.folder} would not be built: {why}", "Change that in the site, or give [[publish]] another dir or section."
            )


def _refuse_foreign_post(folder: Path, place: PostPlace) -> None:
    """Raise PublishError where the day's address belongs to a post that is not this slot's."""
    posts, day, slot = folder / place.content / place.section, place.name, place.issue.slot.stamp
    single, ours = posts / f"{day}.md", posts / day / f"index{place.ending}.md"
    try:
        if single.exists():
            raise PublishError(f"{single} has the address of the new post", "Move or remove that file, then run again.")
        text = ours.read_text("utf-8") if ours.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"cannot read {ours}: {error}", f"Mend or move {ours}, then run again.") from error
    if text and _slot_of(text) != slot:  # an empty file is what a full disk leaves behind
        raise PublishError(
            f"{ours} was not written for the slot {slot}", f"Move {ours.parent} away, or give [[publish]] another dir."
        )


def _slot_of(text: str) -> str | None:
    """The slot in the `deepdaily` table of a post's front matter; None where it is not a post of ours."""
    fence = text[:3]
    if fence not in ("+++", "---"):
        return None
    front, found, _ = text.removeprefix(f"{fence}\n").partition(f"\n{fence}\n")
    try:
        told = (tomllib.loads(front) if fence == "+++" else yaml_of(front)) if found else None
    except (ValueError, YAMLError):
        return None
    table = told.get("deepdaily") if isinstance(told, dict) else None
    slot = table.get("slot") if isinstance(table, dict) else None
    return slot if isinstance(slot, str) else None


async def written(folder: Path, channel: str, issue: Issue, files: Mapping[str, bytes]) -> tuple[Edition, ...]:
    """The files of a channel, by place below its folder, brought to the disk. Raises PublishError."""
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


def site_told(folder: Path, language: Language = "zh") -> list[str]:
    """What a person should know of the Hugo site in `folder` before or after a run, a line each; empty where all is as usual."""
    site = HugoSite.at(folder)
    told = [f"{one}: it is passed over" for one in site.unread]
    if not site.is_site:
        if folder.name != DEFAULT_DIR:
            told.append(f"{folder} is no Hugo site (no hugo.* or config.* there); posts go to {folder}/content/{USUAL_SECTION}")
        return told
    content = site.content(language)
    told.append(f"posts go to {folder / content / site.section(content)}, feeds and pages below {folder / site.static}")
    if not site.base_url(language):
        told.append(f"{folder} names no baseURL: set digest.url, or feeds have no links")
    if not is_known(site.permalink(site.section(content), language)):
        told.append("the pattern of [permalinks] is one that is not known here: feeds have no links to posts")
    if not can_draw(language):
        told.append("cards are SVG alone, which few programs show: `pip install deepdaily[card]` and a font draw PNG")
    return told
