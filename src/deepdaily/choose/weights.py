"""What each signal weighs, by profile: numbers a person can read, set by hand (docs/ranking.md has what each earns).

`consensus` agrees with what editors of general AI digests run; `engineering`, the default, is for those who build and run such
systems: depth counts, crowds and the taste of other editors count less, money and offices cost.
"""

from __future__ import annotations

from deepdaily.core.cues import table
from deepdaily.core.types import Profile

_ROWS: dict[str, tuple[float, float]] = table(__name__)

WEIGHTS: dict[Profile, dict[str, float]] = {
    "consensus": {name: consensus for name, (consensus, _) in _ROWS.items() if consensus},
    "engineering": {name: engineering for name, (_, engineering) in _ROWS.items() if engineering},
}
