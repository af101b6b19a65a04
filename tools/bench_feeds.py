"""Processor time of reading feeds, ours against feedparser's, as a Markdown table: `bench_feeds.py [ROUNDS]`.

The feeds are those of the frozen web below `../shared` (or DEEPDAILY_SHARED), each body once: all of them, and the well-formed
ones of 17 to 72 KB. Both readers take turns feed by feed in one process. feedparser is asked as the product asks it, without
its cleaning of markup (which makes it slower). Ours makes the texts too: of the day's last 24 hours, of the 7 days that a run
asks for, and of all entries.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import process_time

import feedparser
from lxml import etree
from warcio.archiveiterator import ArchiveIterator

from deepdaily.core.types import Slot, Window
from deepdaily.sources.feed_entries import FeedBytes, parse_feed

SHARED = Path(os.environ.get("DEEPDAILY_SHARED") or Path(__file__).resolve().parents[2] / "shared")
SIZES = range(17_000, 72_500)
WINDOWS = {"24 hours": timedelta(hours=24), "7 days": timedelta(days=7), "all texts": None}
FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b|jsonfeed")


def feeds() -> list[tuple[datetime, FeedBytes]]:
    """Every feed that answered, each body once, with the end of its day's window."""
    found: dict[bytes, tuple[datetime, FeedBytes]] = {}
    for path in sorted((SHARED / "frozen-web").glob("seed-*.warc.gz")):
        now = datetime.fromisoformat(path.name[5:15]).replace(tzinfo=UTC)
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type != "response" or record.http_headers.get_statuscode() != "200":
                    continue
                body = record.content_stream().read()
                kind = record.http_headers.get_header("Content-Type") or ""
                if FEED.search(body[:3000]):
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    found.setdefault(body, (now, FeedBytes(url, kind, body)))
    return list(found.values())


def theirs(answer: FeedBytes) -> None:
    headers = {"content-type": answer.media_type, "content-location": answer.url}
    feedparser.parse(BytesIO(answer.body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def ours(answer: FeedBytes, now: datetime, span: timedelta | None) -> None:
    window = Window(Slot(now), now, now - span) if span else None
    parse_feed(FeedBytes(answer.url, answer.media_type, answer.body, window))


def took_s(read: Callable[[], None]) -> float:
    started = process_time()
    read()
    return process_time() - started


def times(chosen: Sequence[tuple[datetime, FeedBytes]], rounds: int) -> dict[str, float]:
    """Seconds of each way for all of `chosen`, the median round feed by feed."""
    sums = dict.fromkeys(["feedparser", *WINDOWS], 0.0)
    for now, answer in chosen:
        taken: dict[str, list[float]] = {name: [] for name in sums}
        for _ in range(rounds):
            taken["feedparser"].append(took_s(lambda: theirs(answer)))  # noqa: B023 - called at once
            for name, span in WINDOWS.items():
                taken[name].append(took_s(lambda: ours(answer, now, span)))  # noqa: B023
        for name, each in taken.items():
            sums[name] += sorted(each)[rounds // 2]
    return sums


def is_well_formed(answer: FeedBytes) -> bool:
    try:
        etree.fromstring(answer.body)
    except etree.XMLSyntaxError:
        return False
    return len(answer.body) in SIZES and bool(parse_feed(answer))


def main(rounds: int) -> None:
    every = feeds()
    sets = {"all": every, "well-formed, 17 to 72 KB": [one for one in every if is_well_formed(one[1])]}
    print(f"| feeds | count | feedparser | {' | '.join(WINDOWS)} |\n|---|---|---|{'---|' * len(WINDOWS)}")  # noqa: T201
    for name, chosen in sets.items():
        sums = times(chosen, rounds)
        base = sums.pop("feedparser")
        cells = [f"{1000 * each:.0f} ms, {base / each:.1f}×" for each in sums.values()]
        print(f"| {name} | {len(chosen)} | {1000 * base:.0f} ms | {' | '.join(cells)} |")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
