"""What a person is told of sources that failed: alike failures in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deepdaily.core.text import shorten
from deepdaily.core.types import SourceHealth

ALIKE = 3
"""So many failures of one state are told in one line."""

NAMED = 4
"""Sources of such a line that are named."""

_ADDRESS = re.compile(r"https?://\S+?(?=[:;,]?(?:\s|$))")


def trouble(health: SourceHealth) -> str:
    """A line for a source that failed, addresses without what stands behind a `?`; empty for one that did not."""
    if health.fine:
        return ""
    said = _ADDRESS.sub(lambda found: found[0].partition("?")[0], health.message.removeprefix(f"{health.source}: "))
    return f"{health.source}: {health.state}: {said}"


def failures_told(health: Sequence[SourceHealth]) -> list[str]:
    """The failures, those of one state together where there are ALIKE of them or more; in the order of the first of each."""
    failed = [one for one in health if trouble(one)]
    lines = list[str]()
    for state in dict.fromkeys(one.state for one in failed):
        alike = [one for one in failed if one.state == state]
        lines += [_together(alike)] if len(alike) >= ALIKE else map(trouble, alike)
    return lines


def first_told(health: Sequence[SourceHealth]) -> str:
    """After the first collection of an installation: how many answer, and how the others are left out; empty where all do."""
    asked = [one for one in health if one.asked]
    silent = [one for one in asked if not one.answered]
    if not silent or len(silent) == len(asked):
        return ""
    return (
        f"first run: {len(asked) - len(silent)} of the {len(asked)} sources asked answer; what stays silent is asked no more by"
        ' drop = ["NAME"] in [sources], `deepdaily sources list` has the names'
    )


def _together(alike: Sequence[SourceHealth]) -> str:
    """`48 sources: unreachable: no connection (47), no answer within 15 s (1): A, B, C, D and 44 more`."""
    causes = [_cause(one) for one in alike]
    most = sorted(dict.fromkeys(causes), key=lambda cause: -causes.count(cause))
    counted = [cause if len(most) == 1 else f"{cause} ({causes.count(cause)})" for cause in most[:NAMED]]
    names = [shorten(one.source, 40) for one in alike[:NAMED]]
    more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
    return f"{len(alike)} sources: {alike[0].state}: {', '.join(counted)}: {', '.join(names)}{more}"


def _cause(health: SourceHealth) -> str:
    """What its message says without its address and its name."""
    said = _ADDRESS.sub("", health.message.removeprefix(f"{health.source}: ")).strip(" :;,")
    return re.sub(r"\s*:\s+:\s*", ": ", said).partition(";")[0] or "no reason given"
