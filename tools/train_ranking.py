"""Learn the publishers' records that the ranking ships: `train_ranking.py DAYS` rewrites `core/shipped.py`.

DAYS is the open half of `eval/selection`; nothing else may be learned from. Learning is counting: of each registrable domain
the links in the pools, and those whose story two editors ran.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from deepdaily.choose.publishers import Records, learned
from deepdaily.lab.evals import day_folders, outcomes_of

SHIPPED = Path(__file__).resolve().parent.parent / "src/deepdaily/choose/shipped.py"

HEAD = '''"""Publishers' records, written by `tools/train_ranking.py`: by domain, links picked and links seen."""

from __future__ import annotations

from deepdaily.choose.publishers import Records

SHIPPED = Records(
    {
'''


def written(records: Records) -> str:
    """The module, the most picked domains first."""
    order = sorted(records.counts.items(), key=lambda row: (-row[1][0], row[1][1], row[0]))
    rows = "".join(f"        {json.dumps(site)}: {counts},\n" for site, counts in order)
    return f"{HEAD}{rows}    }},\n    chance={records.chance:.5f},\n)\n"


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", type=Path)
    folders = day_folders(parser.parse_args().days)
    records = learned(row for folder in folders.values() for row in outcomes_of(folder))
    SHIPPED.write_text(written(records), "utf-8")
    print(f"{len(records.counts)} domains from {len(folders)} days in {SHIPPED}")  # noqa: T201


if __name__ == "__main__":
    main()
