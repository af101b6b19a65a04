"""Where Hugo puts a post, by the site's patterns of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from deepdaily.core.types import Issue
from deepdaily.publish.hugo_site import HugoSite
from deepdaily.render.front_matter import dated

USUAL = "/:sections/:slug/"
"""Where the site has no pattern (Hugo's documentation, 2026)."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a pattern may ask of a post."""

    section: str
    name: str
    """Of its folder, which is its slug too."""
    title: str
    date: datetime


_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

_TOKEN = re.compile(r":([a-z]+|\d+)")
_TOKENS: dict[str, Callable[[Addressed], str]] = {
    "section": lambda post: post.section.split("/")[0],
    "sections": lambda post: post.section,
    "title": lambda post: urlized(post.title),
    **dict.fromkeys(
        ("slug", "slugorfilename", "filename", "slugorcontentbasename", "contentbasename"), lambda post: post.name.lower()
    ),
    "year": lambda post: f"{post.date:%Y}",
    "month": lambda post: f"{post.date:%m}",
    "monthname": lambda post: _MONTHS[post.date.month - 1],
    "day": lambda post: f"{post.date:%d}",
    "weekday": lambda post: str(post.date.isoweekday() % 7),
    "weekdayname": lambda post: _DAYS[post.date.weekday()],
    "yearday": lambda post: str(post.date.timetuple().tm_yday),
    "2006": lambda post: f"{post.date:%Y}",
    "06": lambda post: f"{post.date:%y}",
    "01": lambda post: f"{post.date:%m}",
    "02": lambda post: f"{post.date:%d}",
}


def urlized(title: str) -> str:
    """A title as Hugo writes it in an address: small letters, hyphens for blanks, only letters, digits and a few signs."""
    kept = re.sub(r"[^\w\s.\-#]", "", title.replace("/", "-")).strip()
    return quote(re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", kept)).lower())


def is_known(pattern: str) -> bool:
    """Whether addresses by `pattern` can be told."""
    return "[" not in pattern and set(_TOKEN.findall(pattern)) <= _TOKENS.keys()


def path_of(site: HugoSite, issue: Issue, section: str, name: str) -> str | None:
    """The path of an issue's post below the site's address: `/en/posts/2026-02-11/`; None where its pattern is unknown."""
    language = issue.draft.language
    pattern = site.permalink(section.split("/")[0], language) or USUAL
    post = Addressed(section, name, issue.draft.title or issue.day, dated(issue))
    if not is_known(pattern):
        return None
    filled = _TOKEN.sub(lambda token: _TOKENS[token[1]](post), pattern)
    path = "/".join(filter(None, filled.split("/")))
    return f"{site.home(language)}{path}{'.html' if site.says('uglyurls') else '/'}"
