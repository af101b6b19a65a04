"""Answers of GitHub to rows: releases, issues, a changelog's sections and the trending page. Each function runs in a worker.

The API is https://docs.github.com/en/rest; the trending page has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.charset import decoded
from deepdaily.core.errors import NotAFeed, SourceError
from deepdaily.core.text import squeeze
from deepdaily.read.extract import of_markdown
from deepdaily.read.markdown_source import seen_of
from deepdaily.read.page_dates import dates_in
from deepdaily.sources.listed_rows import MAX_TEXT_CHARS, ListedRow, count, line, when
from deepdaily.sources.offering import json_of

MOST_ROWS, MOST_SECTIONS, MAX_CHANGELOG_CHARS = 100, 200, 400_000
"""Of one answer; of a changelog the first ones, which are its newest."""

MAX_TAGS = 50_000
"""A trending page has some 2,500."""

_REPOSITORY = re.compile(r"/?([\w.-]{1,100}/[\w.-]{1,100})")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_HEADING = re.compile(r" {0,3}(#{1,2})[ \t]+(.{1,300}?)[ \t#]*$")
_STARS = re.compile(r"([\d,]{1,12})\s+stars?\s+(?:today|this)")
_NONE_TREND = re.compile(r"have any trending repositories")


def parse_releases(body: bytes) -> list[tuple[ListedRow, bool]]:
    """Each published release, newest first, with whether it is a pre-release.

    Raises:
        SourceError: not an answer of this API.
    """
    return [
        (row, raw.get("prerelease") is True)
        for raw in _rows(json_of(body), "releases")
        if raw.get("draft") is not True and (row := _release(raw))
    ]


def _rows(answer: Any, what: str) -> Iterator[dict[str, Any]]:
    if not isinstance(answer, list):
        raise SourceError(f"the answer is no list of {what}")
    return (raw for raw in answer[:MOST_ROWS] if isinstance(raw, dict))


def _release(raw: dict[str, Any]) -> ListedRow | None:
    tag, link, at = line(raw.get("tag_name")), line(raw.get("html_url"), 2_000), when(raw.get("published_at"))
    if not tag or at is None or not link.startswith("https://github.com/"):
        return None
    title = line(raw.get("name")) or tag
    named = title if _repository_of(link).lower() in title.lower() else f"{_repository_of(link)} {title}"
    return ListedRow(link, title, at, _text(raw), f"release {tag}", named, author=_login(raw, "author"))


def _repository_of(link: str) -> str:
    """`vllm` of https://github.com/vllm-project/vllm/releases/tag/v1."""
    return link.split("/")[4] if link.count("/") > 4 else ""


def _text(raw: dict[str, Any]) -> str:
    body = raw.get("body")
    return of_markdown(body[:MAX_TEXT_CHARS]) if isinstance(body, str) else ""


def _login(raw: dict[str, Any], key: str) -> str:
    by = raw.get(key)
    return line(by.get("login"), 100) if isinstance(by, dict) else ""


def parse_issues(body: bytes) -> list[ListedRow]:
    """The issues of a list or of a search, in its order, with how many reacted to each; pull requests are left out.

    Raises:
        SourceError: not an answer of this API.
    """
    answer = json_of(body)
    listed = answer.get("items") if isinstance(answer, dict) else answer
    rows = (_issue(raw) for raw in _rows(listed, "issues") if "pull_request" not in raw)
    return [row for row in rows if row]


def _issue(raw: dict[str, Any]) -> ListedRow | None:
    title, link, at = line(raw.get("title")), line(raw.get("html_url"), 2_000), when(raw.get("created_at"))
    if not title or at is None or not link.startswith("https://github.com/"):
        return None
    reactions = raw.get("reactions")
    votes = count(reactions.get("total_count")) if isinstance(reactions, dict) else None
    named = f"{_repository_of(link)}: {title}"
    return ListedRow(
        link, title, at, _text(raw), f"issue {line(str(raw.get('number')), 20)}", named, author=_login(raw, "user"), votes=votes
    )


def parse_changelog(asked: tuple[bytes, str]) -> list[ListedRow]:
    """The versions of a changelog in Markdown, in its order, at most MOST_SECTIONS.

    `asked` is the file and the address of its page. A version is a heading of the first or second level with a digit in it; it
    has the date that its heading names, and an address of its own below the page's. Empty where there is none.
    """
    source = asked[0].decode("utf-8-sig", "replace").replace("\r\n", "\n")[:MAX_CHANGELOG_CHARS]
    headed: list[tuple[str, list[str]]] = []
    fenced = False
    for written in source.split("\n"):
        fenced ^= bool(_FENCE.match(written))
        heading = None if fenced else _HEADING.match(written)
        if heading:
            headed.append((squeeze(seen_of(heading[2])), []))
        elif headed:
            headed[-1][1].append(written)
    versions = [(title, lines) for title, lines in headed if re.search(r"\d", title)][:MOST_SECTIONS]
    return [_section(title, lines, asked[1]) for title, lines in versions]


def _section(title: str, lines: list[str], page: str) -> ListedRow:
    day = next((one.at for one in dates_in(title)), None)
    slug = re.sub(r"[^\w.]+", "-", title).strip("-").lower()[:80]
    link = f"{page}?section={quote(slug)}"
    named = f"{_repository_of(page)} {title}"
    return ListedRow(link, title, day, of_markdown("\n".join(lines)), f"section {slug}", named)


def parse_trending(asked: tuple[bytes, str]) -> list[ListedRow]:
    """The repositories of the trending page (its bytes and media type), in its order, with the stars of the day.

    Empty where the page says that none trends.

    Raises:
        NotAFeed: the page has another form than it had.
    """
    source = decoded(*asked)
    if source.count("<") > MAX_TAGS:
        raise NotAFeed(f"a page with more than {MAX_TAGS} tags")
    tree = LexborHTMLParser(source)
    rows = [row for article in tree.css("article.Box-row, article")[:MOST_ROWS] if (row := _trending(article))]
    if not rows and not _NONE_TREND.search(source):
        raise NotAFeed("the trending page has another form than it had", 'leave "trending" out of `what` for now')
    return rows


def _trending(article: LexborNode) -> ListedRow | None:
    leads = article.css_first("h2 a[href], h1 a[href]")
    named = _REPOSITORY.fullmatch(leads.attributes.get("href") or "") if leads else None
    if named is None:
        return None
    told = article.css_first("p")
    about = line(told.text(deep=True)) if told else ""
    stars = _STARS.search(squeeze(article.text(deep=True, separator=" ")[:20_000]))
    votes = int(stars[1].replace(",", "") or 0) if stars else None
    return ListedRow(f"https://github.com/{named[1]}", f"{named[1]}: {about}" if about else named[1], teaser=about, votes=votes)
