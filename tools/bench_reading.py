"""Pages a CPU second, against trafilatura with metadata, in one process and one run: `python tools/bench_reading.py FOLDER`.

FOLDER holds gzipped HTML pages. Both are warmed on the first pages, then read every page in turn, round by round, so that what
else runs on the machine costs both alike. A page that has no text counts like any other.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

from deepdaily.core.errors import NoText
from deepdaily.read.extract import PageBytes, page

WARM = 5


def ours(body: bytes) -> None:
    """As a worker reads a page."""
    try:
        page(PageBytes("https://example.org/a/page", "text/html", body))
    except NoText:
        return


def theirs(body: bytes) -> None:
    trafilatura.bare_extraction(body, url="https://example.org/a/page", with_metadata=True)


def spent_s(read: Callable[[bytes], None], body: bytes) -> float:
    begun = time.process_time()
    read(body)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="read each n-th page only")
    given = parser.parse_args()
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(given.folder.glob("*.gz"))[:: given.every]]
    for body in bodies[:WARM]:
        ours(body)
        theirs(body)
    ratios = []
    for number in range(1, given.rounds + 1):
        pairs = [(spent_s(ours, body), spent_s(theirs, body)) for body in bodies]
        mine, other = (sum(column) for column in zip(*pairs, strict=True))
        ratios.append(other / mine)
        rates = f"ours {len(bodies) / mine:.1f}, trafilatura {len(bodies) / other:.1f} pages a CPU second"
        print(f"round {number}: {rates}, {ratios[-1]:.2f} times")  # noqa: T201 - a tool prints
    print(f"median {sorted(ratios)[len(ratios) // 2]:.2f} times over {len(bodies)} pages")  # noqa: T201


if __name__ == "__main__":
    main()
