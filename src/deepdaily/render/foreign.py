"""Foreign strings and links before they meet any format: one line, nothing invisible, http or https only."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit
from urllib.parse import quote as percent

from deepdaily.core.text import clean, shorten, squeeze, width
from deepdaily.core.types import Evidence

QUOTE_COLUMNS = 400
"""Widest quotation we publish: some three sentences, well under what a reader takes for the whole text."""

LINK_COLUMNS = 56
"""Widest link text: two of them fit on a line of a page 68 characters wide with their mark."""

_SECRET = re.compile(r"(?i)(access_?|api_?|auth_?)?(token|key|secret|password|passwd|signature|sig|auth)")
_ANYWHERE = "/%:@!$*+,=~-._"


def plain(text: str) -> str:
    """`text` on one line, without control and format characters."""
    return squeeze(clean(text))


def quotation(evidence: Evidence) -> str:
    """The passage as we publish it: on one line and short, with an ellipsis where it was cut."""
    return shorten(plain(evidence.quote), QUOTE_COLUMNS)


def anchor(story: str) -> str:
    """The stable name of an item within a page: letters, digits, `-` and `_`, never empty."""
    return re.sub(r"[^A-Za-z0-9_-]", "", story) or "s"


@lru_cache(maxsize=4096)  # a day names each of its forty addresses fifty times
def safe_link(url: str) -> str | None:
    """`url` as an address a reader may follow, pure ASCII; None where it leads elsewhere than the public web.

    Refused: schemes other than http and https, user names, blanks and control characters, hosts without a dot and
    addresses that are not public. Query values that look like credentials are left out. What Markdown or HTML could
    take for markup is percent-encoded.
    """
    if url != url.strip() or re.search(r"[\x00-\x20\x7f-\x9f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        host, port = _public_host(parts), parts.port
    except ValueError:  # a broken port, bracket or international name
        return None
    if host is None or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    query = percent(_without_secrets(parts.query), safe=_ANYWHERE + "&?")
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, percent(parts.path, safe=_ANYWHERE + "&"), query, percent(parts.fragment, _ANYWHERE)))


WHOLE_COLUMNS, EDGE_COLUMNS = 60, 24
"""A passage up to so wide is looked for whole; of a wider one its two ends, each of so many columns or a few more."""

_PIECE = re.compile(r"[^\s，。；：！？]+[，。；：！？]*")


def at_passage(url: str, quote: str) -> str | None:
    """`url` as `safe_link` makes it, with a text fragment that leads to where `quote` stands in the page; None as there."""
    address, said = safe_link(url), plain(quote).lstrip("-*#> ")
    if address is None or not said:
        return address
    cells = said.split(" | ")  # a row of a table: the bars are ours
    start, end = _edge(cells[0], last=False), _edge(cells[-1], last=True)
    whole = len(cells) == 1 and (width(said) <= WHOLE_COLUMNS or len(start) + len(end) >= len(said))
    found = [said[: 2 * WHOLE_COLUMNS]] if whole else [start, end]
    text = ",".join(percent(one, safe="").replace("-", "%2D") for one in found)
    return f"{address}{'' if '#' in address else '#'}:~:text={text}"


def on_page(url: str, page: int) -> str | None:
    """`url` as `safe_link` makes it, opened at that page of a PDF; None as there."""
    address = safe_link(url)
    return address and f"{address}{'' if '#' in address else f'#page={page}'}"


def _edge(text: str, last: bool) -> str:
    """The beginning of `text`, or its end, at borders of words and of Chinese clauses; cut where it has none."""
    pieces = list(_PIECE.finditer(text))
    edges = [text[piece.start() :] for piece in reversed(pieces)] if last else [text[: piece.end()] for piece in pieces]
    found = next((edge for edge in edges if width(edge) >= EDGE_COLUMNS), text)
    return found[-WHOLE_COLUMNS:] if last else found[:WHOLE_COLUMNS]


def _public_host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:]+", host):
        return None
    try:
        address = ip_address(host)
    except ValueError:
        # Browsers read `0x7f.1` and `2130706433` as addresses: a public name ends in letters.
        return host if re.search(r"\.(?!local$|internal$|localhost$)[a-z][a-z0-9-]*\.?$", host) else None
    if not address.is_global or address.is_multicast:
        return None
    return f"[{host}]" if address.version == 6 else host


def _without_secrets(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _SECRET.fullmatch(name)]
    return query if len(kept) == len(pairs) else urlencode(kept)


def shown(url: str) -> str:
    """A short text for a link: host and path, `github.blog/changelog/2026-02-09-…`."""
    parts = urlsplit(url)
    path = unquote(parts.path).rstrip("/")
    return shorten(plain(parts.netloc.removeprefix("www.") + path), LINK_COLUMNS)
