"""Short ways to write a feed's address: `reddit:r/LocalLLaMA` for the feed of that place. Nothing here asks the network."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class ShortForm:
    """One site's: what may stand behind its name, which feed that is, and how to write it."""

    pattern: str
    address: Callable[[re.Match[str]], str]
    example: str


def _reddit(found: re.Match[str]) -> str:
    sort = found["sort"] or "top"
    return f"https://old.reddit.com/r/{found['name']}/{sort}/.rss" + ("?t=day" if sort == "top" else "")


def _youtube(found: re.Match[str]) -> str:
    key = "channel_id" if found["channel"] else "playlist_id"
    return f"https://www.youtube.com/feeds/videos.xml?{key}={found['channel'] or found['list']}"


def _mastodon(found: re.Match[str]) -> str:
    path = f"@{found['user']}.rss" if found["user"] else f"tags/{quote(found['tag'])}.rss"
    return f"https://{found['host'].lower()}/{path}"


_HOST = r"(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}(?::\d{1,5})?)"

_REPOSITORY = r"(?P<name>[\w.-]{1,100}/[\w.-]{1,100})"

FORMS: Mapping[str, ShortForm] = {
    "reddit": ShortForm(
        r"/?r/(?P<name>\w{2,40})/?(?:/(?P<sort>new|hot|top|rising)/?)?", _reddit, "reddit:r/LocalLLaMA or reddit:r/LocalLLaMA/new"
    ),
    "lobsters": ShortForm(r"(?P<tag>[\w,+-]{1,80})", lambda found: f"https://lobste.rs/t/{found['tag']}.rss", "lobsters:ai"),
    "mastodon": ShortForm(
        rf"(?:@(?P<user>[\w.-]{{1,60}})|#(?P<tag>\w{{1,80}}))@{_HOST}",
        _mastodon,
        "mastodon:@name@instance.example or mastodon:#tag@instance.example",
    ),
    "bluesky": ShortForm(
        r"@?(?P<who>did:[a-z]{1,10}:[\w.:-]{5,100}|[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})",
        lambda found: f"https://bsky.app/profile/{found['who']}/rss",
        "bluesky:name.bsky.social",
    ),
    "youtube": ShortForm(
        r"(?P<channel>UC[\w-]{22})|(?P<list>PL[\w-]{10,60})", _youtube, "youtube:UC… (a channel's id) or youtube:PL… (a playlist's)"
    ),
    "github": ShortForm(_REPOSITORY, lambda found: f"https://github.com/{found['name']}/releases.atom", "github:owner/name"),
}
BRIDGED = "rsshub"
"""The form whose feeds an instance of one's own makes."""
BRIDGED_EXAMPLE = "rsshub:/route/of/the/feed"

_SHORT = re.compile(r"([a-z]+):(?!//)(.*)", re.DOTALL)


def address_of(written: str, bridge: str = "") -> str:
    """The address of a feed: of a short form what it stands for, of anything else what is written.

    `bridge` is the address of one's instance of RSSHub.

    Raises:
        ValueError: a short form that is written wrong, of no site known here, or without the bridge it needs; what to write.
    """
    short = _SHORT.fullmatch(written.strip())
    if short is None:
        name = written.strip().partition("://")[0]
        if name in FORMS or name == BRIDGED:
            raise ValueError(f"write it like {FORMS[name].example if name in FORMS else BRIDGED_EXAMPLE}, without //")
        return written
    name, rest = short[1], short[2].strip()
    if name == BRIDGED:
        return _bridged(rest, bridge)
    form = FORMS.get(name)
    if form is None:
        known = ", ".join([*FORMS, BRIDGED])
        raise ValueError(f"write the whole address of a feed, like https://blog.example.com/feed.xml, or a short one of {known}")
    found = re.fullmatch(form.pattern, rest)
    if found is None:
        nameless = "; a name with @ has no feed: the id stands in its page's source as channelId" if rest.startswith("@") else ""
        raise ValueError(f"write it like {form.example}{nameless if name == 'youtube' else ''}")
    return form.address(found)


def _bridged(route: str, bridge: str) -> str:
    if not re.fullmatch(r"/[\w.~!$&'()*+,;=:@%/?#-]{1,500}", route):
        raise ValueError(f"write it like {BRIDGED_EXAMPLE}")
    if not bridge:
        raise ValueError('name your instance, too: [sources] rsshub = "https://rsshub.example.com"')
    return bridge.rstrip("/") + route


def is_short(written: str) -> bool:
    """Whether it is, or is meant as, a short form of a site known here."""
    found = _SHORT.fullmatch(written.strip())
    return found is not None and (found[1] in FORMS or found[1] == BRIDGED)


def needs_bridge(written: str) -> bool:
    return written.strip().startswith(f"{BRIDGED}:")


def whole_address(written: str) -> str:
    """`written` where it is a feed's whole address or a short form that is written right; a bridge is not asked for.

    Raises:
        ValueError: what to write instead.
    """
    parts = urlsplit(address_of(written, "https://bridge.invalid"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address of a feed, like https://blog.example.com/feed.xml")
    return written
