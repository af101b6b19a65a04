"""What each signal weighs, by profile: numbers a person can read, set by hand (docs/ranking.md has what each earns).

`consensus` agrees with what editors of general AI digests run; `engineering`, the default, is for those who build and run such
systems: depth counts, crowds and the taste of other editors count less, money and offices cost.
"""

from __future__ import annotations

from deepdaily.core.types import Profile

_ROWS: dict[str, tuple[float, float]] = {
    # signal: consensus, engineering
    "speaks of AI": (1.0, 1.0),
    "names a lab or project": (1.0, 0.8),
    "names a model": (0.5, 0.3),
    "release": (0.4, 0.4),
    "version": (0.0, 0.3),
    "first-hand": (0.4, 0.5),
    "independent publishers": (0.4, 0.6),
    "sources around it": (0.4, 0.2),
    "sources that offer it": (0.5, 0.3),
    "points": (0.1, 0.1),
    "publisher's record": (0.7, 0.3),
    "readers found the like useful": (0.6, 0.6),
    "engineering depth": (0.0, 1.0),
    "opinion or how-to": (-0.8, -0.8),
    "money talk": (0.0, -0.8),
    "business talk": (0.0, -0.8),
    "question": (-0.4, -0.4),
    "paper": (-0.5, -0.5),
    "bare repository": (-1.0, -0.6),
    "reference page": (-1.0, -1.5),
    "round-up": (-0.8, -2.5),
    "only a teaser": (-1.2, -1.2),
    "thin text": (-0.8, -0.8),
    "age": (-0.15, -0.15),
}

WEIGHTS: dict[Profile, dict[str, float]] = {
    "consensus": {name: consensus for name, (consensus, _) in _ROWS.items() if consensus},
    "engineering": {name: engineering for name, (_, engineering) in _ROWS.items() if engineering},
}
