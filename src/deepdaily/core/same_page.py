"""Which page a link means, as far as the link itself tells: gates and trackers that hold another link, mirrors, twins, parameters
that name no page. A new one is a row of the table beside this module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from deepdaily.core.cues import Cue, table

_TABLE = table(__name__)

_IN_PARAMETER: dict[str, list[str]] = {place: names.split() for place, names in _TABLE["in_parameter"].items()}
_IN_PARAMETER_BELOW: dict[str, str] = _TABLE["in_parameter_below"]
_BEHIND_PATH: dict[str, str] = _TABLE["behind_path"]
_BEHIND_PATH_BELOW: dict[str, str] = _TABLE["behind_path_below"]

_GATES = frozenset([*(place.partition("/")[0] for place in _IN_PARAMETER), *_BEHIND_PATH])
_GATES_BELOW = tuple(f".{below}" for below in (*_IN_PARAMETER_BELOW, *_BEHIND_PATH_BELOW))

SAME_HOST: dict[str, str] = _TABLE["same_host"]
_KEPT_ONLY = {place: frozenset(names.split()) for place, names in _TABLE["kept_only"].items()}
_DROPPED = {name: frozenset(names.split()) for name, names in _TABLE["dropped"].items()}
_DROPPED_ON = [(Cue(path), frozenset(names.split())) for path, names in _TABLE["dropped_on"].items()]
_TRACKING = frozenset(_TABLE["words"]["tracking"].split())
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_")
_SHARED = frozenset(_TABLE["words"]["shared"].split())
_SHARED_AS = frozenset(_TABLE["words"]["shared_as"].split())
_SHARED_LIKE = Cue(_TABLE["words"]["shared_like"], re.IGNORECASE)

_SCHEME = re.compile(r"https?:/{1,2}(?=[^/])", re.IGNORECASE)
_HIDDEN_SCHEME = re.compile(r"https?(?::|%3a)(?:/|%2f){1,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Twin:
    path: Cue
    page: str


def _twins(key_only: bool) -> dict[str, list[_Twin]]:
    found: dict[str, list[_Twin]] = {}
    for row in _TABLE["twin"]:
        if row.get("key_only", False) == key_only:
            for host in row["hosts"].split():
                found.setdefault(host, []).append(_Twin(Cue(row["path"], re.IGNORECASE), row["page"]))
    return found


_TWINS, _KEYS = _twins(key_only=False), _twins(key_only=True)


_MORE_BELOW = (*_GATES_BELOW, ".m.wikipedia.org", ".ampproject.org")
_SPECIAL = frozenset([*_GATES, *SAME_HOST, *_TWINS])


def is_special(name: str) -> bool:
    """Whether a link to that host may mean another address."""
    bare = name.removeprefix("www.")
    return name in _SPECIAL or bare in _SPECIAL or name.endswith(_MORE_BELOW)


def held(parts: SplitResult) -> str:
    """The link that a gate, tracker, archive or reading service holds, as it stands there; empty for a page's own address."""
    name = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if name not in _GATES and not name.endswith(_GATES_BELOW):  # nearly every link
        return ""
    keys = _IN_PARAMETER.get(f"{name}{parts.path.rstrip('/') or '/'}") or _IN_PARAMETER.get(f"{name}{parts.path}")
    if keys is None:
        keys = next(([key] for below, key in _IN_PARAMETER_BELOW.items() if name.endswith(f".{below}")), None)
    if keys:
        given = dict(parse_qsl(parts.query, max_num_fields=100))
        return next(filter(None, (_as_link(given.get(key, "")) for key in keys)), "")
    before = _BEHIND_PATH.get(name) or next((one for below, one in _BEHIND_PATH_BELOW.items() if name.endswith(f".{below}")), "")
    begun = re.match(before, _whole(parts)) if before else None
    return _behind(_whole(parts)[begun.end() :], lenient=begun.end() > 2) if begun else ""


def _whole(parts: SplitResult) -> str:
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _behind(rest: str, *, lenient: bool) -> str:
    """The link with which `rest` begins; where nothing else can stand there (`lenient`) it may lack its scheme."""
    if re.match(r"https?(?:%3a|:%2f)", rest, re.IGNORECASE):  # escaped, so that it is one segment
        return _as_link(re.split(r"[/?]", rest, maxsplit=1)[0])
    rest = rest.partition("__;")[0]
    if lenient and re.match(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[:/?]|$)", rest, re.IGNORECASE):
        rest = f"https://{rest}"
    return _as_link(rest)


def _as_link(text: str) -> str:
    if not _SCHEME.match(text) and _HIDDEN_SCHEME.match(text):
        text = unquote(text)
    return _SCHEME.sub(lambda found: found[0].rstrip("/") + "//", text, count=1) if _SCHEME.match(text) else ""


def meant(parts: SplitResult) -> SplitResult:
    """The address of the page itself where `parts` hold it, however deep; else `parts`. Each step leaves a shorter link."""
    while link := held(parts):
        try:
            inner = urlsplit(link)
            if not inner.hostname or inner.port == 0 or len(link) >= len(parts.geturl()):
                break
        except ValueError:
            break
        parts = inner
    return parts


def own(name: str, path: str) -> tuple[str, str, str] | None:
    """Host, path and query of the page that stands at `path` of a host under another address; None where this is its own."""
    return next(_of(name, path, _TWINS), None) if name in _TWINS else None


def keyed(name: str, path: str) -> tuple[str, str]:
    """Host and path as one name for all spellings that a site takes for one page; they may not answer."""
    found = next(_of(name, path, _KEYS), None) if name in _KEYS else None
    return found[:2] if found else (name, path)


def _of(name: str, path: str, twins: Mapping[str, list[_Twin]]) -> Iterator[tuple[str, str, str]]:
    for twin in twins.get(name, ()):
        if found := twin.path.fullmatch(path):
            place, _, query = _said(twin.page, found).partition("?")
            host, slash, rest = place.partition("/")
            yield host, slash + rest, query


def _said(page: str, found: re.Match[str]) -> str:
    def group(mark: re.Match[str]) -> str:
        text = found[int(mark[1])] or ""
        return text.lower() if mark[2] else text

    return re.sub(r"\{(\d)(:lower)?\}", group, page)


def names_no_page(name: str, path: str, key: str, value: str) -> bool:
    """Whether a parameter (lower-case key, bare value) only says how somebody came."""
    kept = _KEPT_ONLY.get(f"{name}{path}") or _KEPT_ONLY.get(name)
    if kept is not None:
        return key not in kept
    if key == "ref" and name.startswith(("api.", "gitlab.")):  # there it is a branch
        return False
    if key in _TRACKING or key.startswith(_TRACKING_PREFIXES):
        return True
    if key in _SHARED and (value.lower() in _SHARED_AS or _SHARED_LIKE.fullmatch(value)):
        return True
    if key in ("mod", "reflink") and name.endswith(("marketwatch.com", "wsj.com", "barrons.com")):
        return True
    return _of_site(name, key) or any(key in names and pattern.fullmatch(path) for pattern, names in _DROPPED_ON)


def _of_site(name: str, key: str) -> bool:
    labels = name.split(".")
    return any(key in _DROPPED.get(".".join(labels[place:]), ()) for place in range(len(labels) - 1))
