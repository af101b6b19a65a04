"""What a place does on a bad day costs only that place, whatever its kind, and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth, SourceKind, SourceState, Window
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import Answer
from deepdaily.settings.source_tables import FeedTable, Sources
from deepdaily.sources import collect
from deepdaily.sources.arxiv import Arxiv, PapersWanted
from deepdaily.sources.feeds import Feed
from deepdaily.sources.github import GitHub, GitHubFollowed
from deepdaily.sources.huggingface import HuggingFace
from deepdaily.sources.more_kinds import further, further_listed
from deepdaily.sources.telegram_channels import TelegramChannels
from deepdaily.sources.watched_page import Watched, WatchedPage
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from fakes import InlineEngine, SkippingLoop

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
CAP = 20_000

PAGE = b'<html><body><main><article><h3><a href="/news/a">A note on a</a></h3><time datetime="2026-02-10"></time></article></main></body></html>'
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>oai:arXiv.org:2602.01234v1</id><title>A paper</title><published>2026-02-10T00:00:00Z</published><summary>arXiv:2602.01234v1 Announce Type: new Abstract: Words.</summary></entry></feed>'
PAPERS = b'[{"paper": {"id": "2602.01234", "title": "A paper", "publishedAt": "2026-02-10T00:00:00Z"}}]'
MODELS = b'[{"id": "Wren/Wren-8B", "createdAt": "2026-02-10T00:00:00Z"}]'
RELEASES = (
    b'[{"tag_name": "v1", "html_url": "https://github.com/lark/heron/releases/tag/v1", "published_at": "2026-02-10T00:00:00Z"}]'
)
ISSUES = (
    b'{"items": [{"title": "It ends", "html_url": "https://github.com/lark/heron/issues/1", "created_at": "2026-02-10T00:00:00Z"}]}'
)
CHANGES = b"## 1.0 - 2026-02-10\n\n- One\n"
TRENDS = b'<html><body><article class="Box-row"><h2><a href="/lark/heron">x</a></h2></article></body></html>'
CHANNEL = b'<html><body><div class="tgme_widget_message" data-post="larknews/1"><div class="tgme_widget_message_text">A short note</div><a class="tgme_widget_message_date"><time datetime="2026-02-10T00:00:00Z"></time></a></div></body></html>'
REDDIT = b'<rss version="2.0"><channel><title>r</title><item><title>A note</title><link>https://lab.example/1</link><pubDate>Tue, 10 Feb 2026 09:30:00 GMT</pubDate></item></channel></rss>'

Made = Callable[[Any, Any, Store], Any]


def _github(**followed: Any) -> Made:
    chosen = GitHubFollowed(("lark/heron",), reactions=0, **followed)
    return lambda fetcher, engine, store: GitHub("github", chosen, "", fetcher, engine, store)


def _arxiv(**wanted: Any) -> Made:
    return lambda fetcher, engine, store: Arxiv("arxiv", PapersWanted(("cs.LG",), **wanted), fetcher, engine)


SUBREDDIT = FeedTable(url="https://old.reddit.com/r/Lark/top/.rss", name="reddit")

KINDS: Mapping[str, tuple[Made, bytes, str]] = {
    "page": (lambda fetcher, engine, store: WatchedPage("page", Watched("https://lab.example/news"), fetcher, engine, store), PAGE, "text/html"),
    "arxiv listing": (_arxiv(), ATOM, "application/atom+xml"),
    "arxiv search": (_arxiv(by_search=True), ATOM, "application/atom+xml"),
    "papers": (lambda fetcher, engine, store: HuggingFace("hf", ("papers",), (), 9, fetcher, engine), PAPERS, "application/json"),
    "models": (lambda fetcher, engine, store: HuggingFace("hf", ("models",), ("Wren",), 9, fetcher, engine), MODELS, "application/json"),
    "releases": (_github(), RELEASES, "application/json"),
    "changelog": (_github(what=("changelog",)), CHANGES, "text/plain"),
    "issues": (_github(what=("issues",)), ISSUES, "application/json"),
    "trending": (_github(what=("trending",)), TRENDS, "text/html"),
    "telegram": (lambda fetcher, engine, store: TelegramChannels("telegram", ("larknews",), 9, fetcher, engine), CHANNEL, "text/html"),
    "reddit": (lambda fetcher, engine, store: Feed(SUBREDDIT, fetcher, engine), REDDIT, "text/xml"),
}  # fmt: skip

NEVER = object()
BAD_DAYS: Mapping[str, tuple[Any, set[SourceState]]] = {
    "empty": (Answer(200, {"content-type": "text/html"}, b""), {"unreachable", "not-a-feed"}),
    "an HTML page": (
        Answer(200, {"content-type": "text/html"}, b"<html><body><p>Please wait</p></body></html>"),
        {"unreachable", "not-a-feed"},
    ),
    "half an answer": (Answer(200, {}, b'[{"paper": {"id": "2602'), {"unreachable", "not-a-feed"}),
    "bytes": (Answer(200, {}, bytes(range(256)) * 20), {"unreachable", "not-a-feed"}),
    "deep": (Answer(200, {}, b"[" * 9_000), {"unreachable", "not-a-feed"}),
    "huge": (Answer(200, {}, b" " * (CAP + 1)), {"refused"}),
    "429": (Answer(429, {}, b""), {"rate-limited"}),
    "429 until then": (Answer(429, {"retry-after": "900"}, b""), {"rate-limited"}),
    "403": (Answer(403, {}, b""), {"refused"}),
    "401": (Answer(401, {}, b""), {"refused", "unreachable"}),
    "404": (Answer(404, {}, b""), {"unreachable"}),
    "500": (Answer(500, {}, b""), {"unreachable"}),
    "hanging": (NEVER, {"unreachable"}),
    "moved in a circle": (Answer(302, {"location": "?again"}, b""), {"unreachable"}),
    "moved to a private place": (Answer(301, {"location": "http://192.168.0.1/"}, b""), {"refused"}),
}


class OneAnswer:
    """Says the same whatever it is asked; of what has moved, everything else is there."""

    def __init__(self, said: Any, moved: Answer | None = None, status: int = 301) -> None:
        self.said, self.moved, self.status = said, moved, status

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if self.said is NEVER:
            await asyncio.Event().wait()
        if self.moved and not url.startswith("https://new.example/"):
            return Answer(self.status, {"location": f"https://new.example/{len(url)}"}, b"")
        answer: Answer = self.moved or self.said
        return answer


class Steady:
    name, kind, stands_in_for = "steady", "feed", ()

    async def harvest(self, window: Window) -> Harvest:
        kind: SourceKind = "feed"
        return Harvest(SourceHealth("steady", kind, "ok", 1), (Offer("https://steady.example/a", "steady", "A"),))


def _collected(kind: str, wire: Any, store: Store, folder: Path) -> list[Harvest]:
    """The harvests of a source of that kind and of a steady one, on a loop on which waiting takes no time."""

    async def both() -> list[Harvest]:
        with Snapshots(folder / "snapshots") as snapshots:
            fetcher = Fetcher(wire, store, snapshots, WINDOW.slot.key, NOW, cap_bytes=CAP)
            sources: Any = [KINDS[kind][0](fetcher, InlineEngine(), store), Steady()]
            return await collect(sources, WINDOW, store, wall_s=600, on_done=lambda _: None)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(both())


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_good_day_it_offers_a_link(kind: str, store: Store, tmp_path: Path) -> None:
    _, body, media_type = KINDS[kind]

    found, _ = _collected(kind, OneAnswer(Answer(200, {"content-type": media_type}, body)), store, tmp_path)

    assert (found.health.state, len(found.offers), found.health.source) == ("ok", 1, found.offers[0].source)


@pytest.mark.parametrize("day", BAD_DAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_on_a_bad_day_it_costs_only_itself_and_says_why(kind: str, day: str, store: Store, tmp_path: Path) -> None:
    said, states = BAD_DAYS[day]

    failed, steady = _collected(kind, OneAnswer(said), store, tmp_path)

    assert failed.health.state in states
    assert (failed.offers, bool(failed.health.message)) == ((), True)
    assert failed.health.retry_after_s == (900.0 if day == "429 until then" else None)
    assert steady.health.state == "ok"


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_has_moved_is_followed_and_told_where_that_is_for_good(
    kind: str, status: int, store: Store, tmp_path: Path
) -> None:
    _, body, media_type = KINDS[kind]
    body = body.replace(b"/news/a", b"https://new.example/news/a")

    found, _ = _collected(kind, OneAnswer(None, Answer(200, {"content-type": media_type}, body), status), store, tmp_path)

    assert (found.health.state, len(found.offers)) == ("ok", 1)
    assert found.health.moved_to.startswith("https://new.example/") == (status == 301)
    assert (f"moved for good to {found.health.moved_to}" in found.health.message) == (status == 301)


def test_the_settings_make_and_list_one_of_each_kind(store: Store) -> None:
    chosen = Sources.model_validate(
        {
            "page": [{"url": "https://lab.example/news"}],
            "arxiv": [{"categories": ["cs.LG"]}],
            "huggingface": [{"what": ["models"], "authors": ["Wren"]}],
            "github": [{"repositories": ["lark/heron"]}],
            "telegram": [{"channels": ["larknews"]}],
        }
    )
    fetcher: Any = None

    made = list(further(chosen, fetcher, fetcher, store))

    rows = list(further_listed(chosen))
    assert [(one.kind, one.name) for one in made] == [row[:2] for row in rows]
    assert [row[2] for row in rows] == ["https://lab.example/news", "cs.LG", "models, Wren", "releases, lark/heron", "@larknews"]
