"""Learn how pages are known to tell one event: `train_events.py LABELS WEB… --days DAYS`.

It rewrites `choose/spread.toml`, how common terms are in the titles of DAYS, the open half of `eval/selection`, and the learned
part of `choose/same_event.toml`, from the editors' lists of DAYS and from LABELS, the open half of `eval/events`, each WEB a WARC
file with its pages. Nothing else may be learned from.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from deepdaily.choose.same_event import learned
from deepdaily.choose.traits import Spread, shipped, titles_of
from deepdaily.core.likeness import terms_of
from deepdaily.lab.choosing import candidate_of, day_folders, pairs_of
from deepdaily.lab.happenings import candidates_of, pairs_labelled
from deepdaily.lab.rows import rows_of

CHOOSE = Path(__file__).resolve().parent.parent / "src/deepdaily/choose"
SPREAD, WEIGHTS = CHOOSE / "spread.toml", CHOOSE / "same_event.toml"

LEAST_HELD = 8
"""A term of fewer titles is as rare as one of none."""

LEAST_SMALL = 3
"""So often a word must be written small."""

TEASER_CHARS = 600
"""Of a teaser, which has more words written small than a headline."""

HEAD = """\
# How common terms are in titles: written by tools/train_events.py.
"""

_WORD = re.compile(r"[A-Za-z][A-Za-z\-]+")


def spread_of(days: Path) -> Spread:
    """In how many different titles of the pools a term stands, and which words are written small."""
    titles, texts = set[str](), set[str]()
    for folder in day_folders(days).values():
        for row in rows_of(folder / "pool.jsonl.gz"):
            titles.add(titles_of(candidate_of(row)))
            texts.add((row["summary"] or "")[:TEASER_CHARS])
    held, small, large = Counter[str](), Counter[str](), Counter[str]()
    for title in titles:
        held.update(terms_of(title).keys())
    for word in (found[0] for text in titles | texts for found in _WORD.finditer(text)):
        (small if word.islower() else large)[word.lower()] += 1
    words = frozenset(word for word, n in small.items() if n >= max(LEAST_SMALL, large[word]))
    return Spread(len(titles), {term: n for term, n in held.items() if n >= LEAST_HELD and " " not in term}, words)


def written(spread: Spread) -> str:
    """The table: terms by bands of their counts, each twice the next."""
    bands: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for term, n in spread.held.items():
        bands[1 << (n.bit_length() - 1)].append((-n, term))
    rows = [f"{band * 3 // 2} = {_block(term for _, term in sorted(bands[band]))}" for band in sorted(bands, reverse=True)]
    told = "# By a number of titles the terms that stand in about so many, the most common first.\n[held]\n" + "\n".join(rows)
    words = "# Words written small at least as often as with a capital.\nsmall = " + _block(sorted(spread.small))
    return f"{HEAD}\ntitles = {spread.titles}\n\n{words}\n\n{told}\n"


def _block(words: Iterable[str]) -> str:
    return "'''\n" + textwrap.fill(" ".join(words), 130, break_on_hyphens=False, break_long_words=False) + "\n'''"


def with_learned(before: str, weights: Mapping[str, float]) -> str:
    """The file with other learned weights, the largest first."""
    order = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
    return before.partition("[learned]\n")[0] + "[learned]\n" + "".join(f'"{name}" = {value:.2f}\n' for name, value in order)


def main() -> None:
    """Count, learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("webs", type=Path, nargs="+")
    parser.add_argument("--days", type=Path, required=True)
    asked = parser.parse_args()
    SPREAD.write_text(written(spread_of(asked.days)), "utf-8")
    shipped.cache_clear()
    labels = pairs_labelled(asyncio.run(candidates_of(asked.labels, asked.webs)))
    lists = [lesson for folder in day_folders(asked.days).values() for lesson in pairs_of(folder)]
    weights = learned([*labels, *lists])
    WEIGHTS.write_text(with_learned(WEIGHTS.read_text("utf-8"), weights), "utf-8")
    print(f"{len(weights)} weights from {len(labels)} pairs of labels and {len(lists)} of lists in {WEIGHTS}")  # noqa: T201


if __name__ == "__main__":
    main()
