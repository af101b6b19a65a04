"""Learn the publishers' records that the ranking ships: `train_ranking.py DAYS` rewrites `choose/publishers.toml`.

DAYS is the open half of `eval/selection`; nothing else may be learned from. Learning is counting: of each registrable domain
the links in the pools, and those whose story two editors ran.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from deepdaily.choose.publishers import Standings, learned
from deepdaily.lab.choosing import day_folders, outcomes_of

SHIPPED = Path(__file__).resolve().parent.parent / "src/deepdaily/choose/publishers.toml"

HEAD = """\
# How often a publisher's links were picked, and how many were seen, by registrable domain,
# on a platform by account: written by tools/train_ranking.py.
"""


def written(standings: Standings) -> str:
    """The table, the most picked domains first."""
    order = sorted(standings.counts.items(), key=lambda row: (-row[1][0], row[1][1], row[0]))
    rows = "".join(f'"{site}" = [{picked}, {links}]\n' for site, (picked, links) in order)
    return f"{HEAD}\nchance = {standings.chance:.5f}\n\n[counts]\n{rows}"


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", type=Path)
    folders = day_folders(parser.parse_args().days)
    standings = learned(row for folder in folders.values() for row in outcomes_of(folder))
    SHIPPED.write_text(written(standings), "utf-8")
    print(f"{len(standings.counts)} domains from {len(folders)} days in {SHIPPED}")  # noqa: T201


if __name__ == "__main__":
    main()
