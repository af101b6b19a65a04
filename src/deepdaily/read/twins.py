"""Where else a site says what a page says: an address for programs beside the one for people."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from deepdaily.core.cues import Cue, table

_TWINS = [(Cue(row["page"]), tuple(row["twins"])) for row in table(__name__)["twin"]]

READERS = frozenset(("api.github.com", "raw.githubusercontent.com", "hn.algolia.com", "pypi.org"))
"""Made for programs: their robots.txt speaks to search engines."""


def twins_of(url: str) -> list[str]:
    """The addresses that may answer where `url` does not, best first; empty for a site that is not known to have any."""
    parts = urlsplit(url)
    place = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}{f'?{parts.query}' if parts.query else ''}"
    for page, twins in _TWINS:
        if found := page.fullmatch(place):
            return [_filled(twin, found) for twin in twins]
    return []


def _filled(twin: str, found: re.Match[str]) -> str:
    return re.sub(r"\{(\d)\}", lambda mark: found[int(mark[1])] or "", twin)
