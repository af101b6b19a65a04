"""Two versions turn by turn: the race and both frozen days, wall, processor time of the tree and peak memory, as a Markdown table.

`bench_versions.py OTHER [--rounds N]`: OTHER is the `src` folder of another version. Both run by this checkout's interpreter, so
that their libraries are the same, on the same webs (`bench_race.py`, the frozen days below `../shared` or DEEPDAILY_SHARED). Both
are compiled before, as an installation is: compiling takes half a second of processor time, and only one of them may have been.
"""

from __future__ import annotations

import argparse
import compileall
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]

import bench_race  # noqa: E402
from bench import SHARED, measure  # noqa: E402 - the same way of measuring

from webs import environment, frozen_web, run_arguments  # noqa: E402

Cost = tuple[float, float, float]
"""Wall and processor seconds, and the most memory in MB."""


def costs(arguments: list[str], folder: Path, env: dict[str, str]) -> Cost:
    """What a command and all below it take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = measure([sys.executable, "-m", "deepdaily", *arguments], folder, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.status not in (0, 10):
        raise SystemExit(f"it ended with {done.status}")
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.wall_s, spent_s, done.memory_mb


def race(src: Path) -> Cost:
    """The race's 1,000 entries without a model."""
    with (
        bench_race.fixture() as port,
        bench_race.proxy(bench_race.forwarded(port)) as address,
        tempfile.TemporaryDirectory() as made,
    ):
        folder = Path(made)
        (folder / "deepdaily.toml").write_text(bench_race.settings_of(1000, ""), "utf-8")
        env = environment(HTTP_PROXY=address, http_proxy=address, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", PYTHONPATH=str(src))
        return costs(["run", "--json", "--out", "out"], folder, env)


def frozen(day: str) -> Callable[[Path], Cost]:
    """A frozen day on a new store."""

    def run(src: Path) -> Cost:
        with frozen_web(SHARED, day) as env, tempfile.TemporaryDirectory() as made:
            return costs([*run_arguments(day, Path(made))[1:], "--json"], Path(made), {**env, "PYTHONPATH": str(src)})

    return run


def rows(other: Path, rounds: int) -> Iterator[str]:
    """A row for each work: the median of each version, and of the ratios of the turns."""
    works = {"race": race, "frozen 2026-02-08": frozen("2026-02-08"), "frozen 2026-02-11": frozen("2026-02-11")}
    for name, work in works.items():
        turns = [(work(other), work(ROOT / "src")) for _ in range(rounds)]
        for at, what in enumerate(("wall, s", "processor time of the tree, s", "peak memory, MB")):
            before, now = (median(pair[side][at] for pair in turns) for side in (0, 1))
            ratio = median(pair[1][at] / pair[0][at] for pair in turns)
            yield f"| {name}: {what} | {before:.1f} | {now:.1f} | {ratio:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for src in (given.other, ROOT / "src"):
        compileall.compile_dir(src, quiet=1)
    print("| what | other | this | ratio |\n|---|---|---|---|")  # noqa: T201
    for row in rows(given.other.resolve(), given.rounds):
        print(row, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
