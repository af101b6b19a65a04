"""Feeds of a few entries a day that no day has in common with another; names are made up by us."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

HOSTS = ("anvil.example", "birch.example", "cedar.example")

_FIRST, _LAST = "ba ce di fo gu ha je ki lo mu na pe".split(), "rim tol vex zan dup wick nor sab quel fen mar tig".split()


def name_of(number: int) -> str:
    """A name of its own for each number below 1728."""
    return (_FIRST[number % 12] + _LAST[number // 12 % 12] + _FIRST[(number // 144 + number) % 12]).capitalize()


def feed_of(day: int, host: str, due: datetime) -> bytes:
    """The feed of a host on a day: two entries with their whole text."""
    items = ""
    for place in range(2):
        name = name_of((day * 6 + HOSTS.index(host) * 2 + place) % 1728)
        address = f"https://{host}/{day}/{name.lower()}"
        facts = f"{name}serve holds {day % 90 + 3} LLM models on one node. {name}disk keeps {place + 2} copies of each prompt."
        more = "".join(f"<p>Paragraph {n} at {host} says how {name}serve was built and by whom.</p>" for n in range(8))
        text = f"<p>{facts}</p>{more}".replace("<", "&lt;").replace(">", "&gt;")
        at = format_datetime(due - timedelta(hours=3 + place))
        items += (
            f"<item><title>LLM {name} {name.lower()}serve {name.lower()}disk</title><link>{address}</link><guid>{address}</guid>"
            f"<pubDate>{at}</pubDate><content:encoded>{text}</content:encoded></item>"
        )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    return f"{head}<channel><title>{host}</title>{items}</channel></rss>".encode()
