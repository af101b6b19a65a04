"""Prints as a table how `models compare` rules over retold stories of the sample day, for docs/benchmarks.md.

python tools/bench_compare.py [--days 12] [--times 200]

Every reply is a recorded one that code makes worse by chance; every sentence goes through the real check. Stories are drawn with
repetition, each day full of few of them; 1,000 drawings an interval.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from deepdaily.core.types import Language
from deepdaily.lab.retelling import Retold
from retold_days import NO_JUDGEMENT, compared, recorded_stories, tellings

NOISE = {"unsupported": 0.08, "broken": 0.05}
"""Of the claims and of the replies of the first model; the others' are that or worse."""

MODELS = {
    "as it is": NOISE,
    "10 % more unsupported": {"unsupported": 0.17, "broken": 0.05},
    "25 % more unsupported": {"unsupported": 0.31, "broken": 0.05},
    "20 % more broken": {"unsupported": 0.08, "broken": 0.24},
}
"""Of what the first one says right, so much more is made wrong."""

WORDS = ("worse", "not decided", "not worse", "better")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=12, help="tellings of every story by every model")
    parser.add_argument("--times", type=int, default=200, help="draws of stories")
    given = parser.parse_args()
    print(f"| second model | stories, days | {' | '.join(WORDS)} |\n|---|---|{'---|' * len(WORDS)}")  # noqa: T201
    for language in ("zh", "en"):
        pool = _pool(language, given.days)
        for name in MODELS:
            itself = name == "as it is"
            for stories, days in ((60, 9), (60, 3), (30, 5)) if itself else ((60, 9),):
                times = given.times if itself else given.times // 4
                print(_line(pool, language, name, stories, days, times), flush=True)  # noqa: T201


def _pool(language: Language, days: int) -> dict[str, list[Retold]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        recorded = [replace(one, replies={**one.replies, **NO_JUDGEMENT}) for one in recorded_stories(folder, language)]
        return tellings(folder, recorded, language, days, **MODELS)


def _line(pool: Mapping[str, Sequence[Retold]], language: str, name: str, stories: int, days: int, times: int) -> str:
    told = Counter(
        compared(pool, "as it is", name, stories=stories, days=days, seed=seed, draws=1_000).ruling.word for seed in range(times)
    )
    return f"| {name}, {language} | {stories}, {days} | {' | '.join(f'{told[word] / times:.1%}' for word in WORDS)} |"


if __name__ == "__main__":
    main()
