"""Learn the weights by which a page is known to be of our field: `train_field.py LABELS WEB… --days DAYS`.

It rewrites `choose/field.toml`. LABELS is the open half of `eval/events`, each WEB a WARC file with its pages, DAYS the open half
of `eval/selection`; nothing else may be learned from. The terms stand in `choose/field_terms.toml`, written by hand from no day's
words.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path

from deepdaily.choose.field import learned
from deepdaily.lab.choosing import day_folders, picks_of
from deepdaily.lab.happenings import candidates_of, lessons_of

SHIPPED = Path(__file__).resolve().parent.parent / "src/deepdaily/choose/field.toml"

HEAD = """\
# What each family of terms and each kind of site weighs, in log-odds that a page is of our field: written by tools/train_field.py.
"""


def written(weights: Mapping[str, float]) -> str:
    """The table, the largest weights first."""
    order = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
    return f"{HEAD}\n[weights]\n" + "".join(f'"{name}" = {value:.2f}\n' for name, value in order)


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("webs", type=Path, nargs="+")
    parser.add_argument("--days", type=Path, required=True)
    asked = parser.parse_args()
    labels = lessons_of(asyncio.run(candidates_of(asked.labels, asked.webs)))
    picks = [lesson for day in day_folders(asked.days).values() for lesson in picks_of(day)]
    weights = learned([*labels, *picks])
    SHIPPED.write_text(written(weights), "utf-8")
    print(f"{len(weights)} weights from {len(labels)} lessons of labels and {len(picks)} picks in {SHIPPED}")  # noqa: T201


if __name__ == "__main__":
    main()
