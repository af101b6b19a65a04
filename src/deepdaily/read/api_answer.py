"""Answers of APIs that say what a page says: a release, an issue, a story of Hacker News or Lobsters, a thread, a package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deepdaily.core.errors import NoText
from deepdaily.core.text import squeeze
from deepdaily.read.page_dates import moment

API = "api/1"
"""The extractor of such an answer."""


@dataclass(frozen=True, slots=True)
class ApiPage:
    """What an answer tells; `text` is Markdown, or HTML where `marked_up`."""

    title: str
    text: str
    author: str = ""
    at: datetime | None = None
    marked_up: bool = False


def told(body: str) -> ApiPage:
    """What a JSON answer of a known shape tells.

    Raises:
        NoText: it is no JSON, or of no shape that is known here.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoText("no JSON") from None
    match found:
        case {"tag_name": str(tag), "body": body_text, **more}:  # https://docs.github.com/rest/releases
            return ApiPage(_release(more, tag), _text(body_text), _name(more.get("author")), _at(more.get("published_at")))
        case {"number": int(), "title": str(title), "body": body_text, **more}:  # https://docs.github.com/rest/issues
            return ApiPage(title, _text(body_text), _name(more.get("user")), _at(more.get("created_at")))
        case {"children": list(), "title": str(title), **more}:  # https://hn.algolia.com/api
            return ApiPage(title, _text(more.get("text")), _text(more.get("author")), _at(more.get("created_at")), marked_up=True)
        case {"short_id": str(), "title": str(title), **more}:  # https://lobste.rs/about
            return ApiPage(
                title, _text(more.get("description")), _text(more.get("submitter_user")), _at(more.get("created_at")), True
            )
        case {"info": {"name": str(name), "description": text, **more}}:  # https://docs.pypi.org/api/json
            return ApiPage(f"{name} {_text(more.get('version'))}".strip(), _text(text), _text(more.get("author")))
        case [{"data": {"children": [{"data": {"title": str(title), "selftext": text, **more}}, *_]}}, *_]:  # Reddit
            stamp = more.get("created_utc")
            at = datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, int | float) and 0 < stamp < 4e9 else None
            return ApiPage(title, _text(text), _text(more.get("author")), at)
    raise NoText("JSON of a shape that is not known here")


def _release(more: Mapping[Any, Any], tag: str) -> str:
    """Its name, with the project that its address names where that is not in it."""
    name = squeeze(_text(more.get("name")) or tag)
    project = _text(more.get("html_url")).partition("github.com/")[2].split("/")[1:2]
    return name if not project or project[0].lower() in name.lower() else f"{project[0]} {name}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    return _text(value.get("login")) if isinstance(value, dict) else ""


def _at(value: object) -> datetime | None:
    return moment(value) if isinstance(value, str) else None
