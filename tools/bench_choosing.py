"""Time and memory of grouping, ranking and choosing by candidates, as a Markdown table: `bench_choosing.py [--plot SVG] [SIZES]`.

The candidates are made up: titles of both languages from vocabularies that grow with the size and are used as often as Zipf's
law says, one to three reports an event, so that common words, rare names and versions are spread as on a real day.
Times are of the processor, so that other work on the machine does not count. Each size is a process of its own; memory is
its largest resident set, less that of one with two candidates.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
from bisect import bisect
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from time import process_time

from deepdaily.choose.group import stories
from deepdaily.choose.rank import rank, select
from deepdaily.core.text import language_of
from deepdaily.core.types import Candidate, Document, Offer, document_id

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
SIZES = (2_000, 10_000, 100_000)
STEPS = {"grouping": "#4c78a8", "ranking": "#59a14f", "choosing": "#b5562c"}
"""Told apart in grey too."""

REPORTS = (1, 1, 1, 1, 2, 3)
"""Reports an event: in the pools of real days about a third of the candidates have company."""

HEAPS = 40, 0.6
"""Words known for n words of text: 40 n^0.6, of which titles use a part: terms and like titles come out as on real days."""

SYLLABLES = "ba ko ri ten mu sal ve dor pi lan gu shi nor ta em fa lu zen".split()
ENGLISH = "releases launches adds model agent inference open source paper benchmark for with on and new faster memory".split()
CHINESE = "发布 推出 开源 模型 智能体 推理 论文 基准 新版 支持 团队 数据 训练 芯片 更快 内存 的 与 在 为".split()

Row = dict[str, float]


def zipf(words: Sequence[str], chance: random.Random) -> Callable[[], str]:
    """Draws words, the nth as often as 1/n."""
    sums = list(accumulate(1 / place for place in range(1, len(words) + 1)))
    return lambda: words[bisect(sums, chance.random() * sums[-1])]


def title(draw: Callable[[], str], chinese: bool, names: Sequence[str], chance: random.Random) -> str:
    """A headline about `names`, their order and the words between them chosen anew."""
    words = [*names, *(draw() for _ in range(9))]
    chance.shuffle(words)
    return "".join(f" {word} " if word.isascii() else word for word in words) if chinese else " ".join(words)


def made(size: int) -> list[Candidate]:
    """As many candidates, always the same."""
    chance = random.Random(size)
    vocabulary = int(HEAPS[0] * (12 * size) ** HEAPS[1])
    latin = ["".join(chance.choices(SYLLABLES, k=chance.randrange(2, 5))) for _ in range(vocabulary)]
    han = ["".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(2)) for _ in range(vocabulary)]
    english, chinese, name = (zipf(words, chance) for words in ([*ENGLISH, *latin], [*CHINESE, *han], latin[::-1]))
    found: list[Candidate] = []
    while len(found) < size:
        names = [name(), name(), f"v{chance.randrange(9)}.{chance.randrange(30)}"]
        for _ in range(chance.choice(REPORTS)):
            is_chinese = chance.random() < 0.4
            told = title(chinese if is_chinese else english, is_chinese, names, chance)
            url = f"https://site{chance.randrange(max(20, size // 20))}.example/{len(found)}"
            when = NOW - timedelta(minutes=chance.randrange(1440))
            found.append(Candidate(url, (Offer(url, f"feed {len(found) % 300}", told, published_at=when),)))
    return found[:size]


def teaser(one: Candidate) -> Document:
    text = f"{one.title}\n\nThe LLM inference agent model. {one.title}"
    name = document_id(one.url, "", text)
    return Document(name, one.url, "", "", one.title, text, language_of(text), "made", NOW, True)


def measured(size: int) -> Row:
    """Processor seconds by step, and the megabytes of this process at its fullest."""
    candidates = made(size)
    documents = {one.url: teaser(one) for one in candidates}
    marks = [process_time()]
    found = stories(candidates, documents)
    marks.append(process_time())
    ranked = rank(found, NOW, among=candidates)
    marks.append(process_time())
    select(ranked, 7)
    marks.append(process_time())
    times = dict(zip(STEPS, (after - before for before, after in pairwise(marks)), strict=True))
    return times | {"memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "size": size, "stories": len(found)}


def apart(size: int) -> Row:
    """`measured` in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True)
    row: Row = json.loads(done.stdout)
    return row


WIDTH, LEFT, RIGHT, LINE, TOP = 720, 140, 150, 34, 34
"""Pixels."""


def drawn(rows: Sequence[Row]) -> str:
    """Milliseconds a thousand candidates, by step: bars of one length mean growth in proportion."""
    height = TOP + LINE * len(rows) + 6
    parts = [f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>']
    for at, (step, colour) in enumerate(STEPS.items()):
        x = LEFT + 110 * at
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/><text x="{x + 18}" y="18">{step}</text>')
    each = [{step: row[step] / row["size"] * 1e6 for step in STEPS} for row in rows]
    scale = (WIDTH - LEFT - RIGHT) / max(sum(one.values()) for one in each)
    for at, (row, one) in enumerate(zip(rows, each, strict=True)):
        y, x = TOP + at * LINE, float(LEFT)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{row["size"]:,.0f} candidates</text>')
        for step, colour in STEPS.items():
            wide = one[step] * scale
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{LINE - 10}" fill="{colour}"/>')
            x += wide
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 17}">{sum(one.values()):,.0f} ms a thousand</text>')
    named = "Grouping, ranking and choosing: milliseconds a thousand candidates, by candidates"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13"'
    return f'{head} role="img"><title>{named}</title>{"".join(parts)}</svg>\n'


def table(rows: Sequence[Row], empty_mb: float) -> str:
    lines = ["| candidates | stories | grouping | ranking | choosing | all | memory |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        times = [row[step] for step in STEPS]
        told = " | ".join(f"{took:.1f} s" for took in [*times, sum(times)])
        lines.append(f"| {row['size']:,.0f} | {row['stories']:,.0f} | {told} | {row['memory_mb'] - empty_mb:,.0f} MB |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one)))  # noqa: T201
        return
    rows = [apart(size) for size in given.sizes]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n\n{table(rows, apart(2)['memory_mb'])}")  # noqa: T201
    if given.plot:
        given.plot.write_text(drawn(rows), "utf-8")


if __name__ == "__main__":
    main()
