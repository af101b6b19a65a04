"""Public channels of Telegram, by the page that shows their last messages: https://t.me/s/NAME."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.charset import decoded
from deepdaily.core.errors import NotAFeed
from deepdaily.core.types import Harvest, SourceKind, Window
from deepdaily.core.urls import domain
from deepdaily.read.extract import fragment
from deepdaily.sources.listed_rows import MAX_TEXT_CHARS, ListedRow, ListPlace, PartFound, as_one, found, titled, when
from deepdaily.sources.offering import parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

PREVIEW = "https://t.me/s/"
MOST_MESSAGES = 100
"""Of one page, which shows 20."""

MOST_LINKS = 50
"""Of a message."""

MIN_ABOUT_CHARS = 200
"""Of a message that tells something of the page it links to."""

MAX_TAGS = 50_000
"""A page with pictures has some 3,000."""

OWN_SITES = frozenset(("t.me", "telegram.me", "telegram.org", "telegra.ph", "telesco.pe"))
"""Links there are channels, hashtags and pictures; telegra.ph alone has pages."""

_PAGES = frozenset(("telegra.ph",))


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """The page of a channel as fetched."""

    body: bytes
    media_type: str


def parse_channel(page: ChannelPage) -> list[ListedRow]:
    """The messages with a text, newest first; runs in a worker.

    The link of a row is the first page outside Telegram that the message links to, of which a longer text is a part at most; else
    the message's own address.

    Raises:
        NotAFeed: no message: the channel is private, is not there, or shows no preview.
    """
    source = decoded(page.body, page.media_type)
    if source.count("<") > MAX_TAGS:
        raise NotAFeed(f"a page with more than {MAX_TAGS} tags")
    tree = LexborHTMLParser(source)
    messages = tree.css(".tgme_widget_message[data-post]")
    if not messages:
        remedy = "open https://t.me/s/NAME in a browser: what is not shown there cannot be read"
        raise NotAFeed("no message is shown: the channel is private, is not there, or shows no preview", remedy)
    rows = [row for message in messages[-MOST_MESSAGES:] if (row := _message(message))]
    return rows[::-1]


def _message(message: LexborNode) -> ListedRow | None:
    post = message.attributes.get("data-post") or ""
    stamps = message.css(".tgme_widget_message_date time[datetime]")
    told = [node for node in message.css(".tgme_widget_message_text") if not _is_reply(node)]
    at = when(stamps[-1].attributes.get("datetime")) if stamps else None
    text = fragment((told[-1].html or "")[:MAX_TEXT_CHARS]) if told else ""
    if not text or at is None or post.count("/") != 1:
        return None
    title, rest = titled(text)
    outside = _leads_to(message, told[-1])
    own = f"https://t.me/{post}"
    if outside:
        about = rest if len(text) >= MIN_ABOUT_CHARS else ""
        return ListedRow(outside, title, at, about, post, teaser=text, partial=True)
    return ListedRow(own, title, at, rest or title, post, teaser=text)


def _is_reply(node: LexborNode) -> bool:
    """Whether it is the message that is answered."""
    above = node.parent
    for _ in range(5):
        if above is None:
            return False
        if "tgme_widget_message_reply" in (above.attributes.get("class") or ""):
            return True
        above = above.parent
    return False


def _leads_to(message: LexborNode, text: LexborNode) -> str:
    """The first link of a message that leads out of Telegram; empty where none does."""
    links = [*text.css("a[href]")[:MOST_LINKS], *message.css("a.tgme_widget_message_link_preview[href]")[:1]]
    for link in links:
        written = (link.attributes.get("href") or "").strip()
        try:
            site = domain(written) if urlsplit(written).scheme in ("http", "https") else ""
        except ValueError:
            continue
        if site and (site not in OWN_SITES or site in _PAGES):
            return written
    return ""


class TelegramChannels:
    """Public channels as one source; each costs only itself.

    Args:
        channels: names without `@`.
        most: offers of one channel.
    """

    kind: SourceKind = "telegram"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, channels: tuple[str, ...], most: int, fetcher: Fetcher, engine: Engine) -> None:
        self.name, self._channels, self._most = name, channels, most
        self._fetcher, self._engine = fetcher, engine
        self._place = ListPlace(name, self.kind, "", "telegram/1")

    async def harvest(self, window: Window) -> Harvest:
        """What the messages of the window link to, or the messages themselves with their text; newest first, channel by channel.

        How often a message was seen is no vote.

        Raises:
            NotAFeed, FetchError: no channel can be read.
        """

        async def one(channel: str) -> PartFound:
            snapshot = await self._fetcher.get(PREVIEW + channel, conditional=True)
            page = ChannelPage(self._fetcher.body(snapshot), snapshot.media_type)
            rows = await parsed(self._engine, parse_channel, page, failed=NotAFeed)
            return found(rows, self._place, window, snapshot, self._most)

        parts = {f"@{channel}": (lambda channel=channel: one(channel)) for channel in self._channels}
        return await as_one(self.name, self.kind, parts, empty="no message in the window")
