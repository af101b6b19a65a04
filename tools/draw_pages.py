"""The pages that the attributes of cards are judged on, drawn before any rule was written.

    tools/draw_pages.py > evals/attributes/pages.txt

Of the real pages of the frozen web (`text_origin` repo or abstract, a page in the WARC, no source of a seed) by address, sixty
by this seed. No rule is made or mended by what they say.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

SEED, DRAWN = 15, 60
SHARED = Path(os.environ.get("DEEPDAILY_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def drawn(manifest: Path) -> list[str]:
    """Their addresses, sorted."""
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    real = {
        row["url"]
        for row in rows
        if row.get("page_in_warc") and row.get("text_origin") in ("repo", "abstract") and not row.get("is_seed_source")
    }
    return sorted(random.Random(SEED).sample(sorted(real), DRAWN))


if __name__ == "__main__":
    sys.stdout.write("\n".join(drawn(SHARED / "frozen-web" / "manifest.jsonl")) + "\n")
