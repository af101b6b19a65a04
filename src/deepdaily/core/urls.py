"""One link, one spelling; whose site it is; whether somebody pays for it. Nothing here asks the network."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

MAX_URL_CHARS = 2048
"""As long as any crawler or mail program takes; a longer one is an attack or a mistake."""

TRACKING = frozenset(
    "gclid gclsrc dclid gbraid wbraid fbclid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok"
    " _hsenc _hsmi hsctatracking vero_id oly_enc_id oly_anon_id _openstat ref ref_src ref_url referrer referer source"
    " spm scm share_source share_medium share_token share_from share_id shareid sharer_shareid sharer_shareinfo sharetime"
    " isappinstalled __twitter_impression cmpid ocid ncid smid trk trkinfo guccounter guce_referrer guce_referrer_sig"
    " sr_share at_medium at_campaign xtor amp amp_js_v usqp".split()
)
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_")
SHARED_FROM = frozenset("timeline singlemessage groupmessage rss feed search weibo wechat weixin twitter qq".split())
"""`from=` is dropped with these values only: with others it is often a date or a place in a list."""

CREDENTIALS = re.compile(
    r"(?i)(?:(?:api|access|auth|id|refresh|session)?[_-]?token|api[_-]?key|(?:client[_-]?)?secret|passw(?:or)?d|sig|signature"
    r"|(?:j|php)?sess(?:ion)?_?id|x-(?:amz|goog)-.+)"
)

SAME_HOST = {
    "youtube.com": "www.youtube.com",
    "m.youtube.com": "www.youtube.com",
    "twitter.com": "x.com",
    "www.twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "www.x.com": "x.com",
    "old.reddit.com": "www.reddit.com",
    "m.36kr.com": "36kr.com",
    "www.github.com": "github.com",
    **dict.fromkeys(("www.arxiv.org", "export.arxiv.org", "browse.arxiv.org"), "arxiv.org"),
}
"""Other names for the same pages, paths alike. A general `m.` rule would make addresses that do not answer."""

KEPT_ONLY = {"mp.weixin.qq.com": {"__biz", "mid", "idx", "sn"}, "www.youtube.com": {"v", "list"}}
"""Sites whose pages are named by these parameters alone."""

PUBLIC_SUFFIXES = frozenset(
    "com.cn net.cn org.cn gov.cn edu.cn ac.cn com.hk org.hk edu.hk com.tw org.tw edu.tw com.sg edu.sg co.uk org.uk ac.uk"
    " gov.uk co.jp ne.jp or.jp ac.jp go.jp co.kr or.kr ac.kr co.in ac.in co.nz com.au net.au org.au edu.au com.br com.mx"
    " com.tr co.za co.il ac.il com.my co.id co.th"
    " github.io gitlab.io gitee.io blogspot.com substack.com medium.com wordpress.com tumblr.com ghost.io hashnode.dev"
    " bearblog.dev beehiiv.com vercel.app netlify.app pages.dev workers.dev web.app firebaseapp.com herokuapp.com fly.dev"
    " onrender.com readthedocs.io notion.site hf.space streamlit.app".split()
)
"""Two-level suffixes below which everybody has a site of their own, as far as this field meets them."""

AFFILIATE_HOSTS = frozenset(
    "amzn.to shareasale.com anrdoezrs.net dpbolvw.net jdoqocy.com kqzyfj.com tkqlhce.com skimresources.com linksynergy.com"
    " rstyle.me awin1.com prf.hn pxf.io sjv.io doubleclick.net googleadservices.com u.jd.com union-click.jd.com s.click.taobao.com"
    " s.click.tmall.com uland.taobao.com".split()
)
AFFILIATE_KEYS = frozenset(
    "cjevent fpr sscid tap_a"
    " aff affid aff_id aff_sub affiliate affiliate_id affiliateid irclickid irgwc ranmid raneaid ransiteid awc".split()
)
PAID_MEDIUMS = frozenset(
    "affiliate affiliates sponsored sponsorship sponsor paid paid_social paid-social paidsocial"
    " cpc ppc cpm display advertorial".split()
)
"""Values of `utm_medium`."""

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ARXIV = re.compile(r"/(?:abs|pdf|html)/(\d{4}\.\d{4,5}|[a-z\-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?")
_AMP_TAIL = re.compile(r"(/[^/]*-[^/]*-[^/]*/)amp/?$")
_AMP_CACHE = re.compile(r"https?://(?:www\.google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[cv])/s/(.+)", re.IGNORECASE)


def canonical(url: str) -> str:
    """The one spelling of a link, which can still be fetched. Idempotent.

    https (http only where a port or an address is named), lower-case host, no fragment, credentials or tracking, sorted
    query, one percent-encoding; arXiv papers at `/abs/` without a version, AMP and mobile copies at the original.
    `www.` and a slash at the end are kept: a site may answer one form only. `page_key` sees through them.

    Raises:
        ValueError: no http(s) URL, or longer than MAX_URL_CHARS.
    """
    cached = _AMP_CACHE.fullmatch(url.strip())
    parts = _split(f"https://{cached[1]}" if cached else url)
    name, path, query = _host(parts), _path(parts.path), _pairs(parts.query)
    if name == "youtu.be" and len(path) > 1:
        name, path, query = "www.youtube.com", "/watch", [("v", "=" + path[1:])]
    if name == "arxiv.org" and (paper := _ARXIV.fullmatch(path)):
        path, query = f"/abs/{paper[1]}", []
    port = parts.port if parts.port not in (None, 80, 443) else None
    scheme = parts.scheme if port or not re.search(r"\.[a-z][a-z0-9-]+$", name) else "https"
    kept = sorted(f"{key}{value}" for key, value in query if not _is_noise(name, key, value))
    found = f"{scheme}://{name}{f':{port}' if port else ''}{path}{'?' if kept else ''}{'&'.join(kept)}"
    if len(found) > MAX_URL_CHARS:
        raise ValueError(f"longer than {MAX_URL_CHARS} characters: {found[:80]}…")
    return found


def page_key(url: str) -> str:
    """What two links to one page have in common: `canonical` without scheme, `www.`, `index.html` and slash at the end.

    Raises:
        ValueError: as `canonical`.
    """
    bare = canonical(url).partition("://")[2].removeprefix("www.")
    path, mark, query = bare.partition("?")
    return re.sub(r"/(?:index\.(?:html?|php))?$", "", path) + mark + query


def host(url: str) -> str:
    """The host as readers see it, without `www.`; empty where there is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


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
    if any(name == paid or name.endswith("." + paid) for paid in AFFILIATE_HOSTS):
        return True
    pairs = {key.lower(): value[1:].lower() for key, value in _pairs(urlsplit(url).query)}
    if pairs.get("utm_medium") in PAID_MEDIUMS:
        return True
    return not AFFILIATE_KEYS.isdisjoint(pairs) or ("tag" in pairs and bool(re.match(r"(?:[^.]+\.)?amazon\.", name)))


def _split(url: str) -> SplitResult:
    text = url.strip()
    if len(text) > 4 * MAX_URL_CHARS or any(ord(char) < 32 for char in text):
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
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?", name) or ".." in name:
        raise ValueError(f"not a host name: {name[:80]!r}")
    name = re.sub(r"^([a-z-]+)\.m\.wikipedia\.org$", r"\1.wikipedia.org", name)
    return SAME_HOST.get(name, name)


def _path(raw: str) -> str:
    """Normal escapes, no dot segments, no AMP tail; at least `/`."""
    kept: list[str] = []
    segments = _escaped(raw, "/!$&'()*+,;=:@").split("/")[1:]
    for place, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and place == len(segments) - 1:
            kept.append("")
    path = "/" + "/".join(kept)
    while (bare := _AMP_TAIL.sub(r"\1", path)) != path:
        path = bare
    return path


def _pairs(query: str) -> list[tuple[str, str]]:
    """Name and `=value` of each parameter, escaped; the value is empty where there was no `=`."""
    escaped = (_escaped(pair, "/!$'()*+,;=:@?") for pair in query.split("&") if pair)
    return [(key, sign + value) for key, sign, value in (pair.partition("=") for pair in escaped)]


def _escaped(text: str, safe: str) -> str:
    """`text` with escapes exactly where they are needed, in upper case."""

    def normal(match: re.Match[str]) -> str:
        token = match.group()
        if len(token) == 3:
            char = unquote(token)
            return char if char in _UNRESERVED else token.upper()
        return token if token in _UNRESERVED or token in safe else quote(token, safe="")

    return re.sub(r"%[0-9A-Fa-f]{2}|.", normal, text, flags=re.DOTALL)


def _is_noise(name: str, key: str, value: str) -> bool:
    """Whether a parameter names no page: tracking, or a key nobody should pass on."""
    lower = key.lower()
    if name in KEPT_ONLY:
        return lower not in KEPT_ONLY[name]
    if lower == "ref" and name.startswith(("api.", "gitlab.")):  # there it is a branch
        return False
    shared = lower == "from" and value[1:].lower() in SHARED_FROM
    market = lower in ("mod", "reflink") and name.endswith(("marketwatch.com", "wsj.com", "barrons.com"))
    return (
        lower in TRACKING or lower.startswith(TRACKING_PREFIXES) or shared or market or bool(CREDENTIALS.fullmatch(key))
    )
