"""One link, one spelling; whose site it is; whether somebody pays for it. Nothing here asks the network."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from deepdaily.core.cues import table
from deepdaily.core.same_page import SAME_HOST, is_special, keyed, meant, names_no_page, own

MAX_URL_CHARS = 2048
"""As long as any crawler or mail program takes; a longer one is an attack or a mistake."""

KNOWN = 8192
"""Links whose spelling is remembered: a day asks six times for each of some thousand."""

_TABLE = table(__name__)
_WORDS = {name: frozenset(words.split()) for name, words in _TABLE["words"].items()}

CREDENTIALS = re.compile(
    r"(?i)(?:(?:api|access|auth|id|refresh|session)?[_-]?token|api[_-]?key|(?:client[_-]?)?secret|passw(?:or)?d|sig|signature"
    r"|(?:j|php)?sess(?:ion)?_?id|x-(?:amz|goog)-.+)"
)

PUBLIC_SUFFIXES = _WORDS["public_suffixes"]
"""Two-level suffixes below which everybody has a site of their own, as far as this field meets them."""

AFFILIATE_HOSTS = _WORDS["affiliate_hosts"]
_AFFILIATES_BELOW = tuple(f".{name}" for name in AFFILIATE_HOSTS)
AFFILIATE_KEYS = _WORDS["affiliate_keys"]
PAID_MEDIUMS = _WORDS["paid_mediums"]
"""Values of `utm_medium`."""

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_CONTROL = re.compile("[\x00-\x1f]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]++)(?![^/?#])")
"""Of nearly every link: no part of it needs a closer look."""
_PLAIN = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+)/[A-Za-z0-9\-_~/]*")
"""Of most links: they are spelt as they should be, but on hosts that have more than one spelling."""
_AMP_ENDS = ("/amp", "/amp/")
_NAMED = re.compile(r"\.[a-z][a-z0-9-]+$")
"""Not an address."""
_AS_IT_IS = re.compile(r"[A-Za-z0-9\-._~/!$'()*+,;=:@]*")
"""Of what either part of a link may hold unescaped."""
_ROOT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2,4})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_AMP_TAIL = re.compile(r"(/[^/]*-[^/]*-[^/]*/)amp/?$")
_AMP_CACHE = re.compile(r"https?://(?:www\.google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[cv])/s/(.+)", re.IGNORECASE)


@lru_cache(maxsize=KNOWN)
def canonical(url: str) -> str:
    """The one spelling of a link, which can still be fetched. Idempotent.

    https (http only where a port or an address is named), lower-case host, no fragment, credentials or tracking, sorted
    query, one percent-encoding; the page itself where the link is that of a gate, a tracker, an archive, a mirror or a twin
    (`same_page`): arXiv papers at `/abs/` without a version, AMP and mobile copies at the original.
    `www.` and a slash at the end are kept: a site may answer one form only. `page_key` sees through them.

    Raises:
        ValueError: no http(s) URL, or longer than MAX_URL_CHARS.
    """
    if (plain := _PLAIN.fullmatch(url)) and len(url) <= MAX_URL_CHARS and not is_special(plain[1]) and not url.endswith(_AMP_ENDS):
        return url
    cached = _AMP_CACHE.fullmatch(url.strip()) if "/s/" in url else None
    parts = meant(_split(f"https://{cached[1]}" if cached else url))
    name, path, query = _host(parts), _path(parts.path), _pairs(parts.query)
    if page := own(name, path):
        name, path, query = page[0], page[1], _pairs(page[2])
    port = parts.port
    port = port if port not in (None, 80, 443) else None
    scheme = parts.scheme.lower() if port or not _NAMED.search(name) else "https"
    if query and not (name == "mp.weixin.qq.com" and path == "/s" and all(key != "__biz" for key, _ in query)):
        query = [(key, value) for key, value in query if not _is_noise(name, path, key, value)]
    kept = sorted(f"{key}{value}" for key, value in query)
    found = f"{scheme}://{name}{f':{port}' if port else ''}{path}{'?' if kept else ''}{'&'.join(kept)}"
    if len(found) > MAX_URL_CHARS:
        raise ValueError(f"longer than {MAX_URL_CHARS} characters: {found[:80]}…")
    return found


@lru_cache(maxsize=KNOWN)
def page_key(url: str) -> str:
    """What two links to one page have in common: `canonical` without scheme, `www.`, `index.html` and slash at the end, and in
    the one spelling that a site takes for all of a page's (GitHub's names in small letters).

    Raises:
        ValueError: as `canonical`.
    """
    place, mark, query = canonical(url).partition("://")[2].partition("?")
    name, slash, path = place.partition("/")
    name, path = keyed(name, slash + path)
    return re.sub(r"/(?:index\.(?:html?|php))?$", "", name.removeprefix("www.") + path) + mark + query


@lru_cache(maxsize=KNOWN)
def host(url: str) -> str:
    """The host as readers see it, without `www.`; empty where there is none."""
    plain = _PLAIN_HOST.match(url)
    return (plain[1] if plain else urlsplit(url).hostname or "").removeprefix("www.")


def site_root(url: str) -> bool:
    """Whether it is a site's front page: no path but perhaps a language or an index, no query."""
    parts = urlsplit(url)
    return not parts.query and bool(_ROOT.fullmatch(parts.path))


@lru_cache(maxsize=KNOWN)
def domain(url: str) -> str:
    """The registrable domain: two links of one domain are not independent. An address stands for itself."""
    name = host(url)
    labels = name.split(".")
    if ":" in name or labels[-1].isdigit():
        return name
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in PUBLIC_SUFFIXES else labels[-2:])


def sponsored_link(url: str) -> bool:
    """Whether somebody is paid for a click: ask before `canonical` takes the marks away."""
    name = host(url)
    if name in AFFILIATE_HOSTS or name.endswith(_AFFILIATES_BELOW):
        return True
    if "?" not in url:
        return False
    pairs = {key.lower(): value[1:].lower() for key, value in _pairs(urlsplit(url).query)}
    if pairs.get("utm_medium") in PAID_MEDIUMS:
        return True
    return not AFFILIATE_KEYS.isdisjoint(pairs) or ("tag" in pairs and bool(re.match(r"(?:[^.]+\.)?amazon\.", name)))


def _split(url: str) -> SplitResult:
    text = url.strip()
    if len(text) > 4 * MAX_URL_CHARS or _CONTROL.search(text):
        raise ValueError(f"not a link: {text[:80]!r}")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"not an http link: {text[:80]!r}")
    return parts


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").lower().rstrip(".")
    if ":" in name:
        return f"[{name}]"
    if not name.isascii():
        name = name.encode("idna").decode()
    if not _HOST.fullmatch(name) or ".." in name:
        raise ValueError(f"not a host name: {name[:80]!r}")
    if name.endswith(".m.wikipedia.org"):
        name = re.sub(r"^([a-z-]+)\.m\.wikipedia\.org$", r"\1.wikipedia.org", name)
    return SAME_HOST.get(name, name)


def _path(raw: str) -> str:
    """Normal escapes, no dot segments, no AMP tail; at least `/`."""
    _, _, relative = _escaped(raw, "/!$&'()*+,;=:@").partition("/")
    path = "/" + (_without_dots(relative.split("/")) if "." in relative else relative)
    while path.endswith(("/amp", "/amp/")) and (bare := _AMP_TAIL.sub(r"\1", path)) != path:
        path = bare
    return path


def _without_dots(segments: list[str]) -> str:
    kept: list[str] = []
    for place, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and place == len(segments) - 1:
            kept.append("")
    return "/".join(kept)


def _pairs(query: str) -> list[tuple[str, str]]:
    """Name and `=value` of each parameter, escaped; the value is empty where there was no `=`."""
    escaped = (_escaped(pair, "/!$'()*+,;=:@?") for pair in query.split("&") if pair)
    return [(key, sign + value) for key, sign, value in (pair.partition("=") for pair in escaped)]


def _escaped(text: str, safe: str) -> str:
    """`text` with escapes exactly where they are needed, in upper case."""
    if _AS_IT_IS.fullmatch(text):  # nearly every path and parameter
        return text

    def normal(match: re.Match[str]) -> str:
        token = match.group()
        if len(token) == 3:
            char = unquote(token)
            return char if char in _UNRESERVED else token.upper()
        return token if token in _UNRESERVED or token in safe else quote(token, safe="")

    return re.sub(r"%[0-9A-Fa-f]{2}|.", normal, text, flags=re.DOTALL)


def _is_noise(name: str, path: str, key: str, value: str) -> bool:
    """Whether a parameter names no page: tracking, or a key nobody should pass on."""
    return names_no_page(name, path, key.lower(), value[1:]) or bool(CREDENTIALS.fullmatch(key))
