"""The reader's pages. Everything shown comes from the store; nothing is fetched, and of what is shown nothing is changed.

The one thing a reader can write is a word on an item, which can be taken back.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deepdaily.archive import lookup
from deepdaily.core.charset import decoded
from deepdaily.core.decisions import in_force
from deepdaily.core.errors import DeepdailyError, StoreError
from deepdaily.core.text import language_of, shorten
from deepdaily.core.types import Decision, Document, Issue, Language, Slot
from deepdaily.desk import listed
from deepdaily.render.body import link
from deepdaily.render.drawn import DrawnDay, DrawnItem
from deepdaily.render.excerpts import excerpt, whole
from deepdaily.render.foreign import anchor, plain
from deepdaily.render.html import Proofs, masthead
from deepdaily.render.markdown import post
from deepdaily.render.notes import Note, minute, notes_of
from deepdaily.render.phrases import chain
from deepdaily.render.syndication import FeedPlace, atom, json_feed
from deepdaily.serve.answers import proven_digest
from deepdaily.serve.listening import answered_names
from deepdaily.serve.over_days import ISSUES_FOLLOWED, Chapter, timeline, watched
from deepdaily.serve.way_in import AT_HOME, HEALTH, WHOLE, Reach, WayIn, inner_path
from deepdaily.serve.web.board import figures
from deepdaily.serve.web.door import Door, from_own_page
from deepdaily.serve.web.unchanged import Unchanged
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

SEARCHES_KEPT = 256
"""What was found for so many queries, some 10 KB each, until another issue is kept."""

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


def site_app(shelf: Shelf, host: str, names: Sequence[str] = (), reach: Reach = AT_HOME) -> ASGIApp:
    """The web application; it answers only requests that name `host`, this machine or one of `names` or of `reach`.

    Health alone is answered by any name.
    """
    pages = Site(shelf)
    routes = [*pages.routes(), *pages.forms()]
    handlers: dict[Any, Any] = {HTTPException: pages.refused, DeepdailyError: pages.failed}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=partial(_few_at_once, pages))
    # What is packed tells its length: nothing here has a secret beside what a stranger chose (BREACH).
    packed = GZipMiddleware(Unchanged(app), compresslevel=GZIP_LEVEL)
    return WayIn(Door(packed, answered_names(host, (*names, *reach.names)), reach), reach)


GZIP_LEVEL = 4
"""A day's page in a quarter of its bytes, in a third of the time of level 9, which saves a twentieth more."""

DRAWN_AT_ONCE = 2
"""Pages made side by side: it is computing, and more threads make all of them wait for each other. With one, whoever waits for a
database server keeps all others waiting (search p95 there 1.6 times as long)."""


@asynccontextmanager
async def _few_at_once(pages: Site, _: Starlette) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = DRAWN_AT_ONCE
    await to_thread.run_sync(pages.warm)
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
        return f"{path}{'&' if '?' in path else '?'}{self.query[1:]}{mark}{fragment}"

    @property
    def query(self) -> str:
        """What asks for the language; empty for the daily's own."""
        return f"?lang={self.language}" if self.asked else ""


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
        self._found = lru_cache(maxsize=SEARCHES_KEPT)(self._find)
        self._followed = lru_cache(maxsize=TIMELINES_KEPT)(self._follow)
        self._to_keep: set[tuple[str, _Voice]] = set()
        """Days that were drawn here and are kept, or that the store did not take: once a process is enough."""
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

    def warm(self) -> None:
        """Make once what the first readers would wait for: templates, words, the table of terms, the newest day."""
        try:
            state = self._store.reading_state()
            for day in self._around_at(state).days[:1]:
                self._drawn(state, day, "/", _Voice(self._shelf.language, False))
            lookup.search(self._store, "AI")
        except DeepdailyError:
            return  # whoever asks is told

    def routes(self) -> list[Route]:
        """Path to page; the more special path first. All only read."""
        pages: dict[str, Callable[[Request], Response]] = {
            "/": self.newest,
            "/archive": self.archive,
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
            HEALTH: self.health,
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

    def archive(self, request: Request) -> Response:
        """Every day with its title, by month; with `?day=` on to that day, or to the last issue before it."""
        voice, wanted = self._voice(request), request.query_params.get("day", "")
        if wanted:
            days = self._around_at(self._store.reading_state()).days
            day = next((one for one in days if one <= _day_of(wanted)), days[-1] if days else "")
            return self._led(request, voice.to(f"/d/{day}") if day else voice.to("/archive"))
        lines = self._store.day_lines(voice.language if voice.asked else None)
        months = [(month, list(days)) for month, days in groupby(lines, lambda line: line.day[:7])]
        return self._page(request, "archive", months=months, count=len(lines))

    def _day(self, request: Request, state: str, day: str) -> Response:
        voice = self._voice(request)
        page, missing = self._drawn(state, day, inner_path(request.scope), voice)
        keeping = None
        if missing and (day, voice) not in self._to_keep:
            self._to_keep.add((day, voice))
            keeping = BackgroundTask(self._keep_drawn, day, voice)
        return self._html(request, page, background=keeping)

    def _draw(self, state: str, day: str, path: str, voice: _Voice) -> tuple[bytes, bool]:
        """The page of a day, whole, and whether its parts are still to be kept. Raises HTTPException."""
        drawn = self._store.drawn(day, voice.language if voice.asked else None)
        missing = drawn is None
        if drawn is None:
            drawn = self._store.draw(self._issue(day, voice))
        around, words = self._around_at(state), of(voice.language)
        earlier, later = _neighbours(day, around.days)
        page = self._filled(
            "day",
            path,
            voice,
            around,
            drawn=drawn,
            earlier=earlier,
            later=later,
            masthead=Markup(masthead(drawn.above, words)),
            told=Markup(drawn.body(words, partial(self._beside, drawn, around, voice), voice.query)),
            passages=Markup(self._passages(day, voice) if self._static else ""),
            own=of(drawn.above.language),
        )
        return page.encode(), missing

    def _passages(self, day: str, voice: _Voice) -> str:
        """The passages themselves, where no server can show them."""
        issue = self._issue(day, voice)
        proofs = Proofs(issue)
        return proofs.excerpts(self._documents(proofs.notes.values()))

    async def _keep_drawn(self, day: str, voice: _Voice) -> None:
        """Keep the parts of a day that was drawn by another version, for whoever asks after the next start."""
        await to_thread.run_sync(self._keep_drawn_now, day, voice, limiter=self._writing)

    def _keep_drawn_now(self, day: str, voice: _Voice) -> None:
        try:
            issue = self._issue(day, voice)
            self._store.keep_drawn(issue, self._store.draw(issue))
        except StoreError:
            return  # a store that may only be read: the page was answered, and is drawn again next time

    def _beside(self, drawn: DrawnDay, around: _Around, voice: _Voice, item: DrawnItem) -> str:
        """Where the item's story is told on, and what a reader says of it."""
        asked, told_on = bool(item.source) and not self._static, item.story in around.stories
        if not (told_on or asked):
            return ""
        said, words = word_on(item.source, around.words), of(voice.language)
        values = {"words": words, "story": item.story, "day": drawn.day, "said": said, "told_on": told_on, "asked": asked}
        return self._templates.get_template("beside.html").render(values, to=voice.to)

    def day_markdown(self, request: Request) -> Response:
        issue = self._issue(request.path_params["day"], self._voice(request))
        return Response(post(issue), headers=_dated(issue), media_type="text/markdown")

    def day_json(self, request: Request) -> Response:
        issue = self._issue(request.path_params["day"], self._voice(request))
        return Response(proven_digest(issue).model_dump_json(), headers=_dated(issue), media_type="application/json")

    def passage(self, request: Request) -> Response:
        """The stored text behind a note, every passage the issue cites in it marked; whole to its owner alone."""
        issue = self._issue(request.path_params["day"], self._voice(request))
        day, notes = issue.day, notes_of(issue).values()
        note = next((one for one in notes if one.number == request.path_params["number"]), None)
        if note is None:
            raise HTTPException(404)
        document = self._documents([note]).get(note.evidence.document)
        forgotten = document is None and bool(self._store.forgotten([note.evidence.document]))
        if document is None and not forgotten:
            raise HTTPException(404)
        proofs = Proofs(issue, told_on=self._voice(request).to(f"/d/{day}"))
        beside = [one for one in notes if one.evidence.document == note.evidence.document]
        may_see = bool(request.scope.get(WHOLE)) and document is not None
        stretches = whole(document, beside) if document and may_see else excerpt(document, beside, stranger=True)
        return self._page(
            request,
            "passage",
            day=day,
            back=proofs.told_at(note),
            cited=note.cited,
            told_in=document.language if document else language_of(note.evidence.quote),
            partial=document is not None and document.partial,
            fetched=minute(note.cited.fetched_at, issue),
            original=Markup(link(note.cited.url)),
            whole=may_see,
            forgotten=forgotten,
            text=Markup(proofs.marked(stretches)),
        )

    def raw(self, request: Request) -> Response:
        """The bytes as they were fetched, as plain text that nothing in a browser acts on."""
        digest = request.path_params["digest"]
        place = self._store.place(digest) if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) else None
        if place is None:
            raise HTTPException(404)
        if not request.scope.get(WHOLE):
            return self._message(request, "403", self._words(request).site["owner_only"], 403)
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
        return self._page(request, "watch", watched=watched(self._store.issues(limit=ISSUES_FOLLOWED), self._shelf.clock().date()))

    def search(self, request: Request) -> Response:
        asked = plain(request.query_params.get("q", ""))[:QUERY_CHARS]
        hits = self._found(self._store.issues_state(), asked) if asked else []
        return self._page(request, "search", asked=asked, hits=hits)

    def _find(self, _state: str, asked: str) -> list[lookup.Hit]:
        return lookup.search(self._store, asked)

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
        return self._led(request, self._voice(request).to(address))

    def _led(self, request: Request, address: str) -> Response:
        """On to an address of this site."""
        return RedirectResponse(request.scope.get("root_path", "") + address, 303)

    def _html(self, request: Request, page: str | bytes, status: int = 200, background: BackgroundTask | None = None) -> Response:
        """A page whose links lead below where the site stands."""
        content, root = page.encode() if isinstance(page, str) else page, request.scope.get("root_path", "")
        if root:
            content = _OWN_ADDRESS.sub(rb'\1="' + root.encode() + b"/", content)
        return HTMLResponse(content, status, background=background)

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
        root = request.scope.get("root_path", "")
        lines = [f"# {plain(self._shelf.name)}", "", f"> {of(self._shelf.language).page['made_by']}", ""]
        for issue in self._store.issues(limit=FEED_ISSUES):
            summary = shorten(plain(issue.closing.summary), SNIPPET_COLUMNS)
            lines.append(f"- [{issue.day}]({root}/d/{issue.day}.md): {summary}".rstrip(": "))
        lines += ["", f"JSON: {root}/d/<day>.json; feeds: {root}/feed.atom, {root}/feed.json"]
        return PlainTextResponse("\n".join(lines) + "\n")

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
        path = inner_path(request.scope)
        text = self._filled("message", path, self._voice(request), _NOTHING, title=title, message=message)
        return self._html(request, text, status)

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        around = self._around_at(self._store.reading_state())
        asked = request.query_params.get("q", "")[:QUERY_CHARS]
        text = self._filled(template, inner_path(request.scope), self._voice(request), around, asked, **values)
        return self._html(request, text)

    def _filled(self, template: str, path: str, voice: _Voice, around: _Around, query: str = "", **values: Any) -> str:
        """The page at `path`, asked with the search words `query`."""
        words = of(voice.language)
        own = {"here": path, "lang": words.tag, "site": words.site, "words": words, "around": around, **values}
        others, page = self._others(voice, path, query), self._templates.get_template(f"{template}.html")
        return page.render(own, voice=voice.language, to=voice.to, others=others)

    def _look_around(self, _state: str) -> _Around:
        stories = self._store.told_stories(limit=ISSUES_FOLLOWED)
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


# Foreign text has no bare quotation mark left, and foreign links begin with http: what begins with a slash is ours.
_OWN_ADDRESS = re.compile(rb'(?<= )(href|src|action)="/')

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


def _dated(issue: Issue) -> dict[str, str]:
    """When what is made of the issue alone was changed last."""
    return {"Last-Modified": format_datetime(issue.approved_at.astimezone(UTC), usegmt=True)}


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
