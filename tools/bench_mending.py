"""Faults planted in true lines of kept days: what the review makes of them when its reviewer finds each.

    tools/bench_mending.py DATA… [--most 40]        each DATA is a data folder of an installation; its newest issue is taken

The faults are of eight kinds, of which the evidence check itself sees figures, names and superlatives (`tests/planted_faults.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from deepdaily.core.types import Draft, Story
from deepdaily.store.opening import open_store
from planted_faults import Outcome, Reviser, planted, reviewed


def day_of(data: Path) -> tuple[Draft, list[Story]]:
    """The newest kept issue's items that a model told, with their stories as far as they are cited."""
    with open_store(data) as store:
        issue = next(found for slot in store.slots() if (found := store.issue(slot.partition("/")[2][:10])))
        items = tuple(item for item in issue.items if item.writer)
        texts = store.documents(source.document for item in items for source in item.sources)
    stories = [Story(item.story, (), tuple(texts[source.document] for source in item.sources)) for item in items]
    return replace(issue.draft, items=items), stories


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--most", type=int, default=40)
    options = parser.parse_args()
    days = [day_of(data) for data in options.data]
    for reviser in get_args(Reviser):
        left, outcomes, kinds = options.most, list[Outcome](), Counter[str]()
        for draft, stories in days:
            faulty, faults = planted(draft, left)
            left -= len(faults)
            kinds.update(one.kind for one in faults)
            outcomes.append(asyncio.run(reviewed(faulty, faults, stories, reviser, b"bench")))
        faults_n, mended = kinds.total(), sum(one.mended for one in outcomes)
        printed = sum(len(one.printed) for one in outcomes)
        true, kept = sum(one.true_facts for one in outcomes), sum(one.kept for one in outcomes)
        print(  # noqa: T201
            f"{reviser:20} {faults_n} faults: {mended} mended, {sum(one.cut for one in outcomes)} not, {printed} lines with what"
            f" was wrong are printed; {kept} of {true} true facts kept; {sum(one.by_rule for one in outcomes)} items by rule"
        )
    print(", ".join(f"{n} {kind}" for kind, n in kinds.items()))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
