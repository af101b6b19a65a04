"""The reader's pages. Everything shown comes from the store; nothing is written, fetched or loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from anyio import to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepdaily import archive
from deepdaily.charset import encoding_of
from deepdaily.core.errors import DeepdailyError
from deepdaily.core.text import language_of, shorten
from deepdaily.core.types import Document, Issue, Item, Language
from deepdaily.render.body import body, link
from deepdaily.render.excerpts import whole
from deepdaily.render.feeds import atom, json_feed
from deepdaily.render.foreign import anchor, plain
from deepdaily.render.html import Proofs, masthead
from deepdaily.render.markdown import post
from deepdaily.render.notes import Note, minute, notes_of
from deepdaily.render.words import WORDS
from deepdaily.serve.also_seen import Seen, also_seen
from deepdaily.serve.board import figures, last_runs
from deepdaily.serve.listening import answered_names
from deepdaily.serve.over_days import ISSUES_FOLLOWED, followed, told, watched
from deepdaily.serve.shapes import proven_digest
from deepdaily.serve.words import SITE
from deepdaily.snapshots import Snapshots
from deepdaily.store import Store

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
INERT_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For foreign bytes: whatever they are, nothing in them runs or loads (reliability.md, T20)."""

FEED_ISSUES = 14
"""Issues that a feed carries."""

DAYS_KEPT, TIMELINES_KEPT = 366, 64
"""Drawn days, a year of them, and followed stories kept in memory: some 100 KB and 30 KB each."""

QUERY_CHARS, SNIPPET_COLUMNS, FACTS_SHOWN = 200, 160, 6


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the pages are made from."""

    store: Store
    snapshots: Snapshots
    name: str
    """The daily's name."""
    language: Language
    """Of the pages around the issues."""
    base_url: str = ""
    """Where the daily is published, which names the entries of its feeds."""


def reader(shelf: Shelf, host: str, names: Sequence[str] = ()) -> ASGIApp:
    """The web application; it answers only requests that name `host`, this machine or one of `names`."""
    pages = Pages(shelf)
    routes = [Route(path, endpoint) for path, endpoint in pages.routes().items()]
    handlers: dict[Any, Callable[[Request, Any], Response]] = {
        HTTPException: pages.refused,
        DeepdailyError: pages.failed,
    }
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=_few_at_once)
    return _Guard(app, answered_names(host, names))


DRAWN_AT_ONCE = 2
"""Pages drawn side by side: drawing is computing, and more threads only make all of them wait for each other."""


@asynccontextmanager
async def _few_at_once(_: Starlette) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = DRAWN_AT_ONCE
    yield


class _Guard:
    """Refuses other hosts' names (DNS rebinding, reliability.md T19) and puts the policy on every answer."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app, self._names = app, frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
        app = self._app if len(named) == 1 and _host_of(named[0]) in self._names else _NOT_OURS

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.update({"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"})
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        await app(scope, receive, sealed)


_NOT_OURS = PlainTextResponse("this host name is not served here; open it as http://127.0.0.1\n", status_code=400)


def _host_of(header: str) -> str:
    """The name in a Host header: `[::1]:8765` names `::1`."""
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]]*))(?::\d{1,5})?", header.lower())
    return (found.group(1) or found.group(2)) if found else ""


@dataclass(frozen=True, slots=True)
class _Voice:
    """The language the pages around the issues are in; an issue itself stays in its own."""

    language: Language
    asked: bool
    """It is not the daily's own: then every link asks for it again, which takes no cookie and no script."""

    def to(self, address: str) -> str:
        """`address`, a path of this site, in the same language."""
        if not self.asked:
            return address
        path, mark, fragment = address.partition("#")
        return f"{path}{'&' if '?' in path else '?'}lang={self.language}{mark}{fragment}"


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact of an earlier issue, and where its passage is shown."""

    text: str
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class _Told:
    """One appearance of a story, with what was new in it."""

    day: str
    title: str
    anchor: str
    byline: str
    language: str
    facts: Sequence[_Fact]


class Pages:
    """One method a page. They run in the server's threads: the store's reads are short.

    Args:
        static: for a copy in files: without what a server must answer, and a day shows its passages itself.
    """

    def __init__(self, shelf: Shelf, *, static: bool = False) -> None:
        self._shelf, self._static = shelf, static
        self._words = WORDS[shelf.language]
        own = files("deepdaily.serve")
        look = files("deepdaily.render").joinpath("page.css").read_bytes()
        self._style = look + own.joinpath("static/style.css").read_bytes()
        self._script = own.joinpath("static/reader.js").read_bytes()
        self._drawn = lru_cache(maxsize=DAYS_KEPT)(self._draw)
        self._followed = lru_cache(maxsize=TIMELINES_KEPT)(self._follow)
        self._templates = Environment(
            loader=PackageLoader("deepdaily.serve"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters |= {
            "plain": plain,
            "anchor": anchor,
            "shorten": partial(shorten, columns=SNIPPET_COLUMNS),
            "lang": language_of,
            "link": lambda address, text: Markup(link(address, text)),
        }
        self._templates.globals |= {
            "name": plain(shelf.name), "style_version": _version(self._style), "script_version": _version(self._script),
            "static": static,
        }  # fmt: skip

    def routes(self) -> dict[str, Callable[[Request], Response]]:
        """Path to page; the more special path first."""
        return {
            "/": self.newest,
            "/d/{day}.md": self.day_markdown,
            "/d/{day}.json": self.day_json,
            "/d/{day}": self.day,
            "/e/{day}/{number:int}": self.passage,
            "/raw/{digest}": self.raw,
            "/s/{story}": self.story,
            "/watch": self.watch,
            "/search": self.search,
            "/board": self.board,
            "/feeds": self.feeds,
            "/feed.atom": self.atom,
            "/feed.json": self.json_feed,
            "/llms.txt": self.llms,
            "/healthz": self.health,
            "/style.css": self.style,
            "/reader.js": self.script,
        }

    # -- issues -------------------------------------------------------------------------------------------------------

    def newest(self, request: Request) -> Response:
        issues = self._shelf.store.issues(limit=1)
        if not issues:
            site = SITE[self._voice(request).language]
            return self._message(request, site.empty_title, site.empty, 200)
        return self._day(request, issues[0])

    def day(self, request: Request) -> Response:
        return self._day(request, self._issue(request))

    def _day(self, request: Request, issue: Issue) -> Response:
        day = issue.draft.slot.day
        earlier, later = self._neighbours(day)
        stories = self._stories() & {anchor(item.story) for item in issue.draft.items}
        head, items, seen, passages = self._drawn(issue, self._voice(request), stories)
        return self._page(
            request,
            "day",
            day=day,
            earlier=earlier,
            later=later,
            title=plain(issue.draft.title) or day,
            language=WORDS[issue.draft.language].language,
            masthead=head,
            told=items,
            seen=seen,
            passages=passages,
            own=SITE[issue.draft.language],
        )

    def _draw(self, issue: Issue, voice: _Voice, stories: frozenset[str]) -> tuple[Markup, Markup, list[Seen], Markup]:
        """Masthead, items and what was also seen: four fifths of a page's time, and equal issues give equal pages.

        Args:
            stories: those of the issue that have a page.
        """
        timeline = SITE[issue.draft.language].timeline

        def beside(item: Item) -> str:
            story = anchor(item.story)
            told_of = Markup('<p class="byline"><a href="{}">{}</a></p>').format(voice.to(f"/s/{story}"), timeline)
            return told_of if story in stories else ""

        documents = self._documents(issue)
        proofs = Proofs(issue, None if self._static else lambda note: voice.to(_passage(issue.draft.slot.day, note)))
        items = "\n".join(filter(None, body(issue, proofs.tell, beside)))
        seen = also_seen(issue, self._shelf.store)
        passages = proofs.excerpts(documents) if self._static else ""
        return Markup(masthead(issue, documents)), Markup(items), seen, Markup(passages)

    def _neighbours(self, day: str) -> tuple[str, str]:
        """The nearest days before and after that have an issue; empty where there is none."""
        days = self._shelf.store.issue_days()
        earlier, later = (one for one in days if one < day), (one for one in reversed(days) if one > day)
        return next(earlier, ""), next(later, "")

    def day_markdown(self, request: Request) -> Response:
        return Response(post(self._issue(request)), media_type="text/markdown")

    def day_json(self, request: Request) -> Response:
        return Response(proven_digest(self._issue(request)).model_dump_json(), media_type="application/json")

    def passage(self, request: Request) -> Response:
        """The stored text behind a note, every passage the issue cites in it marked."""
        issue, number = self._issue(request), request.path_params["number"]
        day, notes = issue.draft.slot.day, notes_of(issue).values()
        note = next((one for one in notes if one.number == number), None)
        document = self._documents(issue).get(note.evidence.document) if note else None
        if note is None or document is None:
            raise HTTPException(404)
        proofs = Proofs(issue, told_on=self._voice(request).to(f"/d/{day}"))
        beside = [one for one in notes if one.evidence.document == document.id]
        return self._page(
            request,
            "passage",
            day=day,
            back=proofs.told_at(note),
            document=document,
            cited=note.cited,
            fetched=minute(document.fetched_at, issue),
            original=Markup(link(document.url)),
            text=Markup(proofs.marked(whole(document, beside))),
        )

    def raw(self, request: Request) -> Response:
        """The bytes as they were fetched, as plain text that nothing in a browser acts on."""
        digest = request.path_params["digest"]
        place = self._shelf.store.place(digest) if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) else None
        if place is None:
            raise HTTPException(404)
        text = _decoded(self._shelf.snapshots.read(place, digest), self._shelf.store.media_type(digest))
        return PlainTextResponse(text, headers={"Content-Security-Policy": INERT_POLICY})

    # -- over days ----------------------------------------------------------------------------------------------------

    def story(self, request: Request) -> Response:
        days = self._followed(self._shelf.store.issues_state(), request.path_params["story"])
        if not days:
            raise HTTPException(404)
        return self._page(request, "story", told=days, title=days[0].title)

    def _follow(self, _state: str, story: str) -> list[_Told]:
        return _timeline(story, self._shelf.store.issues(limit=ISSUES_FOLLOWED))

    def _stories(self) -> frozenset[str]:
        """The anchors of the stories that have a page."""
        return frozenset(followed(self._shelf.store.issues(limit=ISSUES_FOLLOWED)))

    def watch(self, request: Request) -> Response:
        issues = self._shelf.store.issues(limit=ISSUES_FOLLOWED)
        return self._page(
            request, "watch", watched=watched(issues), stories=self._stories(), days=self._shelf.store.issue_days()
        )

    def search(self, request: Request) -> Response:
        asked = plain(request.query_params.get("q", ""))[:QUERY_CHARS]
        hits = archive.search(self._shelf.store, asked) if asked else []
        return self._page(request, "search", asked=asked, hits=hits, stories=self._stories())

    def board(self, request: Request) -> Response:
        runs, site = last_runs(self._shelf.store), SITE[self._voice(request).language]
        return self._page(request, "board", figures=figures(runs, self._shelf.store, site))

    # -- for programs -------------------------------------------------------------------------------------------------

    def feeds(self, request: Request) -> Response:
        newest = self._shelf.store.issues(limit=1)
        return self._page(request, "feeds", day=newest[0].draft.slot.day if newest else "")

    def atom(self, request: Request) -> Response:
        written = atom(self._recent(), title=self._shelf.name, base_url=self._shelf.base_url)
        return Response(written, media_type="application/atom+xml")

    def json_feed(self, request: Request) -> Response:
        written = json_feed(self._recent(), title=self._shelf.name, base_url=self._shelf.base_url)
        return Response(written, media_type="application/feed+json")

    def _recent(self) -> list[Issue]:
        issues = self._shelf.store.issues(limit=FEED_ISSUES)
        if not issues:
            raise HTTPException(404)
        return issues

    def llms(self, request: Request) -> Response:
        lines = [f"# {plain(self._shelf.name)}", "", f"> {self._words.made_by}", ""]
        for issue in self._shelf.store.issues(limit=FEED_ISSUES):
            day = issue.draft.slot.day
            lines.append(f"- [{day}](/d/{day}.md): {shorten(plain(issue.draft.summary), SNIPPET_COLUMNS)}".rstrip(": "))
        return PlainTextResponse("\n".join([*lines, "", "JSON: /d/<day>.json; feeds: /feed.atom, /feed.json"]) + "\n")

    def health(self, request: Request) -> Response:
        newest = self._shelf.store.slots()[:1]
        return JSONResponse({"status": "ok", "newest_slot": newest[0] if newest else None})

    def style(self, request: Request) -> Response:
        return Response(self._style, media_type="text/css", headers=_KEPT)

    def script(self, request: Request) -> Response:
        return Response(self._script, media_type="text/javascript", headers=_KEPT)

    # -- what all need ------------------------------------------------------------------------------------------------

    def refused(self, request: Request, error: HTTPException) -> Response:
        site = SITE[self._voice(request).language]
        if error.status_code == 404:
            return self._message(request, site.missing_title, site.missing, 404)
        return self._message(request, str(error.status_code), site.refused, error.status_code)

    def failed(self, request: Request, error: DeepdailyError) -> Response:
        """The store is locked or a snapshot damaged: say which, and what to do."""
        said = f"{error}; {error.remedy}" if error.remedy else str(error)
        return self._message(request, "503", SITE[self._voice(request).language].trouble.format(said), 503)

    def _message(self, request: Request, title: str, message: str, status: int) -> Response:
        return self._page(request, "message", status, title=title, message=message)

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        voice = self._voice(request)
        words, here = WORDS[voice.language], request.url.path
        own = {"here": here, "lang": words.language, "site": SITE[voice.language], "words": words, "to": voice.to}
        text = self._templates.get_template(f"{template}.html").render(own, others=self._others(request), **values)
        return HTMLResponse(text, status)

    def _voice(self, request: Request) -> _Voice:
        """The language asked for by `?lang=`, else the daily's own."""
        asked = request.query_params.get("lang", "")
        language = next((one for one in SITE if one == asked), self._shelf.language)
        return _Voice(language, language != self._shelf.language)

    def _others(self, request: Request) -> list[tuple[str, str, str]]:
        """The same page in the other languages: its tag, its own name, the address."""
        now, asked = self._voice(request).language, request.query_params.get("q", "")[:QUERY_CHARS]
        path = "/" + quote(request.url.path.lstrip("/"))  # `//name` and `/\\name` would lead to another site
        here = path + (f"?{urlencode({'q': asked})}" if asked else "")
        voices = [_Voice(one, one != self._shelf.language) for one in SITE if one != now]
        return [(WORDS[one.language].language, SITE[one.language].own_name, one.to(here)) for one in voices]

    def _issue(self, request: Request) -> Issue:
        try:
            day = date.fromisoformat(request.path_params["day"]).isoformat()
        except ValueError:
            raise HTTPException(404) from None
        issue = self._shelf.store.issue(day)
        if issue is None:
            raise HTTPException(404)
        return issue

    def _documents(self, issue: Issue) -> dict[str, Document]:
        return self._shelf.store.documents(note.evidence.document for note in notes_of(issue).values())


_KEPT = {"Cache-Control": "max-age=31536000, immutable"}
"""Their addresses name their content."""


def _version(content: bytes) -> str:
    return sha256(content).hexdigest()[:8]


def _passage(day: str, note: Note) -> str:
    return f"/e/{day}/{note.number}#e{note.number}"


def _decoded(content: bytes, media_type: str) -> str:
    declared = re.search(r"charset=[\"']?([\w-]+)", media_type, re.I)
    return content.decode(encoding_of(content, declared.group(1) if declared else "") or "utf-8", "replace")


def _timeline(story: str, issues: Sequence[Issue]) -> list[_Told]:
    """Every appearance of the story, newest first, each with the facts that no earlier one gave."""
    known: set[str] = set()
    found = []
    for issue, item in reversed(told(story, issues)):
        found.append(_appearance(issue, item, known))
        known |= {claim.text for claim in item.claims()}
    return found[::-1]


def _appearance(issue: Issue, item: Item, known: set[str]) -> _Told:
    day, notes = issue.draft.slot.day, notes_of(issue)
    news = [claim for claim in item.claims()[1:] if claim.evidence and claim.text not in known][:FACTS_SHOWN]
    cited = [(claim.text, notes[claim.evidence[0]]) for claim in news]
    facts = [_Fact(text, note.number, _passage(day, note)) for text, note in cited]
    language = WORDS[issue.draft.language].language
    return _Told(day, item.title.text or day, anchor(item.story), item.byline, language, facts)
