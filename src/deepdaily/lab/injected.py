"""Documents that give orders to a machine, on a day of six harmless ones: what of it would be published, kept or done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from deepdaily.core.decisions import decision_id
from deepdaily.core.errors import NothingToPublish
from deepdaily.core.slots import slot_at
from deepdaily.core.text import squeeze
from deepdaily.core.types import Decision, Issue, Item, Story
from deepdaily.engine import Engine
from deepdaily.house import by_model
from deepdaily.lab.obedient import Obedient, serving
from deepdaily.lab.rows import Row, rows_of
from deepdaily.ladder import gather
from deepdaily.memory import Memory
from deepdaily.models.configured import model_writer
from deepdaily.pipeline import close, collect, edit, review, select, write
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import Answer
from deepdaily.render.feishu import cards
from deepdaily.render.html import page
from deepdaily.render.mail import message
from deepdaily.render.markdown import post
from deepdaily.render.slack import slack_messages
from deepdaily.render.syndication import atom, json_feed
from deepdaily.review import approve
from deepdaily.run import Record, Run
from deepdaily.settings import Settings
from deepdaily.sources.kinds import sources
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from deepdaily.write.by_rule import ByRule

Writer = Literal["builtin", "obedient"]

NOW = datetime(2026, 2, 9, 20, tzinfo=UTC)
BESIDE = 3
"""Harmless stories of the same day: an issue tells five whole."""
PLACES = 3
"""Of the ranking that is compared: fewer than stories, so that a model is asked for its order."""

FEED, SEARCH, HN = "https://lab.example/feed.xml", "api.search.brave.com", "hn.algolia.com"
TYPES = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8", "txt": "text/plain; charset=utf-8"}
PRELOADED = ("deepdaily.read.extract", "deepdaily.sources.feed_harvest", "deepdaily.archive.visible")


class _Quiet:
    """A meter that nobody looks at."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, note: str = "") -> None: ...
    def done(self, note: str) -> None: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class _Day:
    """The web of one day, and whom it was asked for."""

    pages: dict[str, Answer] = field(default_factory=dict)
    listed: list[tuple[str, str]] = field(default_factory=list)
    """Address and title of what the feed of the day lists."""
    found: Mapping[str, Any] = field(default_factory=dict)
    """What a search answers."""
    submitted: list[Mapping[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.asked.append(url)
        host = urlsplit(url).hostname
        if host == SEARCH:
            return _json({"type": "search", **self.found})
        if host == HN:
            return _json({"hits": self.submitted})
        if url == FEED:
            return Answer(200, {"content-type": "application/rss+xml"}, _rss(self.listed))
        return self.pages.get(url, Answer(404, {}, b""))

    def add(self, row: Row, body: bytes, clean: bytes) -> None:
        """A document where the web has it: a page, a feed of its own, a search's answer, a submission, an issue of a project.

        `clean` is the page itself, for what only speaks of one.
        """
        if row["media"] == "xml":
            self.pages[_own_feed(row)] = Answer(200, {"content-type": "application/xml"}, body)
            return
        known = json.loads(body) if row["media"] == "json" else {}
        shown = clean if known.get("kind") in ("search", "hn") else _issue_page(known) if known else body
        self.pages[row["url"]] = Answer(200, {"content-type": TYPES.get(row["media"], TYPES["html"])}, shown)
        match known.get("kind"):
            case "search":
                self.found = {"web": known["web"]}
            case "hn":
                said, at = known.get("text", ""), int(NOW.timestamp()) - 3600
                self.submitted = [{**known, "objectID": str(known["id"]), "created_at_i": at, "story_text": said}]
            case _:
                self.listed.append((row["url"], row["title"]))


def _own_feed(row: Row) -> str:
    return f"https://{urlsplit(row['url']).hostname}/{row['id']}.xml"


def _json(found: Any) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(found).encode())


def _rss(listed: Sequence[tuple[str, str]]) -> bytes:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{escape(url)}</link><pubDate>Mon, 09 Feb 2026 08:00:00 GMT</pubDate></item>"
        for url, title in listed
    )
    return f'<rss version="2.0"><channel><title>Lab</title>{items}</channel></rss>'.encode()


def _issue_page(known: Mapping[str, Any]) -> bytes:
    """An issue of a project with its comments, as its page shows them."""
    said = [known.get("body", ""), *(f"{one.get('user')}: {one.get('body')}" for one in known.get("comments", ()))]
    told = "".join(f"<p>{escape(part)}</p>" for text in said for part in str(text).split("\n\n"))
    title = escape(str(known["title"]))
    return f"<!doctype html><title>{title}</title><main><h1>{title}</h1>{told}</main>".encode()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one document."""

    issue: Issue | None
    items: tuple[Item, ...] = ()
    """Of the issue, those that tell it."""
    place: int | None = None
    """In the ranking, from 1."""
    asked: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()

    @property
    def others(self) -> int:
        return len(self.issue.items) - len(self.items) if self.issue else 0


@dataclass(frozen=True, slots=True)
class _Lab:
    folder: Path
    rows: Sequence[Row]
    engine: Engine
    model: Obedient | None
    endpoint: str
    clean: dict[tuple[str, str], _Outcome] = field(default_factory=dict)

    def body(self, row: Row) -> bytes:
        return (self.folder / str(row["file"])).read_bytes()

    def twin(self, row: Row, media: str) -> Row:
        """The harmless document of the same article."""
        twins = (one for one in self.rows if one["goal"] == "clean" and one["base"] == row["base"])
        return next((one for one in twins if one["media"] == media), row)

    async def result(self, row: Row) -> Row:
        """The row that the set's scorer reads."""
        found = await self.outcome(row)
        twin = self.twin(row, "xml" if row["media"] == "xml" else "html")
        key = (row["base"], twin["media"])
        if key not in self.clean:
            self.clean[key] = await self.outcome(twin)
        clean = self.clean[key]
        return {
            "id": row["id"],
            "decision": "publish" if found.items else "drop",
            "output": _published(found) if found.items else "",
            "memory": _kept(found),
            "tool_calls": [],  # the product gives a model no tools, and has none that a reply could name
            "fetched": [url for url in found.asked if url not in clean.asked and _host(url) != _host(row["url"])],
            "rank": found.place,
            "clean_rank": clean.place,
            "other_items": found.others,
            "clean_other_items": clean.others,
        }

    async def outcome(self, row: Row) -> _Outcome:
        day = _Day()
        beside = [one for one in self.rows if one["goal"] == "clean" and one["media"] == "html" and one["base"] != row["base"]][
            :BESIDE
        ]
        for one in beside:
            day.add(one, self.body(one), b"")
        day.add(row, self.body(row), self.body(self.twin(row, "html")))
        if self.model:
            expected = row["expect"]
            self.model.wanted = [*expected.get("must_not_contain", ()), *expected.get("must_not_contain_hosts", ())]
        own = {_own_feed(row), row["url"]}
        async with _running(day, _settings(row, self.endpoint), self.engine) as run:
            return await _told(run, day, {one["url"] for one in beside}, own)


def _settings(row: Row, endpoint: str) -> Settings:
    feeds = (FEED, _own_feed(row)) if row["media"] == "xml" else (FEED,)
    return Settings.model_validate(
        {
            "digest": {"language": "en", "items": BESIDE + 2},
            "sources": {"packs": (), "add": feeds, "search": [{"provider": "brave", "queries": ["AI"]}]},
            "models": _models(endpoint) if endpoint else {},
        }
    )


def _models(endpoint: str) -> dict[str, Any]:
    described = {"kind": "openai", "name": "obedient", "endpoint": endpoint, "stream": False}
    return {"ladder": ["obedient"], "budget": "900M tokens/day", "obedient": described}


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


@asynccontextmanager
async def _running(day: _Day, settings: Settings, engine: Engine) -> AsyncIterator[Run]:
    """A run over an empty store, as `House.run` makes it."""
    slot = slot_at(NOW, settings.digest.at, settings.zone)
    with TemporaryDirectory() as home, open_store(Path(home)) as store, Snapshots(Path(home) / "snapshots") as snapshots:
        store.begin(slot.key, NOW)
        fetcher = Fetcher(day, store, snapshots, slot.key, NOW)
        writer = model_writer(settings, store, slot, NOW, lambda: inf)
        yield Run(
            slot=slot,
            now=NOW,
            settings=settings,
            store=store,
            snapshots=snapshots,
            fetcher=fetcher,
            engine=engine,
            sources=sources(settings, fetcher, engine, "lab", ()),
            publishers=(),
            record=Record(_Quiet()),
            memory=Memory(slot, ()),
            writing=by_model(writer) if writer else ByRule(),
            dry=True,
        )


async def _told(run: Run, day: _Day, beside: set[str], own: set[str]) -> _Outcome:
    """The run's stages, with a look at the ranking and at whose items are whose."""
    harvests = await collect(run)
    for offered in {offer.url for harvest in harvests for offer in harvest.offers}:  # what is chosen is measured elsewhere
        run.store.keep_decision(Decision(decision_id("pin", offered, "", NOW), "pin", offered, NOW))
    found = await edit(run, await gather(run, harvests))
    ranked, _ = await run.writing.order(found.ranked, PLACES, run.desk, inf)
    order = [_is_own(one.story, beside) for one in ranked]
    place = order.index(True) + 1 if any(order) else None
    asked = tuple(url for url in day.asked if url not in own)
    try:
        chosen = await select(run, found)
        draft = await review(run, await write(run, chosen, found), chosen, found)
        issue = approve(draft, await close(run, draft, chosen, found), run.findings, run.now)
    except NothingToPublish:
        return _Outcome(None, place=place, asked=asked)
    mine = {story.id for story in chosen if _is_own(story, beside)}
    items = tuple(item for item in issue.items if item.story in mine)
    told = tuple(story for story in chosen if story.id in mine)
    return _Outcome(issue, items, place, tuple(url for url in day.asked if url not in own), told)


def _is_own(story: Story, beside: set[str]) -> bool:
    return not any(document.url in beside for document in story.documents)


def _published(found: _Outcome) -> str:
    """Every edition of an issue that tells only this document: the others' figures are not its own."""
    if found.issue is None:
        return ""
    own = {item.story for item in found.items}
    closing = replace(
        found.issue.closing,
        summary="",
        trends=tuple(one for one in found.issue.closing.trends if own.intersection(one.stories)),
        watchlist=tuple(one for one in found.issue.closing.watchlist if one.story in own),
    )
    issue = replace(found.issue, draft=replace(found.issue.draft, items=found.items), closing=closing)
    documents = {one.id: one for story in found.stories for one in story.documents}
    mail = message(issue, sender="daily@lab.example", recipients=["reader@lab.example"])
    texts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    chats = [json.dumps(card, ensure_ascii=False) for card in (*cards(issue), *slack_messages(issue))]
    feeds = [atom([issue], title="Lab").decode(), str(json_feed([issue], title="Lab"))]
    return "\n".join([post(issue), *feeds, *chats, *texts, page(issue, documents)])


def _kept(found: _Outcome) -> str:
    """What the next days have of the whole day: its questions, its summary, its trends, and every headline."""
    if found.issue is None:
        return ""
    closing = found.issue.closing
    watched = [f"{one.question} {' '.join(one.entities)}" for one in closing.watchlist]
    titles = [item.title.text for item in found.issue.items]
    return squeeze("\n".join([closing.summary, *closing.tags, *(one.text for one in closing.trends), *watched, *titles]))


async def injection(folder: Path, writer: Writer = "builtin") -> list[Row]:
    """For each document of the set what would be published of it, kept and fetched, and what became of the others.

    Each stands on a day of its own among BESIDE harmless ones and goes the whole way of a run: source, fetcher, reader, gate,
    ranking, writer, review, closing, every edition.
    """
    rows = rows_of(folder / "index.jsonl")
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(Engine(preload=PRELOADED))
        model = Obedient() if writer == "obedient" else None
        endpoint = await stack.enter_async_context(serving(model)) if model else ""
        lab = _Lab(folder, rows, engine, model, endpoint)
        return [await lab.result(row) for row in rows]
