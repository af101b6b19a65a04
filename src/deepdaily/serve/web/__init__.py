"""The reader's pages. Everything shown comes from the store; nothing is fetched, and of what is shown nothing is changed.

The one thing a reader can write is a word on an item, which can be taken back.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deepdaily.archive import lookup
from deepdaily.core.charset import decoded
from deepdaily.core.decisions import in_force
from deepdaily.core.errors import DeepdailyError
from deepdaily.core.text import language_of, shorten
from deepdaily.core.types import Decision, Document, Issue, Item, Language, Slot
from deepdaily.desk import listed
from deepdaily.render.body import body, link
from deepdaily.render.excerpts import whole
from deepdaily.render.foreign import anchor, plain
from deepdaily.render.html import Proofs, masthead
from deepdaily.render.markdown import post
from deepdaily.render.notes import Note, minute, notes_of
from deepdaily.render.phrases import chain
from deepdaily.render.syndication import FeedPlace, atom, json_feed
from deepdaily.serve.answers import proven_digest
from deepdaily.serve.listening import answered_names
from deepdaily.serve.over_days import ISSUES_FOLLOWED, Chapter, followed, timeline, watched
from deepdaily.serve.web.also_seen import also_seen
from deepdaily.serve.web.board import figures
from deepdaily.serve.web.door import Door, from_own_page
from deepdaily.serve.web.verdicts import WORDS_GIVEN, given, word_on, words_in_force
from deepdaily.settings import without_day
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from deepdaily.words import Words, languages, of

INERT_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For foreign bytes: whatever they are, nothing in them runs or loads."""

FEED_ISSUES = 14
"""Issues that a feed carries."""

DAYS_KEPT, TIMELINES_KEPT = 366, 64
"""Whole pages of days, a year of them, and followed stories kept in memory: some 58 KB (21 MB a year) and 30 KB each."""

FORM_BYTES = 4096
"""Most that a form of ours sends: a day, a story and a word are some 200 bytes."""

QUERY_CHARS, SNIPPET_COLUMNS = 200, 160


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the pages are made from."""

    store: Store
    snapshots: Snapshots
    name: str
    """The daily's name."""
    language: Language
    """Of the pages around the issues."""
    clock: Callable[[], datetime]
    """When a reader gives a word."""
    base_url: str = ""
    """Where the daily is published: what the links of its feeds begin with."""


def site_app(shelf: Shelf, host: str, names: Sequence[str] = ()) -> ASGIApp:
    """The web application; it answers only requests that name `host`, this machine or one of `names`."""
    pages = Site(shelf)
    routes = [*pages.routes(), *pages.forms()]
    handlers: dict[Any, Any] = {HTTPException: pages.refused, DeepdailyError: pages.failed}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=_few_at_once)
    return Door(app, answered_names(host, names))


DRAWN_AT_ONCE = 2
"""Pages made side by side: it is computing, and more threads make all of them wait for each other. With one, whoever waits for a
database server keeps all others waiting (search p95 there 1.6 times as long)."""


@asynccontextmanager
async def _few_at_once(_: Starlette) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = DRAWN_AT_ONCE
    yield


@dataclass(frozen=True, slots=True)
class _Voice:
    """The language the pages are in; an issue that was not told in it stays in its own."""

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
class _Around:
    """What a page says beside what it is about."""

    days: Sequence[str]
    """That have an issue, newest first."""
    stories: frozenset[str]
    """Anchors of those that have a page."""
    decisions: Sequence[Decision]
    """In force, the oldest first."""
    words: Mapping[str, str]
    """The reader's words by page key."""


Decided = tuple[Iterable[Decision], str]
"""What is to be kept, and the address to go on to."""
Act = Callable[[Mapping[str, str]], Decided]
"""What a form of ours, by its fields, decides. Raises HTTPException."""


class Site:
    """One method a page. They run in the server's threads: the store's reads are short.

    Args:
        static: for a copy in files: without what a server must answer, and a day shows its passages itself.
    """

    def __init__(self, shelf: Shelf, *, static: bool = False) -> None:
        self._shelf, self._store, self._static = shelf, shelf.store, static
        own = files("deepdaily.serve")
        look = files("deepdaily.render").joinpath("page.css").read_bytes()
        self._style = look + own.joinpath("static/style.css").read_bytes()
        self._script = own.joinpath("static/reader.js").read_bytes()
        # By `Store.reading_state`, so that what was kept or decided since shows at once.
        self._around_at = lru_cache(maxsize=1)(self._look_around)
        self._drawn = lru_cache(maxsize=DAYS_KEPT)(self._draw)
        self._followed = lru_cache(maxsize=TIMELINES_KEPT)(self._follow)
        self._writing = CapacityLimiter(1)
        """Apart from the pages: a word may have to wait for a run that writes, and nobody who reads waits with it."""
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

    def routes(self) -> list[Route]:
        """Path to page; the more special path first. All only read."""
        pages: dict[str, Callable[[Request], Response]] = {
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
            "/desk": partial(self._page, template="desk"),
            "/feeds": self.feeds,
            "/feed.atom": partial(self.feed, atom, "application/atom+xml"),
            "/feed.json": partial(self.feed, json_feed, "application/feed+json"),
            "/llms.txt": self.llms,
            "/healthz": self.health,
            "/style.css": partial(_kept, self._style, "text/css"),
            "/reader.js": partial(_kept, self._script, "text/javascript"),
        }
        return [Route(path, page) for path, page in pages.items()]

    def forms(self) -> list[Route]:
        """What a reader can write: a word on an item (day, story, verdict), and a decision taken back (its id)."""
        acts: dict[str, Act] = {"/feedback": self.given, "/desk": self.taken_back}
        return [Route(path, partial(self.write, act), methods=["POST"]) for path, act in acts.items()]

    # -- issues -------------------------------------------------------------------------------------------------------

    def newest(self, request: Request) -> Response:
        state = self._store.reading_state()
        days = self._around_at(state).days
        if not days:
            site = self._words(request).site
            return self._message(request, site["empty_title"], site["empty"], 200)
        return self._day(request, state, days[0])

    def day(self, request: Request) -> Response:
        return self._day(request, self._store.reading_state(), _day_of(request.path_params["day"]))

    def _day(self, request: Request, state: str, day: str) -> Response:
        return HTMLResponse(self._drawn(state, day, request.url.path, self._voice(request)))

    def _draw(self, state: str, day: str, path: str, voice: _Voice) -> bytes:
        """The page of a day, whole. Raises HTTPException."""
        issue, around = self._issue(day, voice), self._around_at(state)
        proofs = Proofs(issue, None if self._static else lambda note: voice.to(f"/e/{day}/{note.number}#e{note.number}"))
        documents = self._documents(proofs.notes.values())
        items = body(issue, proofs.tell, partial(self._beside, issue, around, voice))
        earlier, later = _neighbours(day, around.days)
        return self._filled(
            "day",
            path,
            voice,
            around,
            issue=issue,
            earlier=earlier,
            later=later,
            masthead=Markup(masthead(issue, documents)),
            told=Markup("\n".join(filter(None, items))),
            seen=also_seen(issue, self._store),
            passages=Markup(proofs.excerpts(documents) if self._static else ""),
            own=of(issue.draft.language),
        ).encode()

    def _beside(self, issue: Issue, around: _Around, voice: _Voice, item: Item) -> str:
        """Where the item's story is told on, and what a reader says of it."""
        story, asked = anchor(item.story), bool(item.sources) and not self._static
        told_on = story in around.stories
        if not (told_on or asked):
            return ""
        own, said = of(issue.draft.language), word_on(item, around.words)
        values = {"own": own, "story": story, "day": issue.day, "said": said, "told_on": told_on, "asked": asked}
        return self._templates.get_template("beside.html").render(values, to=voice.to)

    def day_markdown(self, request: Request) -> Response:
        issue = self._issue(request.path_params["day"], self._voice(request))
        return Response(post(issue), media_type="text/markdown")

    def day_json(self, request: Request) -> Response:
        written = proven_digest(self._issue(request.path_params["day"], self._voice(request))).model_dump_json()
        return Response(written, media_type="application/json")

    def passage(self, request: Request) -> Response:
        """The stored text behind a note, every passage the issue cites in it marked."""
        issue = self._issue(request.path_params["day"], self._voice(request))
        day, notes = issue.day, notes_of(issue).values()
        note = next((one for one in notes if one.number == request.path_params["number"]), None)
        document = self._documents([note]).get(note.evidence.document) if note else None
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
        place = self._store.place(digest) if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) else None
        if place is None:
            raise HTTPException(404)
        text = decoded(self._shelf.snapshots.read(place, digest), self._store.media_type(digest))
        return PlainTextResponse(text, headers={"Content-Security-Policy": INERT_POLICY})

    # -- over days ----------------------------------------------------------------------------------------------------

    def story(self, request: Request) -> Response:
        days = self._followed(self._store.issues_state(), request.path_params["story"])
        if not days:
            raise HTTPException(404)
        steps = chain(days[::-1], days[0].day, self._words(request)) if len(days) > 1 else ""
        return self._page(request, "story", told=days, title=days[0].title, steps=steps)

    def _follow(self, _state: str, story: str) -> list[Chapter]:
        return timeline(story, self._store.issues(limit=ISSUES_FOLLOWED))

    def watch(self, request: Request) -> Response:
        return self._page(request, "watch", watched=watched(self._store.issues(limit=ISSUES_FOLLOWED)))

    def search(self, request: Request) -> Response:
        asked = plain(request.query_params.get("q", ""))[:QUERY_CHARS]
        hits = lookup.search(self._store, asked) if asked else []
        return self._page(request, "search", asked=asked, hits=hits)

    def board(self, request: Request) -> Response:
        return self._page(request, "board", figures=figures(self._store, self._words(request)))

    # -- the desk -----------------------------------------------------------------------------------------------------

    async def write(self, act: Act, request: Request) -> Response:
        """Keep what a form of ours decides, and lead back to where it was sent from."""
        return await to_thread.run_sync(self._write, act, request, await _form(request), limiter=self._writing)

    def _write(self, act: Act, request: Request, form: Mapping[str, str]) -> Response:
        decisions, address = act(form)
        for one in decisions:
            self._store.keep_decision(one)
        return RedirectResponse(self._voice(request).to(address), 303)

    def given(self, form: Mapping[str, str]) -> Decided:
        issue = self._issue(form.get("day", ""))
        items = [one for one in issue.items if one.sources and anchor(one.story) == form.get("story")]
        word = next((one for one in WORDS_GIVEN if one == form.get("verdict")), None)
        if not items or word is None:
            raise HTTPException(404)
        decisions = given(items[0], word, self._store.decisions(), self._shelf.clock())
        return decisions, f"/d/{issue.day}#{anchor(items[0].story)}"

    def taken_back(self, form: Mapping[str, str]) -> Decided:
        held = [one for one in in_force(self._store.decisions()) if one.id == form.get("id")]
        if not held:
            raise HTTPException(404)
        return [replace(one, taken_back_at=self._shelf.clock()) for one in held], "/desk"

    # -- for programs -------------------------------------------------------------------------------------------------

    def feeds(self, request: Request) -> Response:
        newest = self._store.issues(limit=1)
        return self._page(request, "feeds", day=newest[0].draft.slot.day if newest else "")

    def feed(self, written: Callable[..., str | bytes], media_type: str, request: Request) -> Response:
        voice = self._voice(request)
        told = self._store.translated(voice.language, limit=FEED_ISSUES) if voice.asked else []
        issues = told or self._store.issues(limit=FEED_ISSUES)
        if not issues:
            raise HTTPException(404)
        title = without_day(of(voice.language).daily) if told else self._shelf.name
        feed = written(issues, title=title, place=self._feed_place(issues, voice.language if told else ""))
        return Response(feed, media_type=media_type)

    def _feed_place(self, issues: Sequence[Issue], language: str) -> FeedPlace:
        """The reader's own addresses, or those of its copy in files; `language` where it is another than the daily's."""
        asked, ending = f"?lang={language}" if language else "", ".html" if self._static else ""
        return FeedPlace(
            self._shelf.base_url,
            f".{language}" if language else "",
            home=f"/{asked}",
            paths={issue.day: f"/d/{issue.day}{ending}{asked}" for issue in issues},
            atom_path=f"/feed.atom{asked}",
            json_path=f"/feed.json{asked}",
            feed_id=self._store.feed_id(),
        )

    def llms(self, request: Request) -> Response:
        lines = [f"# {plain(self._shelf.name)}", "", f"> {of(self._shelf.language).page['made_by']}", ""]
        for issue in self._store.issues(limit=FEED_ISSUES):
            summary = shorten(plain(issue.closing.summary), SNIPPET_COLUMNS)
            lines.append(f"- [{issue.day}](/d/{issue.day}.md): {summary}".rstrip(": "))
        return PlainTextResponse("\n".join([*lines, "", "JSON: /d/<day>.json; feeds: /feed.atom, /feed.json"]) + "\n")

    def health(self, request: Request) -> Response:
        newest = next(iter(self._store.slots()), "")
        return JSONResponse({"status": "ok", "newest_slot": Slot.of_key(newest).stamp if newest else None})

    # -- what all need ------------------------------------------------------------------------------------------------

    def refused(self, request: Request, error: HTTPException) -> Response:
        site = self._words(request).site
        if error.status_code == 404:
            return self._message(request, site["missing_title"], site["missing"], 404)
        return self._message(request, str(error.status_code), site["refused"], error.status_code)

    def failed(self, request: Request, error: DeepdailyError) -> Response:
        """The store is locked or may not be written, a snapshot is damaged: say which, and what to do."""
        trouble = self._words(request).site["not_kept" if request.method == "POST" else "trouble"]
        said = f"{error}; {error.remedy}" if error.remedy else str(error)
        return self._message(request, "503", trouble.format(said), 503)

    def _message(self, request: Request, title: str, message: str, status: int) -> Response:
        """It says what went wrong, also when that is the store: nothing is asked of it."""
        text = self._filled("message", request.url.path, self._voice(request), _NOTHING, title=title, message=message)
        return HTMLResponse(text, status)

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        around = self._around_at(self._store.reading_state())
        asked = request.query_params.get("q", "")[:QUERY_CHARS]
        return HTMLResponse(self._filled(template, request.url.path, self._voice(request), around, asked, **values))

    def _filled(self, template: str, path: str, voice: _Voice, around: _Around, query: str = "", **values: Any) -> str:
        """The page at `path`, asked with the search words `query`."""
        words = of(voice.language)
        own = {"here": path, "lang": words.tag, "site": words.site, "words": words, "around": around, **values}
        others, page = self._others(voice, path, query), self._templates.get_template(f"{template}.html")
        return page.render(own, voice=voice.language, to=voice.to, others=others)

    def _look_around(self, _state: str) -> _Around:
        stories = frozenset(followed(self._store.issues(limit=ISSUES_FOLLOWED)))
        decisions = listed(self._store)
        return _Around(self._store.issue_days(), stories, decisions, words_in_force(decisions))

    def _voice(self, request: Request) -> _Voice:
        """The language asked for by `?lang=`, else the daily's own."""
        asked = request.query_params.get("lang", "")
        language = asked if asked in languages() else self._shelf.language
        return _Voice(language, language != self._shelf.language)

    def _words(self, request: Request) -> Words:
        return of(self._voice(request).language)

    def _others(self, voice: _Voice, path: str, query: str) -> list[tuple[str, str, str]]:
        """The same page in the other languages: its tag, its own name, the address."""
        own = "/" + quote(path.lstrip("/"))  # `//name` and `/\\name` would lead to another site
        here = own + (f"?{urlencode({'q': query})}" if query else "")
        voices = [_Voice(one, one != self._shelf.language) for one in languages() if one != voice.language]
        return [(of(one.language).tag, of(one.language).own_name, one.to(here)) for one in voices]

    def _issue(self, day: str, voice: _Voice | None = None) -> Issue:
        """The issue of a day, as it was told in the voice's language where it was."""
        issue = self._store.issue(_day_of(day))
        if issue is None:
            raise HTTPException(404)
        if voice is None or not voice.asked:
            return issue
        told = self._store.translations(issue.slot.key)
        return next((one for one in told if one.draft.language == voice.language), issue)

    def _documents(self, notes: Iterable[Note]) -> dict[str, Document]:
        return self._store.documents(note.evidence.document for note in notes)


_NOTHING = _Around((), frozenset(), (), {})


def _day_of(text: str) -> str:
    """A day as the store names it. Raises HTTPException."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise HTTPException(404) from None


def _neighbours(day: str, days: Sequence[str]) -> tuple[str, str]:
    """The nearest of `days` (newest first) before and after; empty where there is none."""
    earlier, later = (one for one in days if one < day), (one for one in reversed(days) if one > day)
    return next(earlier, ""), next(later, "")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that a page of ours sent. Raises HTTPException: another site's, or too long."""
    if not from_own_page(request.headers):
        raise HTTPException(403)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES:
            raise HTTPException(413)
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _kept(content: bytes, media_type: str, request: Request) -> Response:
    """A file whose address names its content."""
    headers = {"Cache-Control": "max-age=31536000, immutable"}
    return Response(content, media_type=media_type, headers=headers)


def _version(content: bytes) -> str:
    return sha256(content).hexdigest()[:8]
